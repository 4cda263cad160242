/** A fallback in words: what there is instead, and what is lost by it. */
import { underlay } from '../../netmode/modes.ts';
import type { FallbackMode } from '../../netmode/settings.ts';
import { formatAddress } from '../facts/ip.ts';
import type { Fallen } from '../types.ts';

const places: Readonly<Record<FallbackMode, string>> = {
  none: 'on no network',
  bridge: 'on a bridge',
  host: "in this host's network",
};

/** `on a bridge instead of macvlan` */
export const insteadText = ({ from, to }: Fallen): string => `${places[to]} instead of ${from}`;

/** `no address on the LAN (192.168.1.53), no MAC address of its own, no broadcast and multicast of the LAN` */
export function lostText({ from, to, addresses, mac }: Fallen): string {
  const given = addresses.length > 0 ? ` (${addresses.map(formatAddress).join(', ')})` : '';
  if (!underlay(from).onLan) return `no address${given} to which the LAN has a route`;
  const macs = from === 'macvlan' ? [`no MAC address of its own${mac === undefined ? '' : ` (${mac})`}`] : [];
  const broadcasts = to === 'host' ? [] : ['no broadcast and multicast of the LAN'];
  return [`no address ${to === 'host' ? 'of its own ' : ''}on the LAN${given}`, ...macs, ...broadcasts].join(', ');
}
