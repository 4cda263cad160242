/** A DHCP client that takes the shim for another machine with the address of the host. */
import { displayCommand } from '../../actions/display.ts';
import { fits } from './patterns.ts';
import { type Situation, type Threat, whatToWrite } from './threat.ts';

/**
 * Containers that ask for the host's address are answered by the shim. On macvlan it has a MAC address of its own, and
 * its frames to siblings pass programs that listen on the parent (`findings/sibling-frames-pass-the-parents-taps.sh`).
 * Seen of 10.1.0 and 10.5.2, not of 9.4.1.
 */
export function addressGivenUp({ shim, parent, managers: { dhcpcd } }: Situation): Threat | undefined {
  const major = Number.parseInt(dhcpcd?.version ?? '', 10);
  if (!dhcpcd || shim.driver !== 'macvlan' || !(major >= 10)) return undefined;
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
