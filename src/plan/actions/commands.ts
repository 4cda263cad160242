/**
 * Host actions as argument vectors: the only place where one is made of them. One action is one command; do and undo stand
 * side by side. What names may be is checked here, before any runs.
 */
import { type Address, blockOf, type Cidr, formatAddress, formatCidr } from '../facts/ip.ts';
import { shimAliasPrefix, shimGroup } from '../facts/ownership.ts';
import type { AddShimRoute, CreateShim, EnsureNetwork, HostAction, SetSysctl, Step } from './action.ts';

type Argv = readonly string[];

interface Commands {
  readonly command: Argv;
  /** On a host that was as the kernel makes it. */
  readonly undo: Argv;
}

/** An action together with its commands. */
export function stepsOf(actions: readonly HostAction[]): readonly Step[] {
  return actions.map((action) => ({ action, ...commandsOf(action) }));
}

/**
 * The argument vector that does an action. Throws a `RangeError` for a name or value that could mean something else to
 * the command, which the plan must have refused before.
 */
export const commandOf = (action: HostAction): Argv => commandsOf(action).command;

/** The argument vector that undoes exactly this action. Throws as `commandOf` does. */
export const undoOf = (action: HostAction): Argv => commandsOf(action).undo;

/** What the kernel gives a new interface, where the host has no other defaults; the executor restores what it saw instead. */
const sysctlDefaults: Readonly<Record<string, string>> = { accept_ra: '1', autoconf: '1' };

function commandsOf(action: HostAction): Commands {
  // `dev` and `name` are always written: iproute2 takes a bare name for the abbreviation of a keyword (`a` for `address`).
  switch (action.kind) {
    case 'ensure-network':
      return { command: createNetwork(action), undo: ['docker', 'network', 'rm', networkName(action.name)] };
    case 'create-shim':
      return { command: createShim(action), undo: ['ip', 'link', 'del', 'dev', interfaceName(action.shim)] };
    case 'mark-shim': {
      const alias = ['ip', 'link', 'set', 'dev', interfaceName(action.shim), 'alias'];
      return { command: [...alias, `${shimAliasPrefix}${networkName(action.network)}`], undo: [...alias, ''] };
    }
    case 'set-sysctl': {
      const set = (value: string) => ['sysctl', '-w', `${sysctlKey(action)}=${value}`];
      return {
        command: set(checked(action.value, /^-?\d+$/, 'a sysctl value')),
        undo: set(sysctlDefaults[action.key.at(-1) ?? ''] ?? '0'),
      };
    }
    case 'add-shim-address': {
      const change = (verb: string) => [
        ...['ip', ...family(action.address), 'addr', verb, formatCidr(blockOf(action.address))],
        ...['dev', interfaceName(action.shim)],
      ];
      return { command: [...change('add'), ...withoutDetection(action.address)], undo: change('del') };
    }
    case 'bring-shim-up': {
      const set = ['ip', 'link', 'set', 'dev', interfaceName(action.shim)];
      return { command: [...set, 'up'], undo: [...set, 'down'] };
    }
    case 'add-shim-route':
      return {
        command: [...route('add', action), ...(action.source ? ['src', formatAddress(action.source)] : [])],
        undo: route('del', action),
      };
    case 'add-shim-neighbour': {
      const change = (verb: string) => ['ip', ...family(action.address), 'neigh', verb, formatAddress(action.address)];
      const on = ['dev', interfaceName(action.shim)];
      const mac = checked(action.mac, /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i, 'a MAC address');
      return {
        command: [...change('replace'), 'lladdr', mac, ...on, 'nud', 'permanent'],
        undo: [...change('del'), ...on],
      };
    }
  }
}

/**
 * The argument vector for the LAN's router; nobody here runs it. It ends after `via` where the address is open. Throws a
 * `RangeError` for the default route.
 */
export function lanRouteCommand({ destination, via }: { readonly destination: Cidr; readonly via?: Address }): Argv {
  return [
    ...['ip', ...family(destination), 'route', 'add', subnet(destination), 'via'],
    ...(via ? [formatAddress(via)] : []),
  ];
}

function createNetwork({ name, driver, options, pools, ipv4, ipv6, labels }: EnsureNetwork): Argv {
  return [
    ...['docker', 'network', 'create', '--driver', driver],
    ...(ipv4 ? [] : ['--ipv4=false']),
    ...(ipv6 ? ['--ipv6'] : []),
    ...pools.flatMap((pool) => [
      ...['--subnet', subnet(pool.subnet)],
      ...(pool.gateway ? ['--gateway', formatAddress(pool.gateway)] : []),
      ...(pool.ipRange ? ['--ip-range', formatCidr(pool.ipRange)] : []),
      ...sorted(pool.auxAddresses).flatMap(([key, address]) => ['--aux-address', `${key}=${formatAddress(address)}`]),
    ]),
    ...pairs(options).flatMap((pair) => ['--opt', pair]),
    ...pairs(labels).flatMap((pair) => ['--label', pair]),
    networkName(name),
  ];
}

function createShim({ shim, parent, driver, mode, flag }: CreateShim): Argv {
  // Mode and flag are never left to a default: Docker's and iproute2's differ, and a wrong one changes every container on
  // the parent.
  const kind = driver === 'macvlan' ? ['macvlan', 'mode', mode] : ['ipvlan', 'mode', mode, flag ?? 'bridge'];
  return [
    ...['ip', 'link', 'add', 'link', interfaceName(parent), 'name', interfaceName(shim)],
    ...['group', String(shimGroup), 'type', ...kind],
  ];
}

function route(verb: 'add' | 'del', { destination, shim }: AddShimRoute): Argv {
  return ['ip', ...family(destination), 'route', verb, subnet(destination), 'dev', interfaceName(shim)];
}

/** With slashes, because an interface's name may have dots. */
function sysctlKey({ key }: SetSysctl): string {
  return ['net', ...key.map((segment) => checked(segment, /^(?!\.{1,2}$)[^\s/=]+$/, 'part of a sysctl'))].join('/');
}

const family = ({ family }: Address | Cidr): Argv => (family === 6 ? ['-6'] : []);

/** The address is reserved in the network's IPAM; while the kernel looks for duplicates, for a second or two, it could not be used. */
const withoutDetection = ({ family }: Address): Argv => (family === 6 ? ['nodad'] : []);

const sorted = <T>(values: ReadonlyMap<string, T>) => [...values].sort(([a], [b]) => (a < b ? -1 : 1));

const pairs = (values: Readonly<Record<string, string>>): Argv =>
  sorted(new Map(Object.entries(values))).map(([key, value]) => `${key}=${value}`);

const interfaceName = (name: string) => checked(name, /^(?!-)(?!\.{1,2}$)[^\s/:]{1,15}$/, 'an interface name');
const networkName = (name: string) => checked(name, /^[a-zA-Z0-9][\w.-]*$/, 'a network name');

/** Never the default route: a prefix of 0 is refused. */
function subnet(cidr: Cidr): string {
  if (cidr.prefix === 0) throw new RangeError(`"${formatCidr(cidr)}" is not a subnet`);
  return formatCidr(cidr);
}

function checked(text: string, form: RegExp, what: string): string {
  if (!form.test(text)) throw new RangeError(`"${text}" is not ${what}`);
  return text;
}
