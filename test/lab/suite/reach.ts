/** One underlay from its first `up` to its last `down`: real traffic in every direction, and nothing left. */
import { check, within } from './checks.ts';
import { forgetContainers } from './containers.ts';
import { ask, askOnce, guestPages, lan, page, ping, serverPage } from './lan.ts';
import { addressOf, changes, containerOf, difference, identities, makeProject, netcompose, snapshot, type Project } from './machine.ts';
import { must, run } from './process.ts';

export interface Underlay {
  readonly name: string;
  /** The network's `x-netmode`. */
  readonly netmode: Readonly<Record<string, unknown>>;
  /** A declared network beside its `x-netmode`. */
  readonly network?: Readonly<Record<string, unknown>>;
  readonly dockerName?: string;
  /** `rp_filter` of the parent, or of all interfaces. */
  readonly rpFilter?: { readonly parent?: 0 | 1 | 2; readonly all?: 0 | 1 | 2 };
  /** An address outside the range from which Docker hands out. */
  readonly fixed?: string;
  /** The container's LAN: who asks it, and whom it asks. Absent: the untagged one. */
  readonly router?: string;
  /** Where containers reach the host: at its own address, or only at the shim's. */
  readonly hostIsReachedAt: 'own' | 'shim';
  /** The subnet that the LAN's router must send to the host. */
  readonly routed?: string;
  readonly six?: boolean;
  /** Whether a second `up`, a restart and a container made anew are tried as well. */
  readonly further?: boolean;
}

const guest = (name: string, more: object) => ({
  image: 'busybox:latest',
  hostname: name,
  command: ['httpd', '-f', '-h', '/www'],
  volumes: [`${guestPages}:/www:ro`],
  stop_signal: 'SIGKILL',
  ...more,
});

/** A web server on the network. */
export const onLan = (name: string, more: object = {}) => guest(name, { networks: { lan: more } });
export { guest };

const dockerNameOf = ({ netmode, dockerName }: Underlay, project: Project) =>
  dockerName ??
  (netmode['scope'] === 'project'
    ? `${project.name}_lan`
    : `netcompose-${String(netmode['parent'] ?? lan.parent)}${netmode['vlan'] === undefined ? '' : `.${String(netmode['vlan'])}`}`);

export function tryUnderlay(underlay: Underlay): void {
  within(underlay.name);
  const { all = 0, parent = 0 } = underlay.rpFilter ?? {};
  must('sysctl', '-qw', `net.ipv4.conf.all.rp_filter=${all}`, `net.ipv4.conf.${lan.parent}.rp_filter=${parent}`);
  const before = snapshot();
  const project = makeProject(underlay.name.replace(/[^a-z0-9]+/g, '-'), {
    services: {
      web: onLan('web'),
      ...(underlay.fixed !== undefined && { fixed: onLan('fixed', { ipv4_address: underlay.fixed }) }),
    },
    networks: { lan: { ...underlay.network, 'x-netmode': underlay.netmode } },
  });
  if (underlay.routed !== undefined) must('ip', '-n', 'router', 'route', 'add', underlay.routed, 'via', lan.host);
  const up = netcompose(project, ['up', '-d']);
  check('up', up.code === 0, up.code === 0 ? `${changes().length} changing commands` : up.stderr);
  if (up.code === 0) {
    traffic(underlay, project, 'at first');
  }
  if (up.code === 0 && dockerNameOf(underlay, project).endsWith('_lan')) {
    const other = makeProject('other', { services: { web: guest('web', { 'x-netmode': 'none' }) } });
    const down = netcompose(other, ['down']);
    check('down of another project', down.code === 0, down.code === 0 ? '' : down.stderr);
    fromHost(containerOf(project, 'web'), 'after that');
  }
  if (up.code === 0 && underlay.further && process.env['LAB_QUICK'] === undefined) {
    secondUp(project);
    const web = containerOf(project, 'web');
    must('docker', 'restart', '--time', '0', web);
    forgetContainers();
    fromHost(web, 'after docker restart');
    recreation(underlay, project);
  }
  const down = netcompose(project, ['down']);
  check('down', down.code === 0, down.code === 0 ? '' : down.stderr);
  if (underlay.routed !== undefined) must('ip', '-n', 'router', 'route', 'del', underlay.routed);
  const left = difference(before, snapshot());
  check('nothing is left', left === '', left);
}

function traffic(underlay: Underlay, project: Project, when: string): void {
  const services = ['web', ...(underlay.fixed === undefined ? [] : ['fixed'])];
  const shim = shimAddresses();
  for (const service of services) {
    const container = containerOf(project, service);
    const address = addressOf(container);
    fromHost(container, when);
    // A router whose own address is in the VLAN asks for itself; else both it and a neighbour ask.
    for (const from of underlay.router === undefined ? (['neighbour', 'router'] as const) : (['router'] as const)) {
      const answer = ask(from, page(address), service);
      check(`${from} → ${service} ${when}`, answer.startsWith(`${service} saw`), answer);
    }
    const inside = { container };
    const router = underlay.router ?? lan.router;
    const fromRouter = ask(inside, serverPage(router), 'lan');
    check(`${service} → router ${when}`, fromRouter === `lan saw ${address}`, fromRouter);
    if (underlay.router === undefined) {
      const fromNeighbour = ask(inside, serverPage(lan.neighbour), 'lan');
      check(`${service} → neighbour ${when}`, fromNeighbour === `lan saw ${address}`, fromNeighbour);
    }
    check(`${service} → beyond the router ${when}`, ping(container, lan.beyond), lan.beyond);
    const own = underlay.hostIsReachedAt === 'own';
    const at = own ? lan.host : shim.find((one) => !one.includes(':'));
    const ofHost = at === undefined ? 'the shim has no address' : ask(inside, serverPage(at), 'host');
    check(`${service} → host at ${own ? 'its own address' : `the shim's address`} ${when}`, ofHost === `host saw ${address}`, ofHost);
    if (!own && underlay.router === undefined)
      process.stdout.write(`     seen: ${service} → host's own address: ${askOnce(inside, serverPage(lan.host))}\n`);
  }
  if (underlay.fixed !== undefined) {
    const answer = ask({ container: containerOf(project, 'web') }, page(underlay.fixed), 'fixed');
    check(`web → fixed ${when}`, answer.startsWith('fixed saw'), answer);
  }
  if (underlay.six)
    traffic6(
      containerOf(project, 'web'),
      shim.find((one) => one.includes(':')),
    );
}

function traffic6(container: string, shim: string | undefined): void {
  const address = addressOf(container, 6);
  const toContainer = ask('host', page(address), 'web');
  check('IPv6: host → web', toContainer.startsWith('web saw'), toContainer);
  const fromLan = ask('neighbour', page(address), 'web');
  check('IPv6: neighbour → web', fromLan === `web saw ${lan.neighbour6}` || fromLan === `web saw [${lan.neighbour6}]`, fromLan);
  const toLan = ask({ container }, serverPage(lan.neighbour6), 'lan');
  check('IPv6: web → neighbour', toLan.startsWith('lan saw'), toLan);
  const toShim = shim === undefined ? 'the shim has no address' : ask({ container }, serverPage(shim), 'host');
  check(`IPv6: web → host at the shim's address`, toShim.startsWith('host saw'), toShim);
  process.stdout.write(`     seen: IPv6: web → host's own address: ${askOnce({ container }, serverPage(lan.host6))}\n`);
}

function shimAddresses(): readonly string[] {
  const links = JSON.parse(must('ip', '-j', 'addr')) as readonly {
    ifname: string;
    addr_info: readonly { local: string; scope: string }[];
  }[];
  return links
    .filter(({ ifname }) => ifname.startsWith('nc-'))
    .flatMap(({ addr_info }) => addr_info.filter(({ scope }) => scope === 'global').map(({ local }) => local));
}

export function fromHost(container: string, when: string): void {
  const service = container.split('-').at(-2)!;
  const address = addressOf(container);
  const answer = ask('host', page(address), service);
  check(`host → ${service} ${when}`, answer.startsWith(`${service} saw`), `${address}: ${answer}`);
}

/** A second `up` runs no command that changes anything, and leaves containers as they are. */
export function secondUp(project: Project): void {
  const [links, containers] = [snapshot(), identities()];
  const up = netcompose(project, ['up', '-d']);
  const changed = [
    ...changes(),
    difference(links, snapshot()),
    ...(containers === identities() ? [] : ['containers were made or started again']),
  ].filter(Boolean);
  check('a second up changes nothing', up.code === 0 && changed.length === 0, up.code === 0 ? changed.join('\n') : up.stderr);
}

/** Takes the service's address away before it is made anew, so that Docker gives it another. */
function recreation(underlay: Underlay, project: Project): void {
  const web = containerOf(project, 'web');
  const before = addressOf(web);
  const removed = netcompose(project, ['rm', '--stop', '--force', 'web']);
  const squatter = run([
    'docker',
    'run',
    '--detach',
    '--name',
    'squatter',
    '--stop-signal',
    'SIGKILL',
    '--network',
    dockerNameOf(underlay, project),
    '--ip',
    before,
    'busybox:latest',
    'sleep',
    '999',
  ]);
  const up = netcompose(project, ['up', '-d']);
  const address = up.code === 0 ? addressOf(web) : '';
  check(
    'made anew with another address',
    removed.code + squatter.code + up.code === 0 && address !== before,
    `${before} → ${address} ${removed.stderr}${squatter.stderr}${up.code === 0 ? '' : up.stderr}`,
  );
  if (up.code === 0) {
    fromHost(web, 'with its new address');
    const answer = ask('router', page(address), 'web');
    check('router → web with its new address', answer.startsWith('web saw'), answer);
  }
  run(['docker', 'rm', '--force', 'squatter']);
}
