/** What an action's check can find. */
import type { HostInterface } from '../../plan/facts/facts.ts';
import { shimAliasPrefix, shimGroup } from '../../plan/facts/ownership.ts';
import type { HostFailure } from '../system/errors.ts';
import type { Observer } from './observer.ts';

export type State =
  | { readonly kind: 'done' }
  | { readonly kind: 'missing' }
  /** Ours, but not as wanted: `mend` goes before the action's own command; `undo` replaces the action's own. */
  | { readonly kind: 'differs'; readonly mend: readonly (readonly string[])[]; readonly undo?: readonly string[] }
  /** Somebody else's is in the way. */
  | { readonly kind: 'conflict'; readonly failure: HostFailure };

export interface Context {
  readonly observer: Observer;
  /** Docker networks that this run has made: a shim that was there before served another network of that name. */
  readonly madeNetworks: ReadonlySet<string>;
}

export const done: State = { kind: 'done' };
export const missing: State = { kind: 'missing' };

/** Whether netcompose made an interface: by its alias, or by its group where we died before the alias was set. */
export function isOurs({ alias, group, kind }: HostInterface): boolean {
  return (
    (kind === 'macvlan' || kind === 'ipvlan') && (group === shimGroup || (alias?.startsWith(shimAliasPrefix) ?? false))
  );
}

/** The Docker network that a shim serves; absent for one that is not marked yet, or not ours. */
export function servedNetwork({ alias }: HostInterface): string | undefined {
  return alias?.startsWith(shimAliasPrefix) ? alias.slice(shimAliasPrefix.length) : undefined;
}
