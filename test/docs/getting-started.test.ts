/** docs/getting-started.md, followed from its first command to the last that needs no engine. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { folder, runOn } from '../cli/in-folder.ts';
import { fakeHost } from '../host/fake-host.ts';
import { fencesOf } from './page.ts';
import { usual } from './situations.ts';

const page = readFileSync(new URL('../../docs/getting-started.md', import.meta.url), 'utf8');
const texts = (language: string) =>
  fencesOf(page)
    .filter((fence) => fence.language === language)
    .map(({ text }) => text);

const file = `${folder}/compose.yaml`;
const facts = { ...usual, host: { ...usual.host, drivers: { macvlan: 'ready', ipvlan: 'ready' } } };
const [before = '', after = ''] = texts('yaml');

/** Each `$ netcompose …` of the page, and the lines shown below it; those of `…` stand for any others. */
const calls = texts('console').flatMap((block) =>
  block
    .split(/^\$ /m)
    .filter((part) => part.startsWith('netcompose '))
    .map((part) => {
      const [command = '', ...lines] = part.split('\n');
      return { args: command.split(' ').slice(1), shown: lines.filter((line) => !['', '…'].includes(line.trim())) };
    }),
);

test('it has these commands, and no other', () => {
  assert.equal(
    calls.map(({ args }) => args[0]),
    ['doctor', 'annotate', 'check', 'plan', 'up'],
  );
});

test('each command prints what the page shows, and leaves the file that it shows', async () => {
  const host = fakeHost({
    cwd: folder,
    files: { [file]: before, [`${folder}/server.json`]: JSON.stringify(facts) },
  });
  for (const { args, shown } of calls.filter(({ args }) => args[0] !== 'up')) {
    const looking = args[0] === 'annotate' ? [] : ['--facts', 'server.json'];
    const { code, out, err } = await runOn(host, [...args, ...looking]);
    assert.is(code, 0, `${args[0]}: ${err}`);
    const printed = `${out}${err}`.split('\n');
    for (const line of shown) assert.ok(printed.includes(line), `${line}\nis not printed:\n${out}${err}`);
    if (args[0] === 'check') assert.is(out + err, '');
    if (args[0] === 'annotate') assert.is(host.files.get(file), after);
  }
  await runOn(host, ['annotate', 'web', '--remove']);
  assert.is(host.files.get(file), before);
});

test.run();
