/** The variables of a project: the process's own win, then those of env files, the later file over the earlier. */
import { posix } from 'node:path';
import type { Span } from '../../diagnostics/source.ts';
import { readDotenv } from '../variables/dotenv.ts';
import { templateFaults } from '../variables/interpolate.ts';
import type { Reader } from './reader.ts';

/** The process's environment without what is not set. */
export function processVariables(env: Readonly<Record<string, string | undefined>>): Map<string, string> {
  const variables = new Map<string, string>();
  for (const [name, value] of Object.entries(env)) if (value !== undefined) variables.set(name, value);
  return variables;
}

/** An env file to read, and where a Compose file names it, if one does. */
export interface EnvFile {
  readonly path: string;
  readonly named?: Span;
}

/**
 * The variables together with those of env files, which add only what is not there yet.
 *
 * Reports `compose/missing-file` and, for what cannot be read in one, `compose/invalid-model`.
 */
export function withEnvFiles(
  variables: ReadonlyMap<string, string>,
  files: readonly EnvFile[],
  reader: Reader,
): Map<string, string> {
  const read = new Map<string, string>();
  for (const { path, named } of files) {
    const source = reader.text(path, named);
    if (!source) continue;
    const span = (offset: number): Span => {
      const lineEnd = source.text.indexOf('\n', offset);
      return { source, start: offset, end: lineEnd < 0 ? source.text.length : lineEnd };
    };
    readDotenv(source.text, read, (name) => variables.get(name), {
      syntax: (message, offset) => reader.report('compose/invalid-model', span(offset), message),
      template: (offset) => templateFaults(span(offset), reader.report),
    });
  }
  const all = new Map(variables);
  for (const [name, value] of read) if (!all.has(name)) all.set(name, value);
  return all;
}

/** The `.env` of a directory, where there is one. */
export function defaultEnvFile(directory: string, reader: Reader): readonly EnvFile[] {
  const path = posix.join(directory, '.env');
  return reader.files.exists(path) ? [{ path }] : [];
}
