/** What one `x-netmode` says, decoded: every value with its place, nothing defaulted. */
import type { Port } from '../compose/project/project.ts';
import type { Located, Span } from '../diagnostics/source.ts';
import type { Netmode } from './modes.ts';

export type HostAccess = 'shim' | 'loopback' | 'none';
export type Scope = 'host' | 'project';
export type FallbackMode = Extract<Netmode, 'none' | 'bridge' | 'host'>;

/** What to use where macvlan and ipvlan cannot work. */
export interface Fallback {
  /** `bridge` where none is given. */
  readonly mode?: Located<FallbackMode>;
  /** In place of the service's own. */
  readonly ports?: readonly Port[];
  readonly listen?: readonly Located<ListenPort>[];
}

export interface ShimSettings {
  readonly name?: Located<string>;
  readonly ipv4_address?: Located<string>;
  readonly ipv6_address?: Located<string>;
}

/** A port that a process opens, as `listen` gives it. */
export interface ListenPort {
  readonly address?: string;
  readonly first: number;
  readonly last: number;
  readonly protocol: string;
}

export interface Hooks {
  readonly pre_up: readonly Located<readonly string[]>[];
  readonly post_down: readonly Located<readonly string[]>[];
}

/** Named as the user writes the keys, so that a diagnostic can name them too. */
export interface Settings {
  readonly default?: Located<Netmode>;
  readonly mode?: Located<Netmode>;
  readonly network?: Located<string>;
  readonly parent?: Located<string>;
  readonly vlan?: Located<number>;
  readonly flag?: Located<string>;
  readonly subnet?: readonly Located<string>[];
  readonly gateway?: readonly Located<string>[];
  readonly ip_range?: readonly Located<string>[];
  readonly ipv4_address?: Located<string>;
  readonly ipv6_address?: Located<string>;
  readonly mac_address?: Located<string>;
  readonly floating_addresses?: readonly Located<string>[];
  readonly aliases?: readonly Located<string>[];
  readonly interface_name?: Located<string>;
  readonly gw_priority?: Located<number>;
  readonly host_access?: Located<HostAccess>;
  readonly shim?: ShimSettings;
  readonly scope?: Located<Scope>;
  readonly listen?: readonly Located<ListenPort>[];
  readonly resolve_names?: Located<boolean>;
  readonly hooks?: Hooks;
  readonly fallback?: Fallback;
  /**
   * Keys that are there with nothing in them, as variables leave them that are not set on a laptop. Without a
   * fallback they are errors.
   */
  readonly blank?: KeysAt;
  /** Keys whose value is wrong, which has been told: that it is absent here is no second fault. */
  readonly unread?: KeysAt;
}

/** Keys of macvlan and ipvlan that may be left empty where a fallback applies. */
export const blankKeys = [
  ...(['parent', 'vlan', 'flag', 'subnet', 'gateway', 'ip_range'] as const),
  ...(['ipv4_address', 'ipv6_address', 'mac_address'] as const),
] as const;

export type BlankKey = (typeof blankKeys)[number];
type KeysAt = Readonly<Partial<Record<BlankKey, Span>>>;

/** Decoded settings, and where each key stands. */
export interface Decoded {
  readonly settings: Settings;
  /** The service that `service:<name>`, in place of a netmode, names. */
  readonly owner?: Located<string>;
  /** By key; in the short form the word itself stands for `mode`. */
  readonly keys: ReadonlyMap<keyof Settings, Span>;
  /** The whole `x-netmode` value. */
  readonly span: Span;
}

/** A narrower place wins, key by key, within `fallback` too: later arguments over earlier ones. */
export function narrow(...levels: readonly (Settings | undefined)[]): Settings {
  const { fallback: _, blank: __, unread: ___, ...merged }: Settings = Object.assign({}, ...levels);
  const fallbacks = levels.flatMap((level) => level?.fallback ?? []);
  return {
    ...merged,
    ...(fallbacks.length > 0 && { fallback: Object.assign({}, ...fallbacks) as Fallback }),
    ...narrowKeys('blank', levels),
    ...narrowKeys('unread', levels),
  };
}

/** Those that no narrower place gives a value. */
function narrowKeys(which: 'blank' | 'unread', levels: readonly (Settings | undefined)[]): Partial<Settings> {
  const keys = levels.reduce<KeysAt>(
    (wider, level) => ({
      ...Object.fromEntries(Object.entries(wider).filter(([key]) => !level || !(key in level))),
      ...level?.[which],
    }),
    {},
  );
  return Object.keys(keys).length > 0 ? { [which]: keys } : {};
}
