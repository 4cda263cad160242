/** The example of docs/library.md does what the page says. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as library from '../../src/index.ts';
import { fencesOf } from './page.ts';

const page = readFileSync(new URL('../../docs/library.md', import.meta.url), 'utf8');
const fence = (language: string) => fencesOf(page).find((each) => each.language === language)!.text;

test('the example prints what the page shows', () => {
  const [, names = '', body = ''] = /^import (\{[^}]*\}) from 'netcompose';\n([^]*)$/.exec(fence('js')) ?? [];
  const printed: string[] = [];
  new Function('library', 'console', `const ${names} = library;\n${body}`)(library, {
    log: (text: string) => void printed.push(`${text}\n`),
  });
  assert.is(printed.join(''), fence('text'));
});

test('the table has every function', () => {
  const inTable = [...page.matchAll(/^\| `(\w+)\(/gm)].map(([, name]) => name);
  assert.equal(inTable.sort(), Object.keys(library).sort());
});

test('the page names every type', () => {
  const source = readFileSync(new URL('../../src/index.ts', import.meta.url), 'utf8');
  const types = [...source.matchAll(/^export type \{([^}]*)\}/gm)].flatMap(([, names]) => names!.match(/\w+/g)!);
  assert.ok(types.includes('LoadOptions'));
  assert.equal(
    types.filter((name) => !page.includes(`\`${name}\``)),
    [],
  );
});

test.run();
