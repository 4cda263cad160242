/** What one `x-netmode` says, decoded: every value with its place, nothing defaulted. */
import type { Located, Span } from '../diagnostics/source.ts';
import type { Netmode } from './modes.ts';

export type HostAccess = 'shim' | 'loopback' | 'none';
export type Scope = 'host' | 'project';
export type Fallback = Extract<Netmode, 'none' | 'bridge' | 'host'>;

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
  readonly aliases?: readonly Located<string>[];
  readonly interface_name?: Located<string>;
  readonly gw_priority?: Located<number>;
  readonly host_access?: Located<HostAccess>;
  readonly shim?: ShimSettings;
  readonly scope?: Located<Scope>;
  readonly listen?: readonly Located<ListenPort>[];
  readonly resolve_names?: Located<boolean>;
  readonly hooks?: Hooks;
  readonly fallback?: Located<Fallback>;
}

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

/** A narrower place wins, key by key: later arguments over earlier ones. */
export function narrow(...levels: readonly (Settings | undefined)[]): Settings {
  return Object.assign({}, ...levels) as Settings;
}
