/** NetworkManager: a profile by which it makes the shim itself; or a word that it should leave it to others. */
import { blockOf, type Cidr, formatCidr } from '../../plan/facts/ip.ts';
import { type Managers, profilePath } from '../../plan/facts/managers.ts';
import { shimTable } from '../../plan/facts/ownership.ts';
import { isOlder } from '../../plan/facts/versions.ts';
import {
  type Format,
  isPlainName,
  lacksCommands,
  lacksInGeneral,
  markedText,
  type PersistedFile,
  type PersistedShim,
} from './persisted-shim.ts';
import { udevRule } from './udev.ts';

export const networkManager: Format = {
  name: 'networkmanager',
  lacks: (shim, managers) => lacksInGeneral(shim) ?? lacksCommands(shim) ?? lacksHere(shim, managers),
  files: (shim, managers) => [
    { path: profilePath(shim.name), mode: 0o600, text: markedText(profile(shim)) },
    udevRule(shim, managers),
  ],
};

function lacksHere({ link, neighbours }: PersistedShim, { networkManager: daemon }: Managers): string | undefined {
  if (!daemon) return 'NetworkManager does not run here';
  if (link.driver === 'ipvlan' && isOlder(daemon.version, '1.52'))
    return `NetworkManager ${daemon.version} has no ipvlan`;
  return neighbours.length > 0 ? 'NetworkManager writes down no neighbours' : undefined;
}

/** As `NMSettingMacvlanMode` and `NMSettingIpvlanMode` number them: neither has a default. */
const modes: Readonly<Record<string, number>> = { vepa: 1, bridge: 2, private: 3, passthru: 4, l2: 1, l3: 2, l3s: 3 };

function profile(shim: PersistedShim): readonly string[] {
  const { name, link, addresses, routes, returnRoutes, returnRules } = shim;
  const { driver, parent, mode, flag, mac } = link;
  const family = (wanted: 4 | 6) => ({
    addresses: addresses.flatMap(({ address }) => (address.family === wanted ? formatCidr(blockOf(address)) : [])),
    routes: routes.flatMap(({ destination }) => (destination.family === wanted ? destination : [])),
    returnRoutes: returnRoutes.flatMap(({ subnet }) => (subnet.family === wanted ? subnet : [])),
    returnRules: returnRules.flatMap(({ source }) => (source.family === wanted ? formatCidr(blockOf(source)) : [])),
  });
  return [
    '[connection]',
    `id=netcompose-${name}`,
    `type=${driver}`,
    `interface-name=${name}`,
    'autoconnect=true',
    // As often as it takes: the parent may come late.
    'autoconnect-retries=0',
    '',
    `[${driver}]`,
    `parent=${parent}`,
    `mode=${modes[mode]}`,
    ...(driver === 'ipvlan' ? [`private=${flag === 'private'}`, `vepa=${flag === 'vepa'}`] : []),
    ...(mac === undefined ? [] : ['', '[ethernet]', `cloned-mac-address=${mac}`]),
    '',
    ...section('ipv4', family(4)),
    '',
    ...section('ipv6', family(6)),
  ];
}

interface Family {
  readonly addresses: readonly string[];
  readonly routes: readonly Cidr[];
  readonly returnRoutes: readonly Cidr[];
  /** The addresses that they are for. */
  readonly returnRules: readonly string[];
}

function section(name: 'ipv4' | 'ipv6', { addresses, routes, returnRoutes, returnRules }: Family): readonly string[] {
  const { number, preference } = shimTable;
  const method = addresses.length > 0 ? 'manual' : name === 'ipv4' || routes.length === 0 ? 'disabled' : 'link-local';
  return [
    `[${name}]`,
    `method=${method}`,
    ...addresses.map((address, at) => `address${at + 1}=${address}`),
    ...routes.flatMap((route, at) => [
      // Without a gateway, of metric 0 as the kernel's own.
      `route${at + 1}=${formatCidr(route)},${name === 'ipv4' ? '0.0.0.0' : '::'},0`,
      ...(name === 'ipv4' ? [`route${at + 1}_options=scope=0`] : []),
    ]),
    ...returnRoutes.flatMap((route, at) => [
      `route${routes.length + at + 1}=${formatCidr(route)},::,0`,
      `route${routes.length + at + 1}_options=table=${number}`,
    ]),
    ...returnRules.map((from, at) => `routing-rule${at + 1}=priority ${preference} from ${from} table ${number}`),
    // Else it may ask the LAN whether anybody has the address, as another host's shim does.
    ...(name === 'ipv4' && addresses.length > 0 ? ['dad-timeout=0'] : []),
    ...(method === 'disabled' ? [] : ['never-default=true']),
  ];
}

/** It would take the shim for its own; none where the name would be a pattern. */
export const leftAloneFile = ({ name }: PersistedShim): readonly PersistedFile[] =>
  isPlainName(name)
    ? [
        {
          path: `/etc/NetworkManager/conf.d/90-netcompose-${name}.conf`,
          mode: 0o644,
          text: markedText([`[device-netcompose-${name}]`, `match-device=interface-name:=${name}`, 'managed=0']),
        },
      ]
    : [];
