/** What a row of the tables of error texts holds, and what their patterns are made of. */
import type { RuleName } from '../../../diagnostics/rules.ts';

export interface Explanation {
  /** What happened. */
  readonly message: string;
  /** What to do about it. */
  readonly help: string;
  /** The rule by which netcompose finds it before anything starts. */
  readonly rule?: RuleName;
  /** A page of `docs/`, and a heading on it, where there is more to read. */
  readonly page?: string;
}

export interface ErrorRow {
  /** As it was seen: `docs/troubleshooting.md` is made of these. */
  readonly example: string;
  readonly text: RegExp;
  /** @param found the pattern's named groups */
  readonly explain: (found: Readonly<Record<string, string | undefined>>) => Explanation;
}

/** An IPv4 or IPv6 address, as a part of a pattern. */
export const address = String.raw`(?:\d{1,3}(?:\.\d{1,3}){3}|\[?[0-9a-f:]+\]?)`;

/** One of several forms, in any case of letters. */
export const anyOf = (...forms: readonly RegExp[]) => new RegExp(forms.map(({ source }) => source).join('|'), 'i');
