/** systemd-networkd: a .netdev and a .network file for the shim, and a drop-in for the parent's, which makes it. */
import { blockOf, formatAddress, formatCidr } from '../../plan/facts/ip.ts';
import type { Managers, NetworkFile } from '../../plan/facts/managers.ts';
import { shimGroup, shimTable } from '../../plan/facts/ownership.ts';
import { type Format, lacksCommands, lacksInGeneral, markedText, type PersistedShim } from './persisted-shim.ts';
import { udevRule } from './udev.ts';

export const networkd: Format = {
  name: 'networkd',
  lacks: (shim, managers) => lacksInGeneral(shim) ?? lacksCommands(shim) ?? lacksHere(shim, managers),
  files: (shim, managers) => {
    const { name, link } = shim;
    // A .network file of somebody else's that would match the shim too comes after it: the first one counts.
    const path = `/etc/systemd/network/05-netcompose-${name}`;
    const parents = managers.networkd!.files[link.parent]!.path.split('/').at(-1)!;
    return [
      { path: `${path}.netdev`, mode: 0o644, text: markedText(netdev(shim)) },
      { path: `${path}.network`, mode: 0o644, text: markedText(network(shim)) },
      {
        path: `/etc/systemd/network/${parents}.d/netcompose-${name}.conf`,
        mode: 0o644,
        text: markedText(['[Network]', `${link.driver === 'macvlan' ? 'MACVLAN' : 'IPVLAN'}=${name}`]),
      },
      udevRule(shim, managers),
    ];
  },
};

/** `[Link] Group=` is the youngest of what is written. */
const oldest = 246;

function lacksHere({ link }: PersistedShim, { networkd: daemon }: Managers): string | undefined {
  if (!daemon) return 'systemd-networkd does not run here';
  if (Number.parseInt(daemon.version, 10) < oldest) return `systemd-networkd ${daemon.version} knows no group`;
  const file = daemon.files[link.parent];
  if (!file) return `systemd-networkd does not manage "${link.parent}", and makes nothing on it`;
  return isForOne(file, link.parent)
    ? undefined
    : `"${file.path}" is not for "${link.parent}" alone (Name=${link.parent}), and each would get the shim`;
}

/** Whether a .network file can match no other interface than this. */
function isForOne({ path, text }: NetworkFile, name: string): boolean {
  const match = /^\[Match\]$([^[]*)/m.exec(text)?.[1] ?? '';
  const names = [...match.matchAll(/^\s*Name\s*=\s*(.*?)\s*$/gm)].map(([, value]) => value);
  return names.length === 1 && names[0] === name && /^[\w.-]+\.network$/.test(path.split('/').at(-1)!);
}

/** Mode and flag are always written: without them they are L3 and VEPA. */
function netdev({ name, link }: PersistedShim): readonly string[] {
  return [
    '[NetDev]',
    `Name=${name}`,
    `Kind=${link.driver}`,
    ...(link.mac === undefined ? [] : [`MACAddress=${link.mac}`]),
    '',
    ...(link.driver === 'macvlan'
      ? ['[MACVLAN]', `Mode=${link.mode}`]
      : ['[IPVLAN]', `Mode=${link.mode.toUpperCase()}`, `Flags=${link.flag ?? 'bridge'}`]),
  ];
}

function network(shim: PersistedShim): readonly string[] {
  const { name, link, multicast, addresses, routes, neighbours, returnRoutes, returnRules } = shim;
  const v6 = [...addresses, ...routes.map(({ destination }) => ({ address: destination }))].some(
    ({ address }) => address.family === 6,
  );
  return [
    '[Match]',
    `Name=${name}`,
    `Kind=${link.driver}`,
    '',
    '[Link]',
    `Group=${shimGroup}`,
    ...(multicast ? [`Multicast=${multicast.to === 'on' ? 'yes' : 'no'}`] : []),
    'RequiredForOnline=no',
    '',
    '[Network]',
    'DHCP=no',
    `LinkLocalAddressing=${v6 ? 'ipv6' : 'no'}`,
    'IPv6AcceptRA=no',
    'LLDP=no',
    'EmitLLDP=no',
    // Otherwise the way would go with the parent's carrier.
    'ConfigureWithoutCarrier=yes',
    ...addresses.flatMap(({ address, scope }) => [
      '',
      '[Address]',
      `Address=${formatCidr(blockOf(address))}`,
      ...(scope ? [`Scope=${scope}`] : []),
      // Of a link-local address it would ask the LAN for seconds, in which the shim has none, and give it up where
      // another host's shim has the same.
      'DuplicateAddressDetection=none',
    ]),
    ...routes.flatMap(({ destination }) => [
      '',
      '[Route]',
      `Destination=${formatCidr(destination)}`,
      ...(destination.family === 4 ? ['Scope=global'] : []),
    ]),
    ...returnRoutes.flatMap(({ subnet }) => [
      '',
      '[Route]',
      `Destination=${formatCidr(subnet)}`,
      `Table=${shimTable.number}`,
    ]),
    ...returnRules.flatMap(({ source }) => [
      '',
      '[RoutingPolicyRule]',
      `From=${formatCidr(blockOf(source))}`,
      `Table=${shimTable.number}`,
      `Priority=${shimTable.preference}`,
    ]),
    ...neighbours.flatMap(({ address, mac }) => [
      '',
      '[Neighbor]',
      `Address=${formatAddress(address)}`,
      `LinkLayerAddress=${mac}`,
    ]),
  ];
}
