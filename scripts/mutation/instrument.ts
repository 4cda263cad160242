/** Stryker's instrumenter: from a file it makes one with all mutants in it, each behind a switch. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The last that runs on the oldest Node that netcompose runs on. */
const stryker = '@stryker-mutator/instrumenter@9';

export interface Target {
  /** Relative to the root of the source tree. */
  readonly file: string;
  /** First and last line, counted from 1; all of the file without it. */
  readonly lines?: readonly [first: number, last: number];
}

interface Position {
  readonly line: number;
  readonly column: number;
}

/** What Stryker tells of a mutant. */
export interface Mutant {
  readonly id: string;
  readonly fileName: string;
  readonly mutatorName: string;
  readonly replacement: string;
  /** Lines and columns are counted from 0. */
  /** There is one where it is left out. */
  readonly status?: string;
  readonly location: { readonly start: Position; readonly end: Position };
}

export interface Instrumented {
  readonly mutants: readonly Mutant[];
  /** The changed text of each file, by its name. */
  readonly texts: ReadonlyMap<string, string>;
}

interface Instrumenter {
  instrument(
    files: readonly { name: string; content: string; mutate: true | { start: Position; end: Position }[] }[],
    options: object,
  ): Promise<{ mutants: Mutant[]; files: { name: string; content: string }[] }>;
}

/** Instruments the files; fetches Stryker into `cache` if it is not there. */
export async function instrument(root: string, cache: string, targets: readonly Target[]): Promise<Instrumented> {
  const instrumenter = await load(cache);
  const { mutants, files } = await instrumenter.instrument(
    targets.map(({ file, lines }) => ({
      name: file,
      content: readFileSync(join(root, file), 'utf8'),
      mutate: lines
        ? [{ start: { line: lines[0] - 1, column: 0 }, end: { line: lines[1] - 1, column: Number.MAX_SAFE_INTEGER } }]
        : true,
    })),
    // Nearly all strings there are parts of messages, and goldens read those as a whole: a changed word says nothing of
    // whether a check is right.
    { plugins: null, ignorers: [], excludedMutations: ['StringLiteral'] },
  );
  return {
    mutants: mutants.filter(({ status }) => status === undefined),
    texts: new Map(files.map(({ name, content }) => [name, content])),
  };
}

async function load(cache: string): Promise<Instrumenter> {
  const packages = join(cache, 'node_modules');
  const main = join(packages, '@stryker-mutator/instrumenter/dist/src/index.js');
  if (!existsSync(main)) {
    mkdirSync(cache, { recursive: true });
    const options = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--prefix', cache];
    const { status, error } = spawnSync('npm', ['install', ...options, stryker], { stdio: 'inherit' });
    if (error) throw error;
    if (status !== 0) throw new Error(`npm install ${stryker} failed`);
  }
  const { createInjector } = await import(pathToFileURL(join(packages, 'typed-inject/dist/src/index.js')).href);
  const { createInstrumenter } = await import(pathToFileURL(main).href);
  const quiet = new Proxy({}, { get: (_, name) => () => String(name).startsWith('is') && false });
  return createInjector().provideValue('logger', quiet).injectFunction(createInstrumenter);
}
