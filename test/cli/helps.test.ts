/** Every command's `--help`: a screen of 80 columns and 24 lines, with examples and netcompose's own options. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { commands } from '../../src/cli/commands.ts';
import { addedOptions, optionsOf } from '../../src/cli/options/service-words.ts';
import { runIn } from './in-folder.ts';

/** The prompt below it needs a line, too. */
const lines = 23;

const shims = ['ls', 'up', 'down', 'watch', 'persist', 'unpersist'].map((name) => `shim ${name}`);
const own = Object.entries(commands).flatMap(([name, { usage }]) => (usage ? [name] : []));

for (const call of ['', ...own, ...shims])
  test(`"netcompose ${call} --help" fits a screen and has examples`, async () => {
    const { code, out, host } = await runIn({}, [...call.split(' ').filter(Boolean), '--help']);
    assert.is(code, 0);
    assert.equal(host.ran, []);
    assert.match(out, `Usage: netcompose ${call}`);
    assert.match(out, /\nExamples\b.*:\n {2}\S/);
    const shown = out.replace(/\n+$/, '').split('\n');
    assert.ok(shown.length <= lines, `${shown.length} lines`);
    assert.equal(
      shown.filter((line) => line.length > 80),
      [],
    );
  });

test("the list of commands has each of netcompose's own", async () => {
  const { out } = await runIn({}, ['--help']);
  for (const name of own) assert.match(out, new RegExp(`\\b${name}\\b`), name);
});

for (const command of Object.keys(optionsOf)) {
  const added = addedOptions(command);
  test(`"netcompose ${command} --help" is Compose's page, and netcompose's own options`, async () => {
    const { code, out, host } = await runIn({}, [command, '--help'], {
      executables: ['/usr/bin/docker-compose'],
      answer: () => '',
    });
    assert.is(code, 0);
    assert.equal(host.ran, [`docker-compose ${command} --help`]);
    assert.equal(
      out.split('\n').flatMap((line) => /^ {2}(--\S+) +\S/.exec(line)?.[1] ?? []),
      added.map(([option]) => option),
    );
  });
}

test.run();
