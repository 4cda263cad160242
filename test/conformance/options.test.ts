/**
 * The options that netcompose knows of each of Compose's commands are those that Compose lists, and read as it reads
 * them.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readFlags } from '../../src/cli/flags.ts';
import { parseGlobals } from '../../src/cli/globals.ts';
import { optionsOf } from '../../src/cli/options/service-words.ts';
import { findCompose } from '../runner/needs.ts';

const compose = findCompose();
assert.ok(compose, 'needs Docker Compose');

const program = fileURLToPath(new URL('../../bin/netcompose.cjs', import.meta.url));

/** `  -t, --timeout int   Use this…`: the spelling, and whether a value follows. */
function listed(command?: string): readonly { readonly spelling: string; readonly takesValue: boolean }[] {
  const { stdout, stderr } = spawnSync(compose!.binary, [...(command === undefined ? [] : [command]), '--help'], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return `${stdout}${stderr}`.split('\n').flatMap((line) => {
    const [, short, long, value] = /^ {2,6}(?:(-\w), )?(--[\w-]+)(?: (\w+))?(?: {2,}|$)/.exec(line) ?? [];
    if (long === undefined) return [];
    return [long, ...(short === undefined ? [] : [short])].map((spelling) => ({
      spelling,
      takesValue: value !== undefined,
    }));
  });
}

// Compose 2.40 prints its own page of options for `convert`, which is `config` under its former name.
for (const [command, lines] of Object.entries(optionsOf).filter(([name]) => name !== 'convert')) {
  test(command, () => {
    const options = listed(command);
    assert.ok(options.some(({ spelling }) => spelling === '--dry-run'));
    for (const { spelling, takesValue } of options) {
      const { faulty, rest } = readFlags([spelling, 'x'], lines, { interspersed: true });
      assert.equal({ faulty, rest }, { faulty: false, rest: takesValue ? [] : ['x'] }, `${command} ${spelling}`);
    }
  });
}

/** Values that Compose takes; `x` for the others. */
const values: Readonly<Record<string, string>> = { '--ansi': 'never', '--parallel': '2', '--progress': 'plain' };

test('every global option stands before the command, and goes on to Compose', () => {
  const options = listed();
  for (const expected of ['--file', '--profile', '--progress', '--dry-run'])
    assert.ok(options.some(({ spelling }) => spelling === expected));
  for (const { spelling, takesValue } of options) {
    if (['-h', '--help', '-v', '--version'].includes(spelling)) continue;
    const value = values[spelling] ?? 'x';
    const words = takesValue ? [spelling, value] : [spelling];
    const parsed = parseGlobals([...words, 'up', '-d']);
    assert.is(parsed.kind, 'command', spelling);
    if (parsed.kind !== 'command') continue;
    assert.equal([parsed.command, parsed.args], ['up', ['-d']], spelling);
    const { files, forCompose } = parsed.globals;
    const long = options.find((one) => one.spelling.startsWith(spelling) && one.spelling.startsWith('--'));
    if (/^(-f|--file)$/.test(spelling)) assert.equal([files, forCompose], [['x'], []]);
    else if (spelling.startsWith('--')) assert.equal(forCompose, words, long?.spelling);
    else assert.equal(forCompose.slice(1), takesValue ? [value] : [], spelling);
  }
});

test('with each global option a plain file resolves as by Compose itself', () => {
  const folder = mkdtempSync(join(tmpdir(), 'netcompose-globals-'));
  try {
    mkdirSync(join(folder, 'x'));
    const plain =
      'services:\n  web: { image: nginx, profiles: [x], environment: { A: "${A:-none}" } }\n  db: { image: x }\n';
    for (const place of ['compose.yaml', 'x/compose.yaml', 'y.yaml']) writeFileSync(join(folder, place), plain);
    writeFileSync(join(folder, 'x.env'), 'A=from-x\n');
    const of: Readonly<Record<string, string>> = {
      ...values,
      '--env-file': 'x.env',
      '-f': 'y.yaml',
      '--file': 'y.yaml',
    };
    for (const { spelling, takesValue } of listed()) {
      if (!spelling.startsWith('--') || ['--help', '--version'].includes(spelling)) continue;
      const words = [...(takesValue ? [spelling, of[spelling] ?? 'x'] : [spelling]), 'config', '--format', 'json'];
      const run = (argv: readonly string[]) => {
        const { status, stdout } = spawnSync(argv[0]!, argv.slice(1), {
          cwd: folder,
          encoding: 'utf8',
          timeout: 60_000,
          env: {
            PATH: `${dirname(compose!.binary)}:${process.env['PATH']}`,
            HOME: folder,
            DOCKER_HOST: 'tcp://127.0.0.1:1',
          },
        });
        return { status, stdout };
      };
      assert.equal(run([process.execPath, program, ...words]), run([compose!.binary, ...words]), spelling);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
