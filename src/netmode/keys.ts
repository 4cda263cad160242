/** Which keys mean something for which netmode. Only what a place says itself is judged, never what it inherits. */
import type { Report } from '../diagnostics/diagnostic.ts';
import type { Place } from './faults.ts';
import { modes, type Netmode, type Underlay } from './modes.ts';
import type { Decoded, Settings } from './settings.ts';

/** Why a key does not fit, or nothing where it does. */
type Verdict = (mode: Netmode, place: Place) => string | undefined;

const underlayOnly: Verdict = (mode) => (modes[mode].kind === 'underlay' ? undefined : 'it is for macvlan and ipvlan');

/** A bridge's or overlay's pools belong to a declared network; a service may only join it. */
const pools: Verdict = (mode, place) => {
  const { kind } = modes[mode];
  if (kind === 'underlay' || (kind === 'network' && place === 'network')) return undefined;
  return kind === 'network' ? 'say it at the network' : 'this netmode has no network';
};

const attachment: Verdict = (mode) => (modes[mode].kind === 'namespace' ? 'this netmode has no network' : undefined);

const verdicts: { readonly [K in keyof Settings]?: Verdict } = {
  parent: underlayOnly,
  vlan: underlayOnly,
  flag: underlayOnly,
  host_access: underlayOnly,
  shim: underlayOnly,
  scope: underlayOnly,
  fallback: underlayOnly,
  floating_addresses: underlayOnly,
  subnet: pools,
  gateway: (mode, place) =>
    mode === 'ipvlan-l3' || mode === 'ipvlan-l3s'
      ? 'layer 3 has no gateway: the default route is the interface itself'
      : pools(mode, place),
  ip_range: pools,
  ipv4_address: attachment,
  ipv6_address: attachment,
  aliases: attachment,
  interface_name: attachment,
  gw_priority: attachment,
  mac_address: (mode, place) =>
    mode.startsWith('ipvlan')
      ? "ipvlan shares the parent's MAC address, and Docker refuses another"
      : attachment(mode, place),
  listen: (mode) => (modes[mode].kind === 'network' ? 'ports are published by `ports` here' : undefined),
};

/** What a service in another's network namespace may say of its own. */
export const guestKeys: ReadonlySet<keyof Settings> = new Set(['mode', 'listen', 'resolve_names']);

/** Reports `netmode/key-not-for-mode` for a service in another's network namespace. */
export function checkGuestKeys(subject: string, { keys, owner }: Decoded, report: Report): void {
  for (const [key, span] of keys) {
    if (!guestKeys.has(key))
      report('netmode/key-not-for-mode', span, `${subject}: "${key}" means nothing for service:${owner?.value}`, {
        help: `say it at "${owner?.value}", whose network this is`,
      });
  }
}

/** Whether a key means nothing for a netmode, so that a change to it must take the key out. */
export function isMeaningless(key: string, mode: Netmode, place: Place): boolean {
  return verdicts[key as keyof Settings]?.(mode, place) !== undefined;
}

/** Reports `netmode/key-not-for-mode`, and a `flag` that the driver does not have as `netmode/invalid-value`. */
export function checkKeys(place: Place, subject: string, decoded: Decoded, mode: Netmode, report: Report): void {
  for (const [key, span] of decoded.keys) {
    const reason = verdicts[key]?.(mode, place);
    if (reason)
      report('netmode/key-not-for-mode', span, `${subject}: "${key}" means nothing for ${mode}`, {
        help: `remove it: ${reason}`,
      });
  }
  const { flag } = decoded.settings;
  const row: Underlay | undefined = modes[mode].kind === 'underlay' ? (modes[mode] as Underlay) : undefined;
  if (flag && row && !row.flags.includes(flag.value)) {
    report('netmode/invalid-value', flag.span, `${subject}: ${mode} has no flag "${flag.value}"`, {
      help: `one of ${row.flags.join(', ')}`,
    });
  }
}
