/** Projects beside each other on one LAN, the way to the host without a shim, and what must not be flipped to another mode. */
import { askAll, patience, type Asked, type From } from './asking.ts';
import { check, within } from './checks.ts';
import { forgetContainers, stateOf } from './containers.ts';
import { containerPorts, serverPorts } from './lan.ts';
import { addressOf, containerOf, difference, makeProject, netcompose, netcomposeBeside, ownAddresses, snapshot, type Project } from './machine.ts';
import { guest, row } from './netmodes.ts';
import { must } from './process.ts';

const { segment, network } = row('l2');
const [fixed, other] = ['192.168.12.54', '192.168.12.55'] as const;

/** A web server on the network. */
export const onLan = (name: string, more: object = {}): object => guest(name, { restart: 'no', networks: { lan: more } });
export const lan = network;

export function downAndCompare(project: Project, before: readonly string[]): void {
  const down = netcompose(project, ['down']);
  check(`down of ${project.name}`, down.code === 0, down.code === 0 ? '' : down.stderr);
  const left = difference(before, snapshot());
  check('nothing is left', left === '', left);
}

/** Whether each is answered by the one named, over TCP. */
export async function reached(name: string, asked: readonly (readonly [from: From, address: string, who: string, port?: number])[]): Promise<void> {
  const questions = asked.map(([from, address, who, port = containerPorts.tcp]): Asked & { readonly who: string } => ({ from, address, port, protocol: 'tcp', who }));
  const missing = (await askAll(questions, patience.wanted)).filter(({ who, answer }) => answer?.split(' saw ')[0] !== who);
  check(name, missing.length === 0, missing.map(({ from, address, port, answer }) => `${JSON.stringify(from)} at ${address}:${port}: ${answer ?? 'no answer'}`).join('\n'));
}

/** Both come up at once; each is reached; the first to go leaves the other alone; the last takes all away. */
export async function twoProjects(): Promise<void> {
  within('two projects on one ipvlan-l2');
  const before = snapshot();
  const one = makeProject('one', { services: { first: onLan('first') }, networks: { lan } });
  const two = makeProject('two', { services: { second: onLan('second', { ipv4_address: fixed }) }, networks: { lan } });
  const ups = await Promise.all([one, two].map((project) => netcomposeBeside(project, ['up', '-d'])));
  check(
    'both come up at once',
    ups.every(({ code }) => code === 0),
    ups.map(({ code, stderr }) => (code === 0 ? '' : stderr)).join('\n'),
  );
  const first = containerOf(one, 'first');
  await reached('host and LAN reach both, and they each other', [
    ['host', addressOf(first), 'first'],
    ['host', fixed, 'second'],
    ['neighbour', fixed, 'second'],
    [{ container: first }, fixed, 'second'],
    [{ container: containerOf(two, 'second') }, addressOf(first), 'first'],
  ]);
  const down = netcompose(one, ['down']);
  check('down of the first', down.code === 0, down.code === 0 ? '' : down.stderr);
  await reached('the second is reached as before', [
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
  const project = makeProject('loopback', {
    services: { web: guest('web', { restart: 'no', ports: ['8080:80'], 'x-netmode': { ...network!['x-netmode']!, host_access: 'loopback' } }) },
  });
  const up = netcompose(project, ['up', '-d']);
  check('up', up.code === 0, up.code === 0 ? '' : up.stderr);
  const own = addressOf(containerOf(project, 'web'));
  await reached('the host by 127.0.0.1, the LAN at its own address', [
    ['host', '127.0.0.1', 'web', 8080],
    ['neighbour', own, 'web'],
  ]);
  const [published] = await askAll([{ from: 'neighbour', protocol: 'tcp', address: segment.host, port: 8080 }], patience.surprise);
  check('the port is not published to the LAN', published!.answer === undefined, published!.answer ?? '');
  check('no shim is made', ownAddresses().size === 0, '');
  downAndCompare(project, before);
}

/**
 * A parent has one ipvlan mode, that of the last to write it. Docker itself flips a container that runs; netcompose refuses,
 * and what is there goes on.
 */
export async function neverFlipped(): Promise<void> {
  within('another mode on a parent in use');
  const before = snapshot();
  const { parent } = segment;
  must('docker', 'network', 'create', '--driver', 'ipvlan', '--subnet', '10.7.99.0/24', '--opt', `parent=${parent}`, '--opt', 'ipvlan_mode=l3', 'by-hand');
  must('docker', 'run', '--detach', '--name', 'flip-by-hand-1', '--network', 'by-hand', '--stop-signal', 'SIGKILL', 'busybox:latest', 'sleep', '999');
  forgetContainers();
  const mode = () => {
    const [link] = JSON.parse(must('nsenter', '--net', '--target', String(stateOf('flip-by-hand-1').pid), 'ip', '-d', '-j', 'link', 'show', 'dev', 'eth0')) as readonly {
      readonly linkinfo: { readonly info_data: { readonly mode: string } };
    }[];
    return link!.linkinfo.info_data.mode;
  };
  check('it is L3', mode() === 'l3', mode());
  for (const [wanted, rule] of [
    ['ipvlan-l2', 'parent/mode-clash'],
    ['macvlan', 'parent/driver-clash'],
  ] as const) {
    const project = makeProject('flip', { services: { web: onLan('web', { ipv4_address: other }) }, networks: { lan: { 'x-netmode': { ...lan!['x-netmode']!, mode: wanted } } } });
    const up = netcompose(project, ['up', '-d']);
    check(`${wanted} is refused`, up.code === 1 && up.stderr.includes(rule), up.stderr);
  }
  check('it is L3 still', mode() === 'l3', mode());
  must('docker', 'rm', '--force', 'flip-by-hand-1');
  must('docker', 'network', 'rm', 'by-hand');
  const left = difference(before, snapshot());
  check('nothing is left', left === '', left);
}
