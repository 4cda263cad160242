/** Loads projects with netcompose and with Compose, and compares what both say of networking. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Files } from '../../src/compose/input.ts';
import { load } from '../../src/compose/load.ts';
import { Diagnostics } from '../../src/diagnostics/diagnostic.ts';
import { patiently } from '../support/patiently.ts';
import { asCompose } from './as-compose.ts';
import { differences, summary } from './summary.ts';

export type Verdict = 'agree' | 'differ' | 'both-refuse' | 'we-refuse' | 'compose-refuses' | 'compose-refuses-else';

export interface Case {
  readonly name: string;
  readonly directory: string;
  /** Empty: Compose's default names. */
  readonly files: readonly string[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface Result {
  readonly name: string;
  readonly verdict: Verdict;
  readonly lines: readonly string[];
}

const skipped = new Set(['node_modules', '.git']);
const defaultNames = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];

/** The real file system, read-only. */
export const realFiles: Files = {
  read(path) {
    try {
      return { text: readFileSync(path, 'utf8') };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      return { error: code === 'ENOENT' || code === 'ENOTDIR' ? 'missing' : 'unreadable', detail: message };
    }
  },
  exists: (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false,
  isDirectory: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
};

/** The projects below a folder, in the order of their names. */
export function findCases(root: string): readonly Case[] {
  const cases: Case[] = [];
  const pending = [root];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    const entries = readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    const label = (name: string) => relative(root, join(directory, name)) || name;
    if (names.includes('conformance.json')) {
      const { args = [], env = {} } = JSON.parse(
        readFileSync(join(directory, 'conformance.json'), 'utf8'),
      ) as Partial<Case>;
      cases.push({ name: label(''), directory, files: [], args, env });
      continue;
    }
    for (const { name } of entries.filter((entry) => entry.isDirectory() && !skipped.has(entry.name)))
      pending.push(join(directory, name));
    const add = (name: string, files: readonly string[]) =>
      cases.push({ name: label(name), directory, files, args: [], env: {} });
    if (names.some((name) => defaultNames.includes(name))) add('', []);
    for (const name of names.filter((each) => /\.ya?ml$/.test(each) && !isDefault(each))) {
      if (/^(?:services|include)\s*:/m.test(readFileSync(join(directory, name), 'utf8'))) add(name, [name]);
    }
  }
  return cases.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isDefault(name: string): boolean {
  return (
    defaultNames.includes(name) || defaultNames.some((each) => each.replace(/\.(ya?ml)$/, '.override.$1') === name)
  );
}

/**
 * The command that runs Compose: DOCKER_COMPOSE, else `docker compose`, else `docker-compose`; nothing where there is
 * none.
 */
export async function composeCommand(env: NodeJS.ProcessEnv): Promise<readonly string[] | undefined> {
  const { execa } = await import('execa');
  const candidates = [
    ...(env['DOCKER_COMPOSE'] ? [[env['DOCKER_COMPOSE']]] : []),
    ['docker', 'compose'],
    ['docker-compose'],
  ];
  for (const [file, ...args] of candidates) {
    const { failed } = await execa(file!, [...args, 'version'], { reject: false, timeout: 120_000, stdin: 'ignore' });
    if (!failed) return [file!, ...args];
  }
  return undefined;
}

/** Compares case after case, several at a time, and gives the results in order. */
export const conformance = (cases: readonly Case[], compose: readonly string[]): AsyncGenerator<Result> =>
  inOrder(cases, (each) => compare(each, compose));

/** Does a work for each, three at a time, and gives the results in order: to ask Compose takes a core. */
export async function* inOrder<From, To>(all: readonly From[], work: (one: From) => Promise<To>): AsyncGenerator<To> {
  const ahead = 2;
  const running: Promise<To>[] = [];
  for (const each of all) {
    running.push(work(each));
    if (running.length > ahead) yield await running.shift()!;
  }
  for (const each of running) yield await each;
}

async function compare(each: Case, compose: readonly string[]): Promise<Result> {
  const theirs = await askCompose(each, compose);
  const ours = askNetcompose(each);
  const result = (verdict: Verdict, lines: readonly string[]): Result => ({ name: each.name, verdict, lines });
  if ('refusal' in theirs) {
    if ('refusal' in ours) return result('both-refuse', [`Compose: ${theirs.refusal} · netcompose: ${ours.refusal}`]);
    return result(isElse(theirs.refusal) ? 'compose-refuses-else' : 'compose-refuses', [theirs.refusal]);
  }
  if ('refusal' in ours) return result('we-refuse', [ours.refusal]);
  const lines = differences(theirs.model, ours.model);
  return result(lines.length === 0 ? 'agree' : 'differ', lines);
}

type Answer = { readonly model: ReturnType<typeof summary> } | { readonly refusal: string };

async function askCompose({ directory, files, args, env }: Case, compose: readonly string[]): Promise<Answer> {
  const [file, ...first] = compose;
  const argv = [...first, ...args, ...files.flatMap((path) => ['-f', path]), 'config', '--format', 'json'];
  const options = { cwd: directory, env: { ...cleanEnvironment(), ...env, PWD: directory } };
  const { stdout, stderr, code } = await patiently(file!, argv, options);
  if (code !== 0) {
    const last = stderr.split('\n').filter((line) => line !== '' && !/level=warning/.test(line));
    return {
      refusal: (last.find((line) => line.startsWith('panic:')) ?? last.slice(0, 3).join(' ')) || `exit code ${code}`,
    };
  }
  // Compose doubles a literal dollar sign, so that its output can be its input again.
  return { model: summary(JSON.parse(stdout.split('$$').join('$'))) };
}

function askNetcompose({ directory, files, args, env }: Case): Answer {
  const diagnostics = new Diagnostics();
  const options = { ...optionsOf(args), cwd: directory, env: { ...cleanEnvironment(), ...env, PWD: directory } };
  const project = load({ ...options, files: [...options.files, ...files] }, realFiles, diagnostics.report);
  const error = diagnostics.sorted().find(({ severity }) => severity === 'error');
  if (error || !project) return { refusal: error ? `${error.rule} ${error.message}` : 'no project' };
  return { model: summary(asCompose(project)) };
}

/** The few of Compose's global options that `conformance.json` may use. */
export function optionsOf(args: readonly string[]) {
  const all = (flag: string) => args.flatMap((arg, i) => (args[i - 1] === flag ? [arg] : []));
  const one = (flag: string) => all(flag)[0];
  const [projectName, projectDirectory] = [one('-p'), one('--project-directory')];
  return {
    files: all('-f'),
    profiles: all('--profile'),
    envFiles: all('--env-file'),
    ...(projectName !== undefined && { projectName }),
    ...(projectDirectory !== undefined && { projectDirectory }),
  };
}

export function cleanEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !/^(?:COMPOSE_|DOCKER_)/.test(entry[0]),
    ),
  );
}

/**
 * Refusals that have nothing to do with structure or networking: files, builds, mounts, limits, what only Docker needs.
 */
function isElse(refusal: string): boolean {
  return elsewhere.some((pattern) => pattern.test(refusal));
}

const elsewhere: readonly RegExp[] = [
  /env file|env_file|label file|couldn't find|no such file or directory|permission denied/,
  /undefined (?:volume|config|secret|build secret|model)/,
  /volumes?\b|mount|tmpfs|invalid spec:/i,
  /secret|config "|configs\./,
  /build|dockerfile|platform|additional contexts/,
  /devices?\b|gpu|ulimit|sysctl|cpus|mem_|memory|pids_limit|size/,
  /time: (?:invalid|unknown|missing)|duration/,
  /develop|watch|model/,
  /^panic:/,
];
