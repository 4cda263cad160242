/** The netmodes, as a table: what each is made of and which keys mean something for it. */

export type Netmode = 'none' | 'bridge' | 'host' | 'macvlan' | 'ipvlan-l2' | 'ipvlan-l3' | 'ipvlan-l3s' | 'overlay';

/** Modes that expose a host interface, the parent, to containers. */
export type UnderlayMode = Extract<Netmode, 'macvlan' | `ipvlan-${string}`>;

interface NamespaceMode {
  readonly kind: 'namespace';
  /** What Compose calls it under `network_mode`. */
  readonly networkMode: 'none' | 'host';
}

interface NetworkMode {
  readonly kind: 'network';
  readonly driver: 'bridge' | 'overlay';
}

export interface Underlay {
  readonly kind: 'underlay';
  readonly driver: 'macvlan' | 'ipvlan';
  /** ipvlan's mode, under the name that Docker and iproute2 share. */
  readonly ipvlanMode?: 'l2' | 'l3' | 'l3s';
  readonly flags: readonly string[];
  /**
   * Whether containers have addresses of the parent's own subnet and leave by its gateway (layer 2), or are routed to
   * (layer 3).
   */
  readonly onLan: boolean;
}

const macvlanFlags = ['bridge', 'private', 'vepa', 'passthru'] as const;
const ipvlanFlags = ['bridge', 'private', 'vepa'] as const;

export const modes = {
  none: { kind: 'namespace', networkMode: 'none' },
  bridge: { kind: 'network', driver: 'bridge' },
  host: { kind: 'namespace', networkMode: 'host' },
  macvlan: { kind: 'underlay', driver: 'macvlan', flags: macvlanFlags, onLan: true },
  'ipvlan-l2': { kind: 'underlay', driver: 'ipvlan', ipvlanMode: 'l2', flags: ipvlanFlags, onLan: true },
  'ipvlan-l3': { kind: 'underlay', driver: 'ipvlan', ipvlanMode: 'l3', flags: ipvlanFlags, onLan: false },
  'ipvlan-l3s': { kind: 'underlay', driver: 'ipvlan', ipvlanMode: 'l3s', flags: ipvlanFlags, onLan: false },
  overlay: { kind: 'network', driver: 'overlay' },
} as const satisfies Record<Netmode, NamespaceMode | NetworkMode | Underlay>;

export const netmodeNames = Object.keys(modes) as readonly Netmode[];

/** Every word that may be written for a netmode. */
export const netmodeWords: readonly string[] = [...netmodeNames, 'ipvlan'];

/** The netmode of a guest, as messages write it. */
export const guestForm = 'service:NAME';

/** The netmode that a word stands for; undefined for any other word. */
export function netmodeOf(word: string): Netmode | undefined {
  if (word === 'ipvlan') return 'ipvlan-l2';
  return Object.hasOwn(modes, word) ? (word as Netmode) : undefined;
}

export function isUnderlay(mode: Netmode): mode is UnderlayMode {
  return modes[mode].kind === 'underlay';
}

/** The table's row of an underlay mode. */
export function underlay(mode: UnderlayMode): Underlay {
  return modes[mode];
}

/** The netmode of a native network with this driver and these options (`ipvlan_mode`; Docker's default is `l2`). */
export function netmodeOfDriver(driver: string, options: Readonly<Record<string, string>>): Netmode | undefined {
  if (driver === 'ipvlan') return netmodeOf(`ipvlan-${options['ipvlan_mode'] ?? 'l2'}`);
  return driver === 'bridge' || driver === 'overlay' || driver === 'macvlan' ? driver : undefined;
}
