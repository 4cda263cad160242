/**
 * Services in the network of another that is on ipvlan L2, and an address that moves between two of its containers:
 * all containers of a parent share its MAC address, and the kernel knows each address at one of them.
 */
import type { Asked } from './asking.ts';
import { check, within } from './checks.ts';
import { stateOf } from './containers.ts';
import { containerPorts, inNamespace, serverPorts } from './lan.ts';
import {
  containerOf,
  downAndCompare,
  identities,
  makeProject,
  netcompose,
  type Project,
  snapshot,
  writeProject,
} from './machine.ts';
import { guest, row } from './netmodes.ts';
import { must, run } from './process.ts';
import { lan, onLan, reached } from './projects.ts';

const { segment } = row('l2');
const [vpns, others, floating] = ['192.168.12.56', '192.168.12.57', '192.168.12.60'] as const;
/** Where the guest answers, with its name. */
const guestPort = 8081;

/** @param version a label, for whose sake Compose makes the owner anew */
const file = (version: string): object => {
  const floats = { cap_add: ['NET_ADMIN'], 'x-netmode': { network: 'lan', floating_addresses: floating } };
  return {
    services: {
      vpn: { ...onLan({ ipv4_address: vpns }), ...floats, labels: { version } },
      app: guest({
        restart: 'no',
        expose: [String(guestPort)],
        command: ['nc', '-ll', '-p', String(guestPort), '-e', 'printf', 'app'],
        'x-netmode': 'service:vpn',
      }),
      other: { ...onLan({ ipv4_address: others }), ...floats },
    },
    networks: { lan },
  };
};

const bothAsk = (address: string, who: string, port: number = containerPorts.tcp) =>
  [
    ['host', address, who, port],
    ['neighbour', address, who, port],
  ] as const;

export async function guests(): Promise<void> {
  within('guests of an ipvlan-l2 service');
  const before = snapshot();
  const project = makeProject('guests', file('1'));
  const up = netcompose(project, ['up', '-d']);
  check('up', up.code === 0, up.code === 0 ? '' : up.stderr);
  if (up.code === 0) {
    guestAnswers(project, 'after up');
    moves(project);
    ownerComesBack(project);
  }
  downAndCompare(project, before);
}

/** From the host, from the LAN, and from another container by the guest's name. */
function guestAnswers(project: Project, when: string): void {
  reached(`host and LAN reach the guest at its owner's address, ${when}`, bothAsk(vpns, 'app', guestPort));
  const asked = run(['docker', 'exec', containerOf(project, 'other'), 'nc', 'app', String(guestPort)]);
  check(`another service reaches it by its name, ${when}`, asked.stdout === 'app', asked.stdout + asked.stderr);
}

function ownerComesBack(project: Project): void {
  const restarted = netcompose(project, ['restart', 'vpn']);
  check('the owner is restarted', restarted.code === 0, restarted.code === 0 ? '' : restarted.stderr);
  guestAnswers(project, 'after that');
  const [first, containers] = [stateOf(containerOf(project, 'vpn')).id, identities()];
  writeProject(project, file('2'));
  const up = netcompose(project, ['up', '-d']);
  const isAnew = up.code === 0 && stateOf(containerOf(project, 'vpn')).id !== first && containers !== identities();
  check('the owner is made anew', isAnew, up.code === 0 ? '' : up.stderr);
  guestAnswers(project, 'after that too');
}

/** Nobody tells the LAN: what it has for the address is the parent's MAC address all the time. */
function moves(project: Project): void {
  const inside = (service: string, verb: 'add' | 'del') =>
    run(['docker', 'exec', containerOf(project, service), 'ip', 'addr', verb, `${floating}/32`, 'dev', 'eth0']);
  const put = (service: string, verb: 'add' | 'del' = 'add') => {
    const { code, stderr } = inside(service, verb);
    if (code !== 0) check(`${verb} in ${service}`, false, stderr);
  };
  put('vpn');
  reached('host and LAN reach a floating address in one container', bothAsk(floating, 'app', guestPort));
  const second = inside('other', 'add');
  check(
    'the kernel gives it to no second container meanwhile',
    second.code !== 0 && second.stderr.includes('Address already in use'),
    second.stderr,
  );
  put('vpn', 'del');
  put('other');
  reached('then in another', [
    ...bothAsk(floating, 'other'),
    [{ container: containerOf(project, 'vpn') }, floating, 'other'],
  ]);
  put('other', 'del');
  const wire = ['dev', `e${segment.host.split('.')[2]}`] as const;
  must(...inNamespace('neighbour', 'ip', 'addr', 'add', `${floating}/32`, ...wire));
  // It has another MAC address, and says so, as keepalived does.
  run(inNamespace('neighbour', 'busybox', 'arping', '-U', '-c', '1', '-I', wire[1], floating));
  const elsewhere: readonly (readonly [Asked['from'], string, string, number])[] = [
    ['host', floating, 'neighbour', serverPorts.tcp],
    [{ container: containerOf(project, 'vpn') }, floating, 'neighbour', serverPorts.tcp],
  ];
  reached('and on another machine', elsewhere);
  must(...inNamespace('neighbour', 'ip', 'addr', 'del', `${floating}/32`, ...wire));
}
