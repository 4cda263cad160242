/**
 * The lab's suite: runs inside the virtual machine, as root, on an engine that has nothing. `LAB_ONLY` names the parts
 * to run, by the beginning of their names, or `all`. The last line is `N passed, N failed`.
 */
import { benchNet } from './bench.ts';
import { bonded } from './bonded.ts';
import { check, counts, within } from './checks.ts';
import { clockLine, isCounted } from './clock.ts';
import { killed } from './killed.ts';
import { hasIpv6, makeLan } from './lan.ts';
import { leases } from './leases.ts';
import { life, strict } from './life.ts';
import { prepareMachine } from './machine.ts';
import { rows, segments, vlans } from './netmodes.ts';
import { must } from './process.ts';
import { loopback, neverFlipped, twoProjects } from './projects.ts';
import { everyoneAsksEveryone } from './reach.ts';
import { reasons } from './reasons.ts';
import { swarm } from './swarm.ts';
import { watched, watchedVlan } from './watched.ts';
import { withoutIpv6 } from './without-ipv6.ts';

interface Part {
  readonly name: string;
  /** @param share where both machines do a part together, which of them this is */
  readonly run: (share?: 0 | 1) => Promise<void>;
  /** On which engine alone, unless all is wanted: so that both machines, side by side, are done in minutes. */
  readonly engine?: '26' | '28';
  /** Only where it is named: the layers `kernel` and `engine` show the same, without ipvlan, in a tenth of the time. */
  readonly onRequest?: true;
}

const parts: readonly Part[] = [
  { name: 'reach', run: everyoneAsksEveryone },
  { name: 'why', run: reasons, engine: '28' },
  { name: 'life', run: life, engine: '28' },
  { name: 'flipped', run: neverFlipped, engine: '26' },
  { name: 'two projects', run: twoProjects, engine: '26' },
  { name: 'loopback', run: loopback, engine: '26' },
  { name: 'strict', run: strict, engine: '26' },
  { name: 'leases', run: leases, engine: '26' },
  { name: 'watch', run: watched, engine: '26' },
  { name: 'swarm', run: swarm, onRequest: true },
  { name: 'vlan', run: watchedVlan, onRequest: true },
  { name: 'bond', run: bonded, onRequest: true },
  { name: 'without IPv6', run: withoutIpv6, onRequest: true },
  { name: 'killed', run: killed, onRequest: true },
  { name: 'bench-net', run: benchNet, engine: '28' },
];

const only = process.env['LAB_ONLY']?.split(';').filter(Boolean) ?? [];
const version = must('docker', 'version', '--format', '{{.Server.Version}}');
const isWanted = ({ name, engine, onRequest, run: part }: Part) =>
  // On a kernel without it there is nothing else to see.
  (part === withoutIpv6) === !hasIpv6 &&
  (only.length > 0
    ? only.some((wanted) => wanted === 'all' || name.startsWith(wanted))
    : !onRequest && (engine === undefined || version.startsWith(`${engine}.`)));

prepareMachine();
makeLan(segments, vlans);
for (const { segment, rpFilter = 0 } of rows)
  if (!vlans.includes(segment)) must('sysctl', '-qw', `net.ipv4.conf.${segment.parent}.rp_filter=${rpFilter}`);
must('sysctl', '-qw', 'net.ipv4.conf.all.rp_filter=0');
process.stdout.write(
  `engine ${version}, Compose ${must('docker', 'compose', 'version', '--short')}, Linux ` +
    `${must('uname', '-r')}, Node ${process.version}\n`,
);
if (isCounted) process.stdout.write(`${clockLine()}\n`);
for (const part of parts.filter(isWanted)) {
  const start = performance.now();
  try {
    await part.run(only.length > 0 ? undefined : version.startsWith('28.') ? 0 : 1);
  } catch (error) {
    within(part.name);
    check('goes to its end', false, error instanceof Error ? error.message : String(error));
  }
  process.stdout.write(`     ${part.name}: ${((performance.now() - start) / 1000).toFixed(0)} s\n`);
}
const { passed, failed } = counts();
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
