/** The reference of commands is what `--help` says, and leads to pages that exist. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { commandIndex } from '../../scripts/command-index.ts';
import { commands } from '../../src/cli/commands.ts';
import { runIn } from '../cli/in-folder.ts';

const docs = (path: string) => fileURLToPath(new URL(`../../docs/${path}`, import.meta.url));
const text = readFileSync(docs('commands.md'), 'utf8');
const own = Object.entries(commands).flatMap(([name, { usage }]) => (usage ? [name] : []));

test('the reference is up to date: node --import tsx scripts/command-index.ts', async () => {
  assert.is(text, await commandIndex());
});

test('every command has its section, with a page that exists', () => {
  const headings = [...text.matchAll(/^## (?!Of )(.*)$/gm)].map(([, name]) => name);
  assert.equal(headings, own);
  for (const [, page] of text.matchAll(/\[More\]\((.*?)\)/g)) assert.ok(existsSync(docs(page!)), page);
  assert.is([...text.matchAll(/\[More\]/g)].length, own.length);
});

for (const name of own.filter((each) => each !== 'shim'))
  test(`the options of "${name}" are those of its --help`, async () => {
    const { out } = await runIn({}, [name, '--help']);
    const [, section = ''] = text.split(`\n## ${name}\n`);
    const told = [...section.split('\n## ')[0]!.matchAll(/^\| `.*?(--[\w-]+)/gm)].map(([, option]) => option);
    const helped = [...out.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, option]) => option);
    assert.equal([...told, '--help'], helped);
  });

test.run();
