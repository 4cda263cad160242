/** What `doctor` says of one netmode, and by what it judges. */
import type { Netmode } from '../../netmode/modes.ts';
import type { ParsedFacts, ParsedInterface } from '../facts/parsed-facts.ts';

/** From best to worst. */
export const verdicts = ['works', 'with-change', 'unknown', 'cannot'] as const;

export type Verdict = (typeof verdicts)[number];

/** One thing that stands in the way, or (`works`) is good to know. */
export interface Finding {
  readonly verdict: Verdict;
  readonly reason: string;
  /** The command that mends it, or in words what to do. */
  readonly mend?: readonly string[] | string;
}

/** What one netmode is judged by. */
export interface Situation {
  readonly mode: Netmode;
  readonly facts: ParsedFacts;
  readonly parent?: string;
  /** The parent as observed. */
  readonly card?: ParsedInterface;
}
