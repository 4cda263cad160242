/**
 * A service in the network of another that is on ipvlan L2, and an address that moves between two of its containers:
 * all containers of a parent share its MAC address, and the kernel knows each address at one of them.
 */
import { check } from './checks.ts';
import { stateOf } from './containers.ts';
import { containerPorts, inNamespace, serverPorts } from './lan.ts';
import { containerOf, netcompose, type Project, writeProject } from './machine.ts';
import { guest, row } from './netmodes.ts';
import { must, run } from './process.ts';
import { reached } from './reached.ts';

/** Outside the range. */
const floating = '192.168.12.60';
/** Where the guest answers, with its name. */
const guestPort = 8081;
const { segment } = row('l2');

/** What a service says that may put the address up by itself. */
export const floats = { cap_add: ['NET_ADMIN'], 'x-netmode': { network: 'lan', floating_addresses: floating } };

/** A service and its guest, `app`. */
export const ownerAndGuest = (name: string, owner: object): object => ({
  [name]: owner,
  app: guest({
    restart: 'no',
    expose: [String(guestPort)],
    command: ['nc', '-ll', '-p', String(guestPort), '-e', 'printf', 'app'],
    'x-netmode': `service:${name}`,
  }),
});

export interface Owner {
  readonly service: string;
  readonly project: Project;
  readonly address: string;
  /** A container of the network that knows its name. */
  readonly asker: string;
}

const ownersContainer = ({ project, service }: Owner) => containerOf(project, service);

const bothAsk = (address: string, who: string, port: number = containerPorts.tcp) =>
  [
    ['host', address, who, port],
    ['neighbour', address, who, port],
  ] as const;

/** From the host, from the LAN, and from another container by the guest's name. */
export function guestAnswers({ address, asker }: Owner, when: string): void {
  reached(`host and LAN reach the guest at its owner's address, ${when}`, bothAsk(address, 'app', guestPort));
  const asked = run(['docker', 'exec', asker, 'nc', 'app', String(guestPort)]);
  check(`another container reaches it by its name, ${when}`, asked.stdout === 'app', asked.stdout + asked.stderr);
}

/** @param anew the project's file, in which the owner is another */
export function comesBack(owner: Owner, anew: object): void {
  const { project, service } = owner;
  const restarted = netcompose(project, ['restart', service]);
  check('the owner is restarted', restarted.code === 0, restarted.code === 0 ? '' : restarted.stderr);
  guestAnswers(owner, 'after that');
  const first = stateOf(ownersContainer(owner)).id;
  writeProject(project, anew);
  const up = netcompose(project, ['up', '-d']);
  const isAnew = up.code === 0 && stateOf(ownersContainer(owner)).id !== first;
  check('the owner is made anew', isAnew, up.code === 0 ? '' : up.stderr);
  guestAnswers(owner, 'after that too');
}

/** From the owner of a guest to another container, and to a machine of the LAN. */
export function moves(other: string, owner: Owner): void {
  const first = ownersContainer(owner);
  const inside = (container: string, verb: 'add' | 'del') =>
    run(['docker', 'exec', container, 'ip', 'addr', verb, `${floating}/32`, 'dev', 'eth0']);
  const put = (container: string, verb: 'add' | 'del' = 'add') => {
    const { code, stderr } = inside(container, verb);
    if (code !== 0) check(`${verb} in ${container}`, false, stderr);
  };
  put(first);
  reached('host and LAN reach a floating address in one container', bothAsk(floating, 'app', guestPort));
  const second = inside(other, 'add');
  check(
    'the kernel gives it to no second container meanwhile',
    second.code !== 0 && second.stderr.includes('Address already in use'),
    second.stderr,
  );
  put(first, 'del');
  put(other);
  // Nobody tells the LAN: what it has for the address is the parent's MAC address all the time.
  reached('then in another', [...bothAsk(floating, 'first'), [{ container: first }, floating, 'first']]);
  put(other, 'del');
  const device = `e${segment.host.split('.')[2]}`;
  must(...inNamespace('neighbour', 'ip', 'addr', 'add', `${floating}/32`, 'dev', device));
  // It has another MAC address, and says so, as keepalived does.
  run(inNamespace('neighbour', 'busybox', 'arping', '-U', '-c', '1', '-I', device, floating));
  reached('and on another machine', [
    ['host', floating, 'neighbour', serverPorts.tcp],
    [{ container: first }, floating, 'neighbour', serverPorts.tcp],
  ]);
  must(...inNamespace('neighbour', 'ip', 'addr', 'del', `${floating}/32`, 'dev', device));
}
