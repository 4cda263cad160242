/** What dhcpcd, ConnMan and firewalld do to an ipvlan shim, and that it is said beforehand: in a virtual machine. */
import { test } from 'uvu';
import { testLab } from '../lab/checked.ts';

await testLab('--threats', 'all');

test.run();
