/** A file system of a few texts, and `load` on it. */
import { posix } from 'node:path';
import type { Files, LoadOptions } from '../../src/compose/input.ts';
import { load } from '../../src/compose/load.ts';
import type { Project } from '../../src/compose/project/project.ts';
import { type Diagnostic, Diagnostics } from '../../src/diagnostics/diagnostic.ts';
import type { Span } from '../../src/diagnostics/source.ts';

export type Texts = Readonly<Record<string, string>>;

/** Paths are taken from `/p`. */
function memoryFiles(texts: Texts): Files {
  const files = new Map(Object.entries(texts).map(([path, text]) => [posix.resolve('/p', path), text]));
  const isDirectory = (path: string) =>
    [...files.keys()].some((file) => file.startsWith(`${path.replace(/\/$/, '')}/`));
  return {
    read(path) {
      const text = files.get(path);
      if (text !== undefined) return { text };
      return isDirectory(path)
        ? { error: 'unreadable', detail: 'is a directory' }
        : { error: 'missing', detail: 'no such file' };
    },
    exists: (path) => files.has(path),
    isDirectory,
  };
}

export interface Loaded {
  readonly project: Project | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Loads from `/p`; a single text is `compose.yaml`. */
export function loadTexts(texts: Texts | string, options: Partial<LoadOptions> = {}): Loaded {
  const diagnostics = new Diagnostics();
  const all = typeof texts === 'string' ? { 'compose.yaml': texts } : texts;
  const project = load(
    { files: [], profiles: [], envFiles: [], cwd: '/p', env: {}, ...options },
    memoryFiles(all),
    diagnostics.report,
  );
  return { project, diagnostics: diagnostics.sorted() };
}

/** A diagnostic in one line: `severity rule line:column "text under it" message | help`. */
export function told({ severity, rule, span, message, help }: Diagnostic): string {
  return `${severity} ${rule} ${span ? `${placeOf(span)} ` : ''}${message}${help === undefined ? '' : ` | ${help}`}`;
}

function placeOf({ source, start, end }: Span): string {
  return `${posix.basename(source.path)}:${source.position(start).line} <${source.text.slice(start, end)}>`;
}
