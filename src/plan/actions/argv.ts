/**
 * Argument vectors of the commands that change a host or its engine: the only place where one is made of them. Do and
 * undo stand side by side. What names may be is checked here, before anything runs: each function throws a `RangeError`
 * for a name or value that could mean something else to the command, which the plan must have refused before.
 */
import { type Address, blockOf, type Cidr, formatAddress, formatCidr } from '../facts/ip.ts';
import { answersTable, shimAliasPrefix, shimGroup, shimTable } from '../facts/ownership.ts';
import type { Pool } from '../facts/pool.ts';

export type Argv = readonly string[];

export interface Commands {
  readonly command: Argv;
  /** What undoes exactly this, on a host that was as the kernel makes it. */
  readonly undo: Argv;
}

/**
 * `dev` and `name` are always written: iproute2 takes a bare name for the abbreviation of a keyword (`a` for
 * `address`).
 */
const on = (shim: string): Argv => ['dev', interfaceName(shim)];

export function dockerNetwork(network: {
  readonly name: string;
  readonly driver: string;
  readonly options: Readonly<Record<string, string>>;
  readonly pools: readonly Pool[];
  readonly ipv4: boolean;
  readonly ipv6: boolean;
  readonly labels: Readonly<Record<string, string>>;
}): Commands {
  const name = networkName(network.name);
  const command = [
    ...['docker', 'network', 'create', '--driver', network.driver],
    ...(network.ipv4 ? [] : ['--ipv4=false']),
    ...(network.ipv6 ? ['--ipv6'] : []),
    ...network.pools.flatMap((pool) => [
      ...['--subnet', subnet(pool.subnet)],
      ...(pool.gateway ? ['--gateway', formatAddress(pool.gateway)] : []),
      ...(pool.ipRange ? ['--ip-range', formatCidr(pool.ipRange)] : []),
      ...sorted(pool.auxAddresses).flatMap(([key, address]) => ['--aux-address', `${key}=${formatAddress(address)}`]),
    ]),
    ...pairs(network.options).flatMap((pair) => ['--opt', pair]),
    ...pairs(network.labels).flatMap((pair) => ['--label', pair]),
    name,
  ];
  return { command, undo: ['docker', 'network', 'rm', name] };
}

/** What one host has of a network of a swarm: it takes nothing until a network is made from it. */
export function configOnlyNetwork(network: {
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
  readonly pools: readonly Pool[];
  readonly ipv4: boolean;
  readonly ipv6: boolean;
}): Commands {
  const { command, undo } = dockerNetwork({ ...network, driver: '', labels: {} });
  return { command: ['docker', 'network', 'create', '--config-only', ...command.slice(5)], undo };
}

/** It takes nothing else from the command line, labels neither: the engine refuses them beside `--config-from`. */
export function swarmNetwork(network: {
  readonly name: string;
  readonly driver: string;
  readonly config: string;
}): Commands {
  const name = networkName(network.name);
  const from = ['--scope', 'swarm', '--config-from', networkName(network.config)];
  return {
    command: ['docker', 'network', 'create', '--driver', network.driver, ...from, name],
    undo: ['docker', 'network', 'rm', name],
  };
}

/** The stack of a project; what was rendered is in `stack.yaml`. */
export function stackCommands(project: string): Commands {
  const stack = networkName(project);
  return {
    command: ['docker', 'stack', 'deploy', '--compose-file', 'stack.yaml', stack],
    undo: ['docker', 'stack', 'rm', stack],
  };
}

/**
 * Mode and flag are never left to a default: Docker's and iproute2's differ, and a wrong one changes every container on
 * the parent.
 */
export function shimLink({
  shim,
  parent,
  driver,
  mode,
  flag = 'bridge',
  mac,
}: {
  readonly shim: string;
  readonly parent: string;
  readonly driver: 'macvlan' | 'ipvlan';
  readonly mode: string;
  readonly flag?: string;
  readonly mac?: string;
}): Commands {
  const kind = [driver, 'mode', mode, ...(driver === 'ipvlan' ? [flag] : [])];
  return {
    command: [
      ...['ip', 'link', 'add', 'link', interfaceName(parent), 'name', interfaceName(shim)],
      ...(mac === undefined ? [] : ['address', macAddress(mac)]),
      ...['group', String(shimGroup), 'type', ...kind],
    ],
    undo: ['ip', 'link', 'del', ...on(shim)],
  };
}

export function shimMark({ shim, network }: { readonly shim: string; readonly network: string }): Commands {
  const alias = ['ip', 'link', 'set', ...on(shim), 'alias'];
  return { command: [...alias, `${shimAliasPrefix}${networkName(network)}`], undo: [...alias, ''] };
}

/**
 * What the kernel gives a new interface, where the host has no other defaults; the executor restores what it saw
 * instead.
 */
const sysctlDefaults: Readonly<Record<string, string>> = { accept_ra: '1', autoconf: '1' };

export function sysctl({ key, value }: { readonly key: readonly string[]; readonly value: string }): Commands {
  const set = (to: string) => ['sysctl', '-w', `${sysctlKey(key)}=${to}`];
  return {
    command: set(checked(value, /^-?\d+$/, 'a sysctl value')),
    undo: set(sysctlDefaults[key.at(-1) ?? ''] ?? '0'),
  };
}

export function shimMulticast({ shim, to }: { readonly shim: string; readonly to: 'on' | 'off' }): Commands {
  const set = ['ip', 'link', 'set', ...on(shim), 'multicast'];
  return { command: [...set, to], undo: [...set, to === 'off' ? 'on' : 'off'] };
}

export function shimMtu({
  shim,
  mtu,
  from,
}: {
  readonly shim: string;
  readonly mtu: number;
  readonly from: number;
}): Commands {
  const set = (to: number) => [...['ip', 'link', 'set', ...on(shim)], 'mtu', checked(String(to), /^\d+$/, 'an MTU')];
  return { command: set(mtu), undo: set(from) };
}

export function shimAddress({
  shim,
  address,
  scope,
}: {
  readonly shim: string;
  readonly address: Address;
  readonly scope?: 'link';
}): Commands {
  const change = (verb: string) => ['ip', ...family(address), 'addr', verb, formatCidr(blockOf(address)), ...on(shim)];
  return {
    command: [...change('add'), ...(scope ? ['scope', scope] : []), ...withoutDetection(address)],
    undo: change('del'),
  };
}

/** There is nothing to undo: NetworkManager forgets the device with the interface. */
export function leftAlone({ shim }: { readonly shim: string }): Commands {
  return { command: ['nmcli', 'device', 'set', interfaceName(shim), 'managed', 'no'], undo: [] };
}

/**
 * The kernel takes ARP of hardware type 6 (IEEE 802) on Ethernet as well as of type 1 (net/ipv4/arp.c, `arp_process`);
 * dhcpcd passes over what is not of its interface's type (src/arp.c, `arp_validate`). One table serves all shims, by
 * their group, and is made anew in one transaction.
 */
export function retypedAnswers(): Commands {
  const rule = `meta oifgroup ${shimGroup} arp operation reply arp htype set 6`;
  const chain = `chain answers { type filter hook output priority 0; ${rule}; }`;
  return {
    command: ['nft', `${fresh} table arp ${answersTable} { ${chain}; }`],
    undo: ['nft', 'delete', 'table', 'arp', answersTable],
  };
}

/** Removes it, whether it is there or not. */
export const answersAsUsual = (): Argv => ['nft', fresh];

/** `nft` has no command that removes what may be absent (until 1.0.7). */
const fresh = `table arp ${answersTable}; delete table arp ${answersTable};`;

export function shimUp({ shim }: { readonly shim: string }): Commands {
  const set = ['ip', 'link', 'set', ...on(shim)];
  return { command: [...set, 'up'], undo: [...set, 'down'] };
}

export function shimRoute({
  shim,
  destination,
  source,
}: {
  readonly shim: string;
  readonly destination: Cidr;
  readonly source?: Address;
}): Commands {
  const route = routeTo({ shim, destination, ...(source && { source }) });
  return { command: route('add'), undo: route('del') };
}

/** A route of a shim by what is done to it; of `del`, the interface is enough. */
export function routeTo({
  shim,
  destination,
  source,
  scope = 'global',
}: {
  readonly shim: string;
  readonly destination: Cidr;
  readonly source?: Address;
  readonly scope?: string;
}): (verb: 'add' | 'replace' | 'del') => Argv {
  // Of scope link, which is the default for IPv4, an address of that scope would be the source.
  const scoped = destination.family === 4 ? ['scope', checked(scope, /^\w+$/, 'a scope')] : [];
  return (verb) => [
    ...['ip', ...family(destination), 'route', verb, subnet(destination), ...on(shim)],
    ...(verb === 'del' ? [] : source ? ['src', formatAddress(source)] : scoped),
  ];
}

export function tableRoute({
  shim,
  destination,
  source,
}: {
  readonly shim: string;
  readonly destination: Cidr;
  readonly source: Address;
}): Commands {
  const [to, table] = [subnet(destination), ['table', String(shimTable.number)]];
  return {
    command: ['ip', 'route', 'replace', to, ...on(shim), 'src', formatAddress(source), ...table],
    undo: routeInTable({ shim, destination }),
  };
}

/** Removes a route of our own table, whatever its source. */
export function routeInTable({ shim, destination }: { readonly shim: string; readonly destination: Cidr }): Argv {
  const route = ['ip', ...family(destination), 'route', 'del', subnet(destination)];
  return [...route, ...on(shim), 'table', String(shimTable.number)];
}

/** Protocol kernel: systemd-networkd deletes the rules of others except those. */
export function tableRule({ destination }: { readonly destination: Cidr }): Commands {
  const { number, preference } = shimTable;
  const change = (verb: string) => [
    ...['ip', 'rule', verb, 'to', subnet(destination), 'lookup', String(number), 'pref', String(preference)],
  ];
  return { command: [...change('add'), 'protocol', 'kernel'], undo: change('del') };
}

/** Appended: two shims on one LAN each have a route of the same subnet. */
export function returnRoute({ shim, subnet: to }: { readonly shim: string; readonly subnet: Cidr }): Commands {
  const route = ['ip', ...family(to), 'route', 'append', subnet(to)];
  return {
    command: [...route, ...on(shim), 'table', String(shimTable.number)],
    undo: routeInTable({ shim, destination: to }),
  };
}

/** Protocol kernel, as above. */
export function returnRule({ source }: { readonly source: Address }): Commands {
  const { number, preference } = shimTable;
  const change = (verb: string) => [
    ...['ip', ...family(source), 'rule', verb, 'from', formatCidr(blockOf(source))],
    ...['lookup', String(number), 'pref', String(preference)],
  ];
  return { command: [...change('add'), 'protocol', 'kernel'], undo: change('del') };
}

export function shimNeighbour({
  shim,
  address,
  mac,
}: {
  readonly shim: string;
  readonly address: Address;
  readonly mac: string;
}): Commands {
  const change = (verb: string) => ['ip', ...family(address), 'neigh', verb, formatAddress(address)];
  const device = macAddress(mac);
  return {
    command: [...change('replace'), 'lladdr', device, ...on(shim), 'nud', 'permanent'],
    undo: [...change('del'), ...on(shim)],
  };
}

/** Removes what is known of an address: written down, or learned and so gone by itself at any time. */
export function neighbourGone({
  shim,
  address,
  permanent,
}: {
  readonly shim: string;
  readonly address: Address;
  readonly permanent: boolean;
}): Argv {
  const verb = permanent ? ['del'] : ['flush', 'to'];
  return ['ip', ...family(address), 'neigh', ...verb, formatAddress(address), ...on(shim)];
}

/**
 * The command for the LAN's router; nobody here runs it. It ends after `via` where the address is open. Throws
 * a `RangeError` for the default route.
 */
export function lanRouteCommand({ destination, via }: { readonly destination: Cidr; readonly via?: Address }): Argv {
  return [
    ...['ip', ...family(destination), 'route', 'add', subnet(destination), 'via'],
    ...(via ? [formatAddress(via)] : []),
  ];
}

/** With slashes, because an interface's name may have dots. */
function sysctlKey(key: readonly string[]): string {
  return ['net', ...key.map((segment) => checked(segment, /^(?!\.{1,2}$)[^\s/=]+$/, 'part of a sysctl'))].join('/');
}

const family = ({ family }: Address | Cidr): Argv => (family === 6 ? ['-6'] : []);

/**
 * The address is reserved in the network's IPAM; while the kernel looks for duplicates, for a second or two, it could
 * not be used.
 */
const withoutDetection = ({ family }: Address): Argv => (family === 6 ? ['nodad'] : []);

const sorted = <T>(values: ReadonlyMap<string, T>) => [...values].sort(([a], [b]) => (a < b ? -1 : 1));

const pairs = (values: Readonly<Record<string, string>>): Argv =>
  sorted(new Map(Object.entries(values))).map(([key, value]) => `${key}=${value}`);

const interfaceName = (name: string) => checked(name, /^(?!-)(?!\.{1,2}$)[^\s/:]{1,15}$/, 'an interface name');
const macAddress = (mac: string) => checked(mac, /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i, 'a MAC address');
const networkNames = /^[a-zA-Z0-9][\w.-]*$/;
const networkName = (name: string) => checked(name, networkNames, 'a network name');

/** Whether a network of this name can stand in commands: Docker takes others too. */
export const isNetworkName = (name: string): boolean => networkNames.test(name);

/** Never the default route: a prefix of 0 is refused. */
function subnet(cidr: Cidr): string {
  if (cidr.prefix === 0) throw new RangeError(`"${formatCidr(cidr)}" is not a subnet`);
  return formatCidr(cidr);
}

function checked(text: string, form: RegExp, what: string): string {
  if (!form.test(text)) throw new RangeError(`"${text}" is not ${what}`);
  return text;
}
