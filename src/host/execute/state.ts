/** What an action's check can find. */
import type { HostFailure } from '../system/errors.ts';
import type { Observer } from './observer.ts';

export type State =
  | { readonly kind: 'done' }
  | { readonly kind: 'missing' }
  /**
   * Ours, but not as wanted: `first` runs before the action's command; `instead` and `undo`, if given, replace its
   * command and its undo.
   */
  | {
      readonly kind: 'differs';
      readonly first: readonly (readonly string[])[];
      readonly instead?: readonly string[];
      readonly undo?: readonly string[];
    }
  /** Somebody else's is in the way. */
  | { readonly kind: 'conflict'; readonly failure: HostFailure };

export interface Context {
  readonly observer: Observer;
  /** Docker networks that this run has made: a shim that was there before served another network of that name. */
  readonly madeNetworks: ReadonlySet<string>;
  /** Whether this run has carried the action out, and only reads it back. */
  readonly ran: boolean;
}

export const done: State = { kind: 'done' };
export const missing: State = { kind: 'missing' };
