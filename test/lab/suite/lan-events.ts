/** What happens on LANs while containers are there. */
import { forget, outdate, type Place } from '../../support/caches.ts';
import { check } from './checks.ts';
import { bridgeOf, inNamespace, type Segment } from './lan.ts';
import { addressed, inContainer, lived, plain, stillReached } from './lived.ts';
import type { Project } from './machine.ts';
import { must, run, until } from './process.ts';

/** In place of the one that containers have addresses of. */
const otherPrefix = 'fd00:98::';

/** @returns a question to a LAN that waits for no answer */
const whoHas = ({ host }: Segment, address: string) =>
  ['busybox', 'arping', '-c', '1', '-w', '1', '-I', `e${host.split('.')[2]}`, address] as const;

/** Everybody has to ask anew who has which address, and then whether that is still so, with each loose `rp_filter`. */
export async function askedAnew(project: Project): Promise<void> {
  const places = [
    ...[undefined, 'router', 'neighbour'].map((name) => inNamespace(name)),
    ...lived.map((one) => inContainer(project, one)),
  ].map(
    (place): Place =>
      async (argv, input = '') =>
        run([...place, ...argv], { input }),
  );
  for (const filter of [2, 0]) {
    for (const { segment } of [plain, addressed])
      must('sysctl', '-qw', `net.ipv4.conf.${segment.parent}.rp_filter=${filter}`);
    await forget(places);
    // What answers is heard; the second is one of a range that nobody has.
    for (const { segment } of lived)
      for (const address of [segment.host, segment.host.replace(/\d+$/, '226')])
        run(inNamespace('neighbour', ...whoHas(segment, address)));
    stillReached(project, `with cold neighbour caches, \`rp_filter\` ${filter}`);
    await outdate(places, async () => stillReached(project, `with caches out of date, \`rp_filter\` ${filter}`));
  }
}

/**
 * The LAN's router speaks of itself and of a prefix, and then of another in its place: containers take what it says,
 * the host that forwards does not, and the shim never does.
 */
export function routerAdvertises(project: Project): void {
  const { segment } = addressed;
  const advertise = (...what: readonly string[]) =>
    must(...inNamespace('router', 'python3', '/src/advertise.py', bridgeOf(segment), ...what));
  advertise(segment.subnet6);
  advertise(segment.subnet6, '0');
  advertise(`${otherPrefix}/64`);
  const inside = inContainer(project, addressed);
  const addresses = until(
    () => must(...inside, 'ip', '-6', 'address'),
    (text) => text.includes(otherPrefix),
  );
  check('a container takes the prefix', addresses.includes(otherPrefix), addresses);
  const ways = must(...inside, 'ip', '-6', 'route', 'show', 'default');
  check("and the router's link-local address for a way", ways.includes('via fe80:'), ways);
  const shim = ['dev', `nc-${segment.parent}`] as const;
  const taken = `${must('ip', '-6', 'address', 'show', ...shim)} ${must('ip', '-6', 'route', 'show', ...shim)}`;
  check('the shim takes nothing', !/fd00:98:|proto ra|kernel_ra/.test(taken), taken);
  stillReached(project, 'when the router has spoken of another prefix');
}
