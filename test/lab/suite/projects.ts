/**
 * Projects beside each other on one LAN, the way to the host without a shim, and what must not be flipped to another
 * mode.
 */
import { askAll } from './asking.ts';
import { check, within } from './checks.ts';
import { forgetContainers, stateOf } from './containers.ts';
import { comesBack, floats, guestAnswers, moves, ownerAndGuest } from './guests.ts';
import { serverPorts } from './lan.ts';
import {
  addressOf,
  containerOf,
  difference,
  downAndCompare,
  makeProject,
  netcompose,
  netcomposeBeside,
  ownAddresses,
  snapshot,
} from './machine.ts';
import { guest, row } from './netmodes.ts';
import { must } from './process.ts';
import { reached } from './reached.ts';

const { segment, network } = row('l2');
const [fixed, other] = ['192.168.12.54', '192.168.12.55'] as const;

/** A service on the network. */
export const onLan = (more: object = {}): object => guest({ restart: 'no', networks: { lan: more } });
export const lan = network;

/**
 * Both come up at once; each is reached, a guest of the second too, and an address that floats between them; the first
 * to go leaves the other alone, whose owner comes back with its guest; the last takes all away.
 */
export async function twoProjects(): Promise<void> {
  within('two projects on one ipvlan-l2');
  const before = snapshot();
  const one = makeProject('one', { services: { first: { ...onLan(), ...floats } }, networks: { lan } });
  const second = (version: string) => ({
    services: ownerAndGuest('second', { ...onLan({ ipv4_address: fixed }), ...floats, labels: { version } }),
    networks: { lan },
  });
  const two = makeProject('two', second('1'));
  const ups = await Promise.all([one, two].map((project) => netcomposeBeside(project, ['up', '-d'])));
  check(
    'both come up at once',
    ups.every(({ code }) => code === 0),
    ups.map(({ code, stderr }) => (code === 0 ? '' : stderr)).join('\n'),
  );
  const first = containerOf(one, 'first');
  reached('host and LAN reach both, and they each other', [
    ['host', addressOf(first), 'first'],
    ['host', fixed, 'second'],
    ['neighbour', fixed, 'second'],
    [{ container: first }, fixed, 'second'],
    [{ container: containerOf(two, 'second') }, addressOf(first), 'first'],
  ]);
  const owner = { service: 'second', project: two, address: fixed, asker: first };
  guestAnswers(owner, 'after up');
  moves(first, owner);
  comesBack(owner, second('2'));
  const down = netcompose(one, ['down']);
  check('down of the first', down.code === 0, down.code === 0 ? '' : down.stderr);
  reached('the second is reached as before', [
    ['host', fixed, 'second'],
    ['neighbour', fixed, 'second'],
    [{ container: containerOf(two, 'second') }, segment.host, 'host', serverPorts.tcp],
  ]);
  downAndCompare(two, before);
}

/** The port is published for this host only, no shim is made, and the LAN reaches the container at its own address. */
export async function loopback(): Promise<void> {
  within('ipvlan-l2, host_access loopback');
  const before = snapshot();
  // Without IPv6, for the sake of which Docker would let the container leave by the LAN.
  const { segment: place, network: four } = row('l2given');
  const netmode = { ...four!['x-netmode']!, shim: undefined, host_access: 'loopback' };
  const project = makeProject('loopback', {
    services: { web: guest({ restart: 'no', ports: ['8080:80'], 'x-netmode': netmode }) },
  });
  const up = netcompose(project, ['up', '-d']);
  check('up', up.code === 0, up.code === 0 ? '' : up.stderr);
  const own = addressOf(containerOf(project, 'web'));
  reached('the host by 127.0.0.1, the LAN at its own address', [
    ['host', '127.0.0.1', 'web', 8080],
    ['neighbour', own, 'web'],
  ]);
  const [published] = askAll([{ from: 'neighbour', protocol: 'tcp', address: place.host, port: 8080 }]);
  check('the port is not published to the LAN', published!.answer === undefined, published!.answer ?? '');
  check('no shim is made', ownAddresses().size === 0, '');
  downAndCompare(project, before);
}

/**
 * A parent has one ipvlan mode, that of the last to write it. Docker itself flips a container that runs; netcompose
 * refuses, and what is there goes on.
 */
export async function neverFlipped(): Promise<void> {
  within('another mode on a parent in use');
  const before = snapshot();
  const { parent } = segment;
  must(
    'docker',
    'network',
    'create',
    '--driver',
    'ipvlan',
    '--subnet',
    '10.7.99.0/24',
    '--opt',
    `parent=${parent}`,
    '--opt',
    'ipvlan_mode=l3',
    'by-hand',
  );
  must(
    'docker',
    'run',
    '--detach',
    '--name',
    'flip-by-hand-1',
    '--network',
    'by-hand',
    '--stop-signal',
    'SIGKILL',
    'busybox:latest',
    'sleep',
    '999',
  );
  forgetContainers();
  const mode = () => {
    const [link] = JSON.parse(
      must(
        'nsenter',
        '--net',
        '--target',
        String(stateOf('flip-by-hand-1').pid),
        'ip',
        '-d',
        '-j',
        'link',
        'show',
        'dev',
        'eth0',
      ),
    ) as readonly {
      readonly linkinfo: { readonly info_data: { readonly mode: string } };
    }[];
    return link!.linkinfo.info_data.mode;
  };
  check('it is L3', mode() === 'l3', mode());
  for (const [wanted, rule] of [
    ['ipvlan-l2', 'parent/taken-by-network'],
    ['macvlan', 'parent/driver-clash'],
  ] as const) {
    const project = makeProject('flip', {
      services: { web: onLan({ ipv4_address: other }) },
      networks: { lan: { 'x-netmode': { ...lan!['x-netmode']!, mode: wanted } } },
    });
    const up = netcompose(project, ['up', '-d']);
    check(`${wanted} is refused`, up.code === 1 && up.stderr.includes(rule), up.stderr);
  }
  check('it is L3 still', mode() === 'l3', mode());
  must('docker', 'rm', '--force', 'flip-by-hand-1');
  must('docker', 'network', 'rm', 'by-hand');
  const left = difference(before, snapshot());
  check('nothing is left', left === '', left);
}
