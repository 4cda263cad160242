/** What happens on LANs while containers are there. */
import { forget, outdate, type Place } from '../../support/caches.ts';
import { check } from './checks.ts';
import { bridgeOf, inNamespace, type Segment } from './lan.ts';
import { addressed, inContainer, lived, plain, stillReached } from './lived.ts';
import { addressOf, containerOf, netcompose, type Project } from './machine.ts';
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

/**
 * The host has temporary (privacy) addresses of what the router advertises: none is the shim's, nor the source of what
 * goes to a container, nor what a plan names. A container asks the shim from what it takes of it, and is answered: from
 * here on, too, since it keeps that address.
 */
export function temporaryAddresses(project: Project): void {
  const { segment } = addressed;
  const { parent, subnet6, host6 } = segment;
  const shim = `nc-${parent}`;
  const own = () => must('ip', '-6', '-oneline', 'address', 'show', 'dev', shim, 'scope', 'global');
  const before = own();
  const advertise = (...what: readonly string[]) =>
    must(...inNamespace('router', 'python3', '/src/advertise.py', bridgeOf(segment), ...what));
  // As on hosts that have them for every interface. (A host that forwards hears routers only with `accept_ra` 2.)
  const settings = [`${parent}.accept_ra`, `${parent}.use_tempaddr`, `${shim}.use_tempaddr`].map((name) => {
    const key = `net.ipv6.conf.${name}`;
    return { key, old: must('sysctl', '-n', key) };
  });
  for (const { key } of settings) must('sysctl', '-qw', `${key}=2`);
  try {
    advertise(subnet6);
    const [, temporary = ''] =
      until(
        () => / inet6 (\S+)\/64 [^\n]*temporary/.exec(must('ip', '-6', '-oneline', 'address', 'show', 'dev', parent)),
        (found) => found !== null,
        60,
      ) ?? [];
    check('the host has a temporary address', temporary !== '', temporary);
    check("the shim's addresses are what they were", own() === before, own());
    const container = addressOf(containerOf(project, `${addressed.key}-a`), 6);
    const way = must('ip', '-6', 'route', 'get', container);
    const source = / inet6 ([^/]+)\//.exec(before)?.[1];
    check(
      "and what goes to a container has the shim's",
      way.includes(` dev ${shim} `) && way.includes(` src ${source} `),
      way,
    );
    const plan = netcompose(project, ['plan']);
    check('the plan does not name it', plan.code === 0 && !plan.stdout.includes(temporary), plan.stdout + plan.stderr);
    const ping = run(['ping', '-6', '-c', '2', '-W', '2', container]);
    check('and the container answers', ping.code === 0, ping.stdout + ping.stderr);
    const inside = inContainer(project, addressed);
    const asks = until(
      () => must(...inside, 'ip', '-6', 'route', 'get', source ?? ''),
      (text) => !text.includes(` src ${container} `),
      60,
    );
    check('a container asks the shim from an address that it takes', !asks.includes(` src ${container} `), asks);
    const answer = run([...inside, 'busybox', 'ping', '-6', '-c', '2', '-W', '2', source ?? '']);
    check('and is answered', answer.code === 0, answer.stdout + answer.stderr);
  } finally {
    for (const { key, old } of settings) must('sysctl', '-qw', `${key}=${old}`);
    must('ip', '-6', 'address', 'flush', 'dev', parent, 'scope', 'global', 'dynamic');
  }
  const addresses = must('ip', '-6', '-oneline', 'address', 'show', 'dev', parent);
  check('the host is as it was', addresses.includes(` ${host6}/64 `) && !addresses.includes('temporary'), addresses);
}
