/** The one fake of the outside: in memory, records every command, and fails on any it was not told about. */
import type { FileMark, Host, RunOptions, RunResult } from '../../src/host/system/host.ts';

/** What a command gives: its output, a result, or several in turn (the last one stays). */
type Answer =
  | string
  | Partial<RunResult>
  | ((options: RunOptions) => string | Partial<RunResult>)
  | readonly (string | Partial<RunResult>)[];

export interface FakeOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly platform?: string;
  readonly uid?: number;
  readonly pid?: number;
  readonly home?: string;
  readonly program?: Host['program'];
  readonly files?: Readonly<Record<string, string>>;
  /** Standard input. */
  readonly input?: string;
  readonly executables?: readonly string[];
  /** What differs from a file of the user's own. */
  readonly marks?: Readonly<Record<string, Partial<FileMark>>>;
  /** Symbolic links, by path. */
  readonly links?: Readonly<Record<string, string>>;
  readonly bytes?: Readonly<Record<string, Uint8Array>>;
  /** By the argument vector, joined by spaces. */
  readonly commands?: Readonly<Record<string, Answer>>;
  /** Asked where `commands` has no answer. */
  readonly answer?: (argv: readonly string[], options: RunOptions) => string | Partial<RunResult> | undefined;
  readonly interfaces?: ReturnType<Host['interfaces']>;
  /** Commands that go on. */
  readonly follow?: Host['follow'];
}

const batch = 'ip -N -j -d -batch -';

/** The commands that give the same as a line of the batch, those for routes each with the table and what marks IPv6. */
const batchLines: Readonly<Record<string, readonly (readonly [command: string, adds?: object])[]>> = {
  addr: [['ip -N -j -d addr']],
  'route show table all': [
    ['ip -j route', { table: '254' }],
    ['ip -N -j route show table 28259', { table: '28259' }],
    ['ip -j -6 route', { table: '254', pref: 'medium' }],
  ],
  neigh: [['ip -j neigh']],
  rule: [['ip -N -j -d rule']],
};

/** One list of several; a text that is none makes one that is none. */
function joined(lists: readonly (readonly [text: string, adds: object | undefined])[]): string {
  try {
    const all = lists.flatMap(([text, adds]) =>
      (JSON.parse(text.trim() || '[]') as readonly object[]).map((one) => ({ ...one, ...adds })),
    );
    return JSON.stringify(all);
  } catch {
    return lists.map(([text]) => text).join('');
  }
}

const bytesOf = (text: string | undefined) => (text === undefined ? undefined : new TextEncoder().encode(text));

export interface FakeHost extends Host {
  /** Every command, in order, joined by spaces. */
  readonly ran: string[];
  /** With what each command was started that has the terminal. */
  readonly attached: RunOptions[];
  /** The files, as they are now. */
  readonly files: Map<string, string>;
  /** The modes of those that were written for all of the system. */
  readonly modes: Map<string, number>;
}

/** Locks and leases are real: those of this process's fakes are in a network namespace that no other has. */
const namespace = `net:[${process.pid}]`;

export function fakeHost(options: FakeOptions = {}): FakeHost {
  const files = new Map(Object.entries(options.files ?? {}));
  const executables = new Set(options.executables ?? []);
  const turns = new Map<string, number>();
  const ran: string[] = [];
  const attached: RunOptions[] = [];
  const modes = new Map<string, number>();

  const isDirectory = (path: string) => [...files.keys()].some((file) => file.startsWith(`${path}/`));

  /** The answer to a command, or nothing where the fake was not told about it. */
  const told = (argv: readonly string[], given: RunOptions): RunResult | undefined => {
    const line = argv.join(' ');
    const known = options.commands?.[line];
    const turn = turns.get(line) ?? 0;
    turns.set(line, turn + 1);
    const one =
      typeof known === 'function'
        ? known(given)
        : Array.isArray(known)
          ? known[Math.min(turn, known.length - 1)]
          : (known ?? options.answer?.(argv, given));
    if (one === undefined) return line === batch ? allAtOnce(given) : undefined;
    return typeof one === 'string' ? { code: 0, stdout: one, stderr: '' } : { code: 0, stdout: '', stderr: '', ...one };
  };

  /** What each line of the batch gives by itself; an `ip` that cannot, where the fake was not told about one. */
  const allAtOnce = ({ input = '' }: RunOptions): RunResult => {
    const lists: string[] = [];
    for (const line of input.trim().split('\n')) {
      const parts = batchLines[line]?.map(([command, table]) => [told(command.split(' '), {}), table] as const) ?? [];
      const failed = parts.find(([result]) => result === undefined || result.code !== 0)?.[0];
      if (failed || parts.length === 0 || parts.some(([result]) => !result))
        return failed ?? { code: 1, stdout: lists.join('\n'), stderr: 'Command failed -:1' };
      const only = parts.length === 1 ? parts[0]![0]!.stdout.trim() || '[]' : undefined;
      lists.push(only ?? joined(parts.map(([result, table]) => [result!.stdout, table])));
    }
    return { code: 0, stdout: `${lists.join('\n')}\n`, stderr: '' };
  };

  const answerTo = (argv: readonly string[], given: RunOptions): RunResult => {
    ran.push(argv.join(' '));
    const answer = told(argv, given);
    if (!answer) throw new Error(`the fake host was not told about: ${argv.join(' ')}`);
    return answer;
  };

  return {
    env: { PATH: '/usr/bin', ...options.env },
    cwd: options.cwd ?? '/project',
    platform: options.platform ?? 'linux',
    uid: options.uid ?? 0,
    pid: options.pid ?? 4242,
    home: options.home ?? '/home/user',
    program: options.program ?? ['/usr/bin/node', '/usr/local/bin/netcompose'],
    ran,
    attached,
    files,
    modes,
    run: async (argv, given = {}) => answerTo(argv, given),
    attach: async (argv, given = {}) => {
      attached.push(given);
      return answerTo(argv, given).code;
    },
    follow: (argv, onLine) => {
      ran.push(argv.join(' '));
      if (!options.follow) throw new Error(`the fake host was not told about: ${argv.join(' ')}`);
      return options.follow(argv, onLine);
    },
    endProcess: (pid) => void ran.push(`end ${pid}`),
    read: (path) => {
      const text = files.get(path);
      return text === undefined ? { error: 'missing', detail: 'no such file' } : { text };
    },
    readText: (path) => files.get(path),
    readTextAside: async (path) => files.get(path),
    readStandardInput: () => options.input ?? '',
    readBytes: (path) => options.bytes?.[path] ?? bytesOf(files.get(path)),
    list: (path) => [
      ...new Set(
        [...files.keys(), ...Object.keys(options.links ?? {})].flatMap((file) =>
          file.startsWith(`${path}/`) ? file.slice(path.length + 1).split('/')[0]! : [],
        ),
      ),
    ],
    readLink: (path) => options.links?.[path] ?? (path === '/proc/self/ns/net' ? namespace : undefined),
    exists: (path) => files.has(path) || isDirectory(path),
    isDirectory,
    isExecutable: (path) => executables.has(path) || (files.has(path) && ((modes.get(path) ?? 0) & 0o111) !== 0),
    mark: (path) => {
      const size = files.get(path)?.length ?? (executables.has(path) ? 1 : undefined);
      if (size === undefined) return undefined;
      const isScript = files.get(path)?.startsWith('#!') === true;
      const of = { owner: options.uid ?? 0, mode: 0o600, ...options.marks?.[path] };
      return { path, isScript, device: 1, inode: 1, size, changed: 0, ...of };
    },
    writePrivate: (path, text) => void files.set(path, text),
    writeShared: (path, text, mode) => {
      files.set(path, text);
      modes.set(path, mode);
    },
    writeOutput: (path, text) => void files.set(path, text),
    replaceFiles: (replacements) => {
      for (const { path, after } of replacements) files.set(path, after);
    },
    remove: (path) => {
      for (const file of [...files.keys()]) if (file === path || file.startsWith(`${path}/`)) files.delete(file);
    },
    sendDatagram: async (address) => void ran.push(`datagram ${address}`),
    interfaces: () => options.interfaces ?? {},
  };
}
