/** A DHCP client that takes the shim for another machine with the address of the host. */
import { displayCommand } from '../../actions/display.ts';
import { hearsSiblings } from '../../facts/managers/hears-siblings.ts';
import { fits } from './patterns.ts';
import { type Situation, type Threat, whatToWrite } from './threat.ts';

/**
 * Containers that ask for the host's address are answered by the shim, on macvlan with a MAC address of its own. Where
 * `nft` is there, the answers are written so that dhcpcd passes over them.
 */
export function addressGivenUp({ shim, parent, managers: { dhcpcd }, retyped }: Situation): Threat | undefined {
  if (!dhcpcd || shim.driver !== 'macvlan' || retyped || !hearsSiblings(dhcpcd)) return undefined;
  // On a VLAN, say, the host need not have an address that could be asked for.
  if (!parent?.addresses.some(({ address }) => address.family === 4)) return undefined;
  const listed = (patterns: readonly string[]) => patterns.some((pattern) => fits(pattern, shim.parent));
  const { denied, allowed, defended, only } = dhcpcd;
  const runsFor = only?.find((name) => name === shim.parent || name === `${shim.parent}-4`);
  const configures = only ? runsFor : !listed(denied) && (allowed.length === 0 || listed(allowed));
  if (!configures || listed(defended)) return undefined;
  const rebind = ['dhcpcd', ...(runsFor === shim.parent ? [] : ['-4']), '--rebind', shim.parent];
  return {
    rule: 'host/address-given-up',
    message:
      `dhcpcd ${dhcpcd.version} gives the address of "${shim.parent}" up when containers of "${shim.network}" ask ` +
      `for it twice within ten seconds: it takes the shim "${shim.name}", which answers them, for another machine`,
    help: whatToWrite(
      ['write in "/etc/dhcpcd.conf", before the first line that begins with "interface":', 'arp_persistdefence'],
      only ? displayCommand(rebind) : 'systemctl restart dhcpcd',
    ),
  };
}
