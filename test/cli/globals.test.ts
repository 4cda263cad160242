/** Compose's global options, before the command. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Globals, parseGlobals } from '../../src/cli/globals.ts';

const parse = (text: string) => parseGlobals(text.split(' ').filter(Boolean));

function globalsOf(text: string): Globals {
  const parsed = parse(text);
  if (parsed.kind !== 'command') return assert.unreachable(parsed.kind) as never;
  return parsed.globals;
}

const cases: Readonly<Record<string, Partial<Globals>>> = {
  'up -f x': { files: [], forCompose: [] },
  '-f a -fb --file=c up': { files: ['a', 'b', 'c'], forCompose: [] },
  '-p one --project-name two up': {
    projectName: 'two',
    forCompose: ['--project-name', 'one', '--project-name', 'two'],
  },
  '--profile a --profile=b up': { profiles: ['a', 'b'], forCompose: ['--profile', 'a', '--profile', 'b'] },
  '--env-file .x up': { envFiles: ['.x'], forCompose: ['--env-file', '.x'] },
  '--project-directory a up': { projectDirectory: 'a', forCompose: ['--project-directory', 'a'] },
  '--workdir a up': { projectDirectory: 'a', forCompose: ['--workdir', 'a'] },
  '--dry-run up': { dryRun: true, forCompose: ['--dry-run'] },
  '--dry-run=1 up': { dryRun: true, forCompose: ['--dry-run=1'] },
  '--dry-run=false up': { dryRun: false, forCompose: ['--dry-run=false'] },
  '--compatibility=true --no-ansi up': { forCompose: ['--compatibility', '--no-ansi'] },
  '--progress plain --parallel 2 --ansi=never up': {
    forCompose: ['--progress', 'plain', '--parallel', '2', '--ansi', 'never'],
  },
};

for (const [text, expected] of Object.entries(cases)) {
  test(`"${text}"`, () => {
    const globals = globalsOf(text);
    assert.equal(
      Object.fromEntries(Object.keys(expected).map((key) => [key, globals[key as keyof Globals]])),
      expected,
    );
  });
}

test('the command, and what follows it, unread', () => {
  const parsed = parse('-p x run --rm web -p -- --help');
  assert.equal(parsed.kind === 'command' && [parsed.command, parsed.args], [
    'run',
    ['--rm', 'web', '-p', '--', '--help'],
  ]);
});

for (const [text, kind] of [
  ['', 'help'],
  ['-h', 'help'],
  ['-p x', 'help'],
  ['--help up', 'help'],
  ['-v', 'version'],
  ['--version up', 'version'],
  ['--newer up', 'unknown'],
  ['-p', 'unknown'],
] as const) {
  test(`"${text}" is ${kind}`, () => assert.is(parse(text).kind, kind));
}

test.run();
