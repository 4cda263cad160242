/**
 * The lab's suite: runs inside the virtual machine, as root, on an engine that has nothing. `LAB_ONLY` names the parts
 * to run, by the beginning of their names. The last line is `N passed, N failed`.
 */
import { counts, check, within } from './checks.ts';
import { everything } from './everything.ts';
import { killed } from './killed.ts';
import { makeLan } from './lan.ts';
import { prepareMachine } from './machine.ts';
import { segments, vlans } from './netmodes.ts';
import { must } from './process.ts';
import { loopback, neverFlipped, twoProjects } from './projects.ts';

const parts: readonly (readonly [name: string, run: () => Promise<void>])[] = [
  ['everything', everything],
  ['flipped', neverFlipped],
  ['two projects', twoProjects],
  ['loopback', loopback],
  ['killed', killed],
];

const only = process.env['LAB_ONLY']?.split(';').filter(Boolean) ?? [];
prepareMachine();
makeLan(segments, vlans);
process.stdout.write(
  `engine ${must('docker', 'version', '--format', '{{.Server.Version}}')}, Compose ${must('docker', 'compose', 'version', '--short')}, Linux ${must('uname', '-r')}, Node ${process.version}\n`,
);
for (const [name, run] of parts) {
  if (only.length > 0 && !only.some((wanted) => name.startsWith(wanted))) continue;
  const start = performance.now();
  try {
    await run();
  } catch (error) {
    within(name);
    check('goes to its end', false, error instanceof Error ? error.message : String(error));
  }
  process.stdout.write(`     ${name}: ${((performance.now() - start) / 1000).toFixed(0)} s\n`);
}
const { passed, failed } = counts();
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
