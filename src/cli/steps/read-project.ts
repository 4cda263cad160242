/** The project that a command is about, as far as it can be read. */
import { resolve } from 'node:path';
import type { Files } from '../../compose/input.ts';
import { load } from '../../compose/load.ts';
import type { Project } from '../../compose/project/project.ts';
import { Diagnostics } from '../../diagnostics/diagnostic.ts';
import { causeText } from '../../host/system/errors.ts';
import type { Host } from '../../host/system/host.ts';
import { type Intents, intentsOf } from '../../netmode/intents.ts';
import { asCalled, serviceWords } from '../options/service-words.ts';
import type { Session } from '../session.ts';
import { UsageError } from '../usage-error.ts';

export interface Read {
  readonly diagnostics: Diagnostics;
  readonly project?: Project;
  readonly intents?: Intents;
  /** The text of standard input, where a file is `-`: Compose must be given it again. */
  readonly stdin?: string;
  /**
   * Whether the word `x-netmode`, or what may be meant as it, stands in any text that was read; without it, what is
   * wrong with the project is Compose's to report.
   */
  readonly annotated: boolean;
  /** The files that can be read only once, and have been. */
  readonly pipes: readonly string[];
  /** Every look at the file system, in order, and what came of it: the same looks, the same project. */
  readonly looks: readonly Look[];
}

/**
 * For a command that has Compose read the same files. Throws a `UsageError` where one of them is a pipe, of which
 * nothing is left for it.
 */
export function refusePipes({ pipes }: Pick<Read, 'pipes'>): void {
  const [pipe] = pipes;
  if (pipe === undefined) return;
  throw new UsageError(
    `"${pipe}" is a pipe, which can be read only once, and Compose is to read it too`,
    'give the text by standard input: -f - … < <(…)',
  );
}

export type Look = readonly [what: 'read' | 'exists' | 'is-directory', path: string, found: string | boolean];

/** Reads the project and its intents; everything that is wrong with them is in `diagnostics`. */
export function readProject(session: Session): Read {
  const { globals, host } = session;
  const diagnostics = new Diagnostics();
  const { files, projectName, projectDirectory, profiles, envFiles } = globals;
  const stdin = files.includes('-') ? standardInput(session) : undefined;
  const pipes: string[] = [];
  const looks: Look[] = stdin === undefined ? [] : [['read', '-', stdin]];
  const loaded = load(
    {
      files,
      profiles,
      envFiles,
      cwd: host.cwd,
      env: host.env,
      ...(stdin !== undefined && { stdin }),
      ...(projectName !== undefined && { projectName }),
      ...(projectDirectory !== undefined && { projectDirectory: resolve(host.cwd, projectDirectory) }),
    },
    filesOf(host, looks, pipes),
    diagnostics.report,
  );
  const project = loaded && asCalled(loaded, serviceWords(session));
  const intents = project && intentsOf(project, diagnostics.report);
  return {
    diagnostics,
    annotated: looks.some(([, , found]) => typeof found === 'string' && mentionsNetmode(found)),
    looks,
    pipes,
    ...(project && { project }),
    ...(intents && { intents }),
    ...(stdin !== undefined && { stdin }),
  };
}

/** Looked for before anything is known of the text: cheap, and rather once too often. */
const mentionsNetmode = (text: string): boolean => /x[-_]?net\w*[-_]?mode/i.test(text);

/** @param looks collects what was looked at, `pipes` what cannot be read again */
function filesOf(host: Host, looks: Look[], pipes: string[]): Files {
  const noted = (what: 'exists' | 'is-directory', path: string, found: boolean) => {
    looks.push([what, path, found]);
    return found;
  };
  return {
    read: (path) => {
      const file = host.read(path);
      looks.push(['read', path, 'text' in file ? file.text : false]);
      if ('text' in file && file.isPipe) pipes.push(path);
      return file;
    },
    exists: (path) => noted('exists', path, host.exists(path) && !host.isDirectory(path)),
    isDirectory: (path) => noted('is-directory', path, host.isDirectory(path)),
  };
}

/** It can be read only once, and an `up` may have to look a second time. */
const inputs = new WeakMap<Session, string>();

function standardInput(session: Session): string {
  try {
    const text = inputs.get(session) ?? session.host.readStandardInput();
    inputs.set(session, text);
    return text;
  } catch (cause) {
    throw new UsageError(`standard input cannot be read: ${causeText(cause)}`, 'give a file in place of "-"');
  }
}
