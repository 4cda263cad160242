/** What `shim persist` wrote, when the host starts again, with each manager of its cards: in a virtual machine. */
import { test } from 'uvu';
import { testLab } from '../lab/checked.ts';
import { managers } from '../lab/reboot/managers.ts';

for (const { name } of managers) await testLab('--reboot', name);

test.run();
