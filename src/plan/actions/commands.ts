/** Host actions as argument vectors. One action is one command; what names and values may be is checked here, before any runs. */

import { shimAliasPrefix, shimGroup } from '../facts/ownership.ts';
import type { LanRoute } from '../types.ts';
import type { AddShimRoute, CreateShim, EnsureNetwork, HostAction, SetSysctl, Step } from './action.ts';

/** What the kernel gives a new interface, where the host has no other defaults; the executor restores what it saw instead. */
const sysctlDefaults: Readonly<Record<string, string>> = { accept_ra: '1', autoconf: '1' };

/** An action together with its commands. */
export function stepsOf(actions: readonly HostAction[]): readonly Step[] {
  return actions.map((action) => ({ action, command: commandOf(action), undo: undoOf(action) }));
}

/**
 * The argument vector that does an action. Throws a `RangeError` for a name or value that could mean something else to
 * the command, which the plan must have refused before.
 */
export function commandOf(action: HostAction): readonly string[] {
  // `dev` and `name` are always written: iproute2 takes a bare name for the abbreviation of a keyword (`a` for `address`).
  switch (action.kind) {
    case 'ensure-network':
      return createNetwork(action);
    case 'create-shim':
      return createShim(action);
    case 'mark-shim':
      return [
        'ip',
        'link',
        'set',
        'dev',
        interfaceName(action.shim),
        'alias',
        `${shimAliasPrefix}${networkName(action.network)}`,
      ];
    case 'set-sysctl':
      return ['sysctl', '-w', `${sysctlKey(action)}=${checked(action.value, /^-?\d+$/, 'a sysctl value')}`];
    case 'add-shim-address':
      return [
        'ip',
        ...family(action.address),
        'addr',
        'add',
        cidr(action.address),
        'dev',
        interfaceName(action.shim),
        ...withoutDetection(action.address),
      ];
    case 'bring-shim-up':
      return ['ip', 'link', 'set', 'dev', interfaceName(action.shim), 'up'];
    case 'add-shim-route':
      return [...route('add', action), ...(action.source === undefined ? [] : ['src', address(action.source)])];
    case 'add-shim-neighbour':
      return [
        ...['ip', ...family(action.address), 'neigh', 'replace', address(action.address)],
        ...[
          'lladdr',
          checked(action.mac, /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i, 'a MAC address'),
          'dev',
          interfaceName(action.shim),
          'nud',
          'permanent',
        ],
      ];
  }
}

/** The argument vector that undoes exactly this action, on a host that was as the kernel makes it. */
export function undoOf(action: HostAction): readonly string[] {
  switch (action.kind) {
    case 'ensure-network':
      return ['docker', 'network', 'rm', networkName(action.name)];
    case 'create-shim':
      return ['ip', 'link', 'del', 'dev', interfaceName(action.shim)];
    case 'mark-shim':
      return ['ip', 'link', 'set', 'dev', interfaceName(action.shim), 'alias', ''];
    case 'set-sysctl':
      return ['sysctl', '-w', `${sysctlKey(action)}=${sysctlDefaults[action.key.at(-1) ?? ''] ?? '0'}`];
    case 'add-shim-address':
      return ['ip', ...family(action.address), 'addr', 'del', cidr(action.address), 'dev', interfaceName(action.shim)];
    case 'bring-shim-up':
      return ['ip', 'link', 'set', 'dev', interfaceName(action.shim), 'down'];
    case 'add-shim-route':
      return route('del', action);
    case 'add-shim-neighbour':
      return [
        'ip',
        ...family(action.address),
        'neigh',
        'del',
        address(action.address),
        'dev',
        interfaceName(action.shim),
      ];
  }
}

/**
 * The argument vector for the LAN's router; nobody here runs it. It ends after `via` where the address is open. Throws as
 * `commandOf` does.
 */
export function lanRouteCommand({ destination, via }: LanRoute): readonly string[] {
  return [
    'ip',
    ...family(destination),
    'route',
    'add',
    cidr(destination),
    'via',
    ...(via === undefined ? [] : [address(via)]),
  ];
}

function createNetwork({ name, driver, options, pools, ipv4, ipv6, labels }: EnsureNetwork): readonly string[] {
  const flag = (option: string, value: string | undefined) => (value === undefined ? [] : [option, value]);
  return [
    ...[
      'docker',
      'network',
      'create',
      '--driver',
      driver,
      ...(ipv4 ? [] : ['--ipv4=false']),
      ...(ipv6 ? ['--ipv6'] : []),
    ],
    ...pools.flatMap(({ subnet, gateway, ipRange, auxAddresses }) => [
      ...flag('--subnet', cidr(subnet)),
      ...flag('--gateway', gateway),
      ...flag('--ip-range', ipRange),
      ...pairs(auxAddresses).flatMap((pair) => ['--aux-address', pair]),
    ]),
    ...pairs(options).flatMap((pair) => ['--opt', pair]),
    ...pairs(labels).flatMap((pair) => ['--label', pair]),
    networkName(name),
  ];
}

function createShim({ shim, parent, driver, mode, flag }: CreateShim): readonly string[] {
  // Mode and flag are never left to a default: Docker's and iproute2's differ, and a wrong one changes every container on the parent.
  const kind = driver === 'macvlan' ? ['macvlan', 'mode', mode] : ['ipvlan', 'mode', mode, flag ?? 'bridge'];
  return [
    'ip',
    'link',
    'add',
    'link',
    interfaceName(parent),
    'name',
    interfaceName(shim),
    'group',
    String(shimGroup),
    'type',
    ...kind,
  ];
}

function route(verb: 'add' | 'del', { destination, shim }: AddShimRoute): readonly string[] {
  return ['ip', ...family(destination), 'route', verb, cidr(destination), 'dev', interfaceName(shim)];
}

/** With slashes, because an interface's name may have dots. */
function sysctlKey({ key }: SetSysctl): string {
  return ['net', ...key.map((segment) => checked(segment, /^(?!\.{1,2}$)[^\s/=]+$/, 'part of a sysctl'))].join('/');
}

const isV6 = (text: string) => text.includes(':');
const family = (text: string): readonly string[] => (isV6(text) ? ['-6'] : []);

/** The address is reserved in the network's IPAM; while the kernel looks for duplicates, for a second or two, it could not be used. */
const withoutDetection = (text: string): readonly string[] => (isV6(text) ? ['nodad'] : []);

const pairs = (values: Readonly<Record<string, string>>): readonly string[] =>
  Object.keys(values)
    .sort()
    .map((key) => `${key}=${values[key]}`);

const interfaceName = (name: string) => checked(name, /^(?!-)(?!\.{1,2}$)[^\s/:]{1,15}$/, 'an interface name');
const networkName = (name: string) => checked(name, /^[a-zA-Z0-9][\w.-]*$/, 'a network name');
const address = (text: string) => checked(text, /^[0-9a-fA-F.:]+$/, 'an address');
/** Never the default route: a prefix of 0 is refused. */
const cidr = (text: string) => checked(text, /^[0-9a-fA-F.:]+\/[1-9]\d{0,2}$/, 'a subnet');

function checked(text: string, form: RegExp, what: string): string {
  if (!form.test(text)) throw new RangeError(`"${text}" is not ${what}`);
  return text;
}
