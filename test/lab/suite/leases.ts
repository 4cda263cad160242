/**
 * Networks that the file or somebody else has made, for which no address of the shim's is kept: where no range is given
 * each container has a way of its own, and where another interface came before the parent the ways name the host's
 * address, in a table of their own. So new addresses, of containers and of the host, take an `up` or `shim watch`.
 */
import { type Asked, askAll } from './asking.ts';
import { check, within } from './checks.ts';
import { forgetContainers, stateOf } from './containers.ts';
import { containerPorts, serverPorts } from './lan.ts';
import { secondUp } from './life.ts';
import {
  addressOf,
  containerOf,
  difference,
  downAndCompare,
  identities,
  links,
  makeProject,
  netcompose,
  type Project,
  snapshot,
  writeProject,
} from './machine.ts';
import { guest, row } from './netmodes.ts';
import { must, run, until } from './process.ts';
import { mended, whileWatching } from './watching.ts';

const { segment: first } = row('l2plain');
const { segment: later } = row('l2');
const { segment: deep, routed } = row('l3');
const { segment: there } = row('native');

/** A network, with the service on it of the same name. */
interface Kind {
  readonly name: string;
  readonly segment: typeof first;
  /** Of its containers: the second is given later. */
  readonly given: string;
  readonly form: 'by-itself' | 'table';
  readonly network: object;
}

const native = (parent: string, mode: string, pool: object) => ({
  ...{ driver: 'ipvlan', driver_opts: { parent, ipvlan_mode: mode }, ipam: { config: [pool] } },
  'x-netmode': { host_access: 'shim' },
});
const onLan = ({ subnet, router }: typeof first) => ({ subnet, gateway: router });
const external = 'lab-there';

const kinds: readonly Kind[] = [
  {
    ...{ name: 'first', segment: first, given: '192.168.11.21', form: 'by-itself' },
    network: native(first.parent, 'l2', onLan(first)),
  },
  {
    ...{ name: 'later', segment: later, given: '192.168.12.77', form: 'table' },
    network: native(later.parent, 'l2', onLan(later)),
  },
  {
    ...{ name: 'deep', segment: deep, given: '10.7.17.77', form: 'table' },
    network: native(deep.parent, 'l3', { subnet: routed![0]! }),
  },
  {
    ...{ name: 'there', segment: there, given: '192.168.16.77', form: 'table' },
    network: { name: external, external: true, 'x-netmode': { host_access: 'shim' } },
  },
];
const tabled = kinds.filter(({ form }) => form === 'table');
/** The other's range is led to as a whole, whether there are containers or not. */
const rangeless = kinds.filter(({ name }) => name !== 'there');
const shimOf = ({ segment }: Kind) => `nc-${segment.parent}`;

/** @param given whether the services have their addresses from the file */
const file = (given: boolean) => ({
  services: Object.fromEntries(
    kinds.map((one) => [one.name, guest({ networks: { [one.name]: given ? { ipv4_address: one.given } : {} } })]),
  ),
  networks: Object.fromEntries(kinds.map(({ name, network }) => [name, network])),
});

/** The last part of the address that the host has on each LAN, by DHCP as it were. */
let lease = '10';
const hostOn = ({ segment }: Kind, last = lease) => segment.host.replace(/\d+$/, last);

/** What a DHCP client does, whose old lease has run out. */
function leased(last: string): void {
  for (const one of kinds) {
    const { parent, prefix } = one.segment;
    must('ip', 'addr', 'del', `${hostOn(one)}/${prefix}`, 'dev', parent);
    must('ip', 'addr', 'add', `${hostOn(one, last)}/${prefix}`, 'dev', parent);
  }
  must('ip', 'route', 'replace', 'default', 'via', first.router);
  lease = last;
}

const containerIn = (project: Project, { name }: Kind) => containerOf(project, name);

interface Expected extends Asked {
  readonly wanted: string;
}

/** By TCP and UDP: the host asks as the address that it has, is asked at that one, and sees the container's. */
function bothWays(one: Kind, who: string, container: string, address: string): readonly Expected[] {
  const host = hostOn(one);
  return (['tcp', 'udp'] as const).flatMap((protocol): readonly Expected[] => [
    { from: 'host', protocol, address, port: containerPorts[protocol], wanted: `${who} saw ${host}` },
    {
      ...{ from: { container }, protocol, address: host, port: serverPorts[protocol] },
      wanted: `host saw ${address}`,
    },
  ]);
}

function fromTheRightAddress(name: string, expected: readonly Expected[]): void {
  const wrong = askAll(expected, 'none').filter(({ answer, wanted }) => answer !== wanted);
  check(
    name,
    expected.length > 0 && wrong.length === 0,
    wrong
      .map(({ from, protocol, address, wanted, answer }) =>
        [JSON.stringify(from), protocol, `${address}: ${answer ?? 'no answer'} (${wanted})`].join(' '),
      )
      .join('\n'),
  );
}

const stillMeet = (project: Project, when: string, those: readonly Kind[] = kinds) =>
  fromTheRightAddress(
    `host and containers reach each other as what they are, ${when}`,
    those.flatMap((one) => {
      const container = containerIn(project, one);
      return bothWays(one, one.name, container, addressOf(container));
    }),
  );

/** Of what the shims have: routes in both tables, rules, and neighbour entries. */
const waysWith = (text: string) => links().filter((line) => line.split(/[ /]/).includes(text));

function succeeds(project: Project, ...args: readonly string[]): void {
  const { code, stderr } = netcompose(project, args);
  check(`\`${args.join(' ')}\``, code === 0, code === 0 ? '' : stderr);
}

function asDocumented(project: Project): void {
  const { code, stdout, stderr } = netcompose(project, ['shim', 'ls', '--format', 'json']);
  const listed = code === 0 ? JSON.parse(stdout) : { shims: [] };
  const forms = new Map<string, string>(
    (listed.shims as readonly { name: string; form: string }[]).map(({ name, form }) => [name, form]),
  );
  const wrong = kinds.filter((one) => forms.get(shimOf(one)) !== one.form);
  check(
    '`shim ls` finds nothing wrong, and each shim has the form that it is to have',
    code === 0 && wrong.length === 0 && forms.size === kinds.length,
    code === 0 && wrong.length === 0 ? '' : stdout + stderr,
  );
}

/** The file gives other addresses: nothing leads to the old ones any more. */
function containersMove(project: Project): void {
  const old = rangeless.map((one) => addressOf(containerIn(project, one)));
  writeProject(project, file(true));
  succeeds(project, 'up', '-d');
  const now = kinds.map((one) => addressOf(containerIn(project, one)));
  check(
    'the containers are made anew at other addresses',
    String(now) === String(kinds.map(({ given }) => given)),
    String(now),
  );
  stillMeet(project, 'there');
  const left = old.flatMap(waysWith);
  check('and nothing leads to the old ones', old.every(Boolean) && left.length === 0, left.join('\n'));
}

function upAfterLease(project: Project): void {
  const old = tabled.map((one) => hostOn(one));
  const containers = identities();
  leased('11');
  stillMeet(
    project,
    'by a shim without a source after another lease',
    kinds.filter((one) => !tabled.includes(one)),
  );
  const waiting = old.filter((address) => waysWith(address).length === 0);
  check('a way that names its source keeps naming the old one', waiting.length === 0, waiting.join(' '));
  succeeds(project, 'up', '-d');
  stillMeet(project, 'once `up` has seen it');
  const left = old.flatMap(waysWith);
  check('no way names the old one any more', left.length === 0, left.join('\n'));
  check('and the containers stay', identities() === containers, '');
}

function watchAfterLease(project: Project): void {
  const earlier = mended().length;
  leased('12');
  const isMended = () => tabled.every((one) => mended().slice(earlier).includes(shimOf(one)));
  until(isMended, Boolean, 1200, 50);
  check('it follows another lease', isMended(), mended().slice(earlier).join(' '));
  stillMeet(project, 'after that');
}

/** Beside what the file says, where each container has a way of its own. */
function watchAfterRun(project: Project): void {
  const [one] = tabled as [Kind];
  const [name, address] = ['leases-beside-1', '192.168.12.78'];
  const before = links();
  const { network } = stateOf(containerIn(project, one)).addresses[0]!;
  const argv = ['--detach', '--name', name, '--network', network, '--ip', address, '--stop-signal', 'SIGKILL'];
  must('docker', 'run', ...argv, 'busybox:latest', 'sleep', '9999');
  forgetContainers();
  // A rule, a route in each table and a neighbour entry, of which the entry is the last.
  until(
    () => waysWith(address),
    (ways) => ways.some((line) => line.startsWith('neighbour')),
    600,
    100,
  );
  fromTheRightAddress('it leads to a container that comes', bothWays(one, 'beside', name, address));
  must('docker', 'rm', '--force', name);
  forgetContainers();
  const left = until(
    () => waysWith(address),
    (ways) => ways.length === 0,
    600,
    100,
  );
  check('and no longer, once it has gone', left.length === 0, left.join('\n'));
  check('all is as it was', difference(before, links()) === '', difference(before, links()));
}

export async function leases(): Promise<void> {
  within('addresses that nobody keeps');
  const options = ['--driver', 'ipvlan', '--opt', `parent=${there.parent}`, '--ip-range', '192.168.16.224/30'];
  must('docker', 'network', 'create', ...options, '--subnet', there.subnet, '--gateway', there.router, external);
  const before = snapshot();
  const project = makeProject('leases', file(false));
  try {
    succeeds(project, 'up', '-d');
    stillMeet(project, 'at the addresses that Docker has given');
    asDocumented(project);
    containersMove(project);
    upAfterLease(project);
    await whileWatching(project, kinds.length, () => {
      watchAfterLease(project);
      watchAfterRun(project);
    });
    secondUp(project);
  } finally {
    run(['docker', 'rm', '--force', 'leases-beside-1']);
    leased('10');
    downAndCompare(project, before);
    run(['docker', 'network', 'rm', external]);
  }
}
