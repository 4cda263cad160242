/** Where a span lies, as every format writes it. */
import { posix } from 'node:path';
import type { Span } from '../source.ts';

export interface FormatOptions {
  /** Absolute; files below it are shown relative to it. Empty: all are shown as they are. */
  readonly cwd: string;
  /** Only the pretty format has any. */
  readonly color: boolean;
  /** How wide the terminal is; absent: no terminal, and the pretty format breaks no lines. */
  readonly columns?: number | undefined;
}

/** Lines and columns count from 1, in UTF-16 code units; the end is the first place that is no longer meant. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export function placeOf({ source, start, end }: Span, cwd: string): Place {
  const from = source.position(start);
  const to = source.position(Math.max(start, end));
  return {
    file: shownPath(source.path, cwd),
    line: from.line,
    column: from.column,
    endLine: to.line,
    endColumn: to.column,
  };
}

/** The path relative to `cwd` where it lies below it; any other, and `<stdin>`, as it is. */
export function shownPath(path: string, cwd: string): string {
  if (cwd === '' || !posix.isAbsolute(path)) return path;
  const relative = posix.relative(cwd, path);
  return relative === '' || relative === '..' || relative.startsWith('../') ? path : relative;
}
