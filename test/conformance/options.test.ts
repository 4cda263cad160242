/**
 * The options that netcompose knows of each of Compose's commands are those that Compose lists, and read as it reads
 * them.
 */
import { spawnSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readFlags } from '../../src/cli/flags.ts';
import { optionsOf } from '../../src/cli/options/service-words.ts';
import { findCompose } from '../runner/needs.ts';

const compose = findCompose();
assert.ok(compose, 'needs Docker Compose');

/** `  -t, --timeout int   Use this…`: the spelling, and whether a value follows. */
function listed(command: string): readonly { readonly spelling: string; readonly takesValue: boolean }[] {
  const { stdout, stderr } = spawnSync(compose!.binary, [command, '--help'], { encoding: 'utf8', timeout: 60_000 });
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

test.run();
