/** Pieces of a text put in place of others. */

export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text with edits made, none of which may lie inside another. */
export function withEdits(text: string, edits: readonly Edit[]): string {
  let out = '';
  let at = 0;
  for (const { start, end, text: instead } of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    out += text.slice(at, start) + instead;
    at = Math.max(at, end);
  }
  return out + text.slice(at);
}
