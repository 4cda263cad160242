/** The whole program, run inside this process on files in memory: what it prints, and its exit code. */
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { exitCodes } from '../../../src/cli/exit-codes.ts';
import { runIn } from '../../cli/in-folder.ts';
import { isHarmless } from '../../laws/everything.ts';
import { factsName, factsNamed, soundText } from '../corpus.ts';
import { edits, hostileWord, nodeEdits, spoilt } from '../hostile.ts';
import { type Target, target } from '../target.ts';

const known: ReadonlySet<number> = new Set(Object.values(exitCodes));
const planned = ['--facts', 'facts.json'];

/** Commands that look at nothing but what they are given. */
const commands: readonly (readonly string[])[] = [
  ...(['pretty', 'json', 'github', 'sarif'] as const).map((format) => ['check', ...planned, '--format', format]),
  ...[
    ['check', '--offline'],
    ['plan', ...planned],
    ['plan', ...planned, '--format', 'json'],
  ],
  ...[
    ['render', ...planned],
    ['render', '--override', ...planned],
    ['render', '--external', ...planned],
  ],
  ...[
    ['graph', ...planned],
    ['graph', ...planned, '--format', 'dot'],
    ['doctor', ...planned],
    ['advise', ...planned],
  ],
  ...[
    ['annotate', 'web', '--mode', 'host', '--dry-run'],
    ['annotate', 'web', '--remove'],
  ],
  ...[
    ['annotate', '--adopt'],
    ['annotate', 'web', '--mode', 'macvlan'],
  ],
];

/** What a command writes: a file, for which other rules hold than for what is shown. */
const writesFiles = (argv: readonly string[]) => argv[0] === 'render' || argv.includes('--dry-run');

async function behaves(texts: Readonly<Record<string, string>>, argv: readonly string[]): Promise<void> {
  // What Compose is asked, it answers with nothing.
  const { code, out, err } = await runIn(texts, argv, { executables: ['/usr/bin/docker-compose'], answer: () => '' });
  assert.ok(known.has(code), `exit code ${code}`);
  isHarmless(err);
  if (!writesFiles(argv)) isHarmless(out);
  for (const text of [out, err]) assert.not.match(text, /\n\s+at .*:\d+:\d+\)?\n|\[object Object\]/);
  assert.ok(code === exitCodes.fine || `${out}${err}` !== '', `exit code ${code} without a word`);
}

const command = target(
  'commands',
  20,
  fc.record({
    text: soundText,
    changes: fc.oneof(edits, nodeEdits),
    facts: factsName,
    argv: fc.constantFrom(...commands),
  }),
  ({ text, changes, facts, argv }) =>
    behaves({ 'compose.yaml': spoilt(text, changes), 'facts.json': JSON.stringify(factsNamed(facts)) }, argv),
);

const words = fc.oneof(
  hostileWord,
  fc.constantFrom(
    ...['check', 'plan', 'render', 'annotate', 'explain', 'schema', 'completion', 'graph', '--format', '--mode', 'web'],
    ...[
      '--offline',
      '--facts',
      'facts.json',
      '-f',
      'compose.yaml',
      '-p',
      '--project-name',
      '--set',
      '--help',
      '--file',
    ],
    ...['--profile', '--env-file', '--ansi', 'never', '--progress', 'json', 'ports/host-clash', 'bash', '--version'],
  ),
);

/** Any words at all, of those commands that look at nothing outside. */
const commandLine = target(
  'command line',
  30,
  fc.record({
    command: fc.constantFrom('check', 'render', 'annotate', 'explain', 'schema', 'completion', '-p', '--help', 'help'),
    words: fc.array(words, { maxLength: 4 }),
  }),
  ({ command: first, words: rest }) =>
    // An address that only netcompose sees, without `--facts`, would look at this host.
    behaves({ 'compose.yaml': 'services: { web: { image: nginx } }\n', 'facts.json': '{"version":1}' }, [
      ...(first === '-p' ? ['-p', rest[0] ?? 'x', 'check', '--offline'] : [first, ...rest]),
      ...(first === 'check' ? ['--offline'] : []),
    ]),
);

export const programTargets: readonly Target[] = [command, commandLine];
