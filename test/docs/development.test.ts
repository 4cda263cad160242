/**
 * `docs/development.md` is true: what it names exists, and who adds something touches the places that it lists, and no
 * others. Whatever all netmodes, all actions or all commands have in common is such a place.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rules } from '../../src/diagnostics/rules.ts';
import { netmodeNames } from '../../src/netmode/modes.ts';
import { importsOf } from '../structure/layering.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');
const page = read('docs/development.md');
const sources = new Map(filesBelow('src', '.ts').map((path) => [path, read(path)]));
const schemas = new Map(filesBelow('schema', '.json').map((path) => [path, read(path)]));

function filesBelow(folder: string, ending: string): readonly string[] {
  return readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending) && !path.includes('.generated.'))
    .map((path) => `${folder}/${path}`)
    .sort();
}

/** The text below a heading, up to the next one. */
function section(heading: string): string {
  const [, text] = page.split(new RegExp(`^##+ ${heading}\n`, 'm'));
  assert.ok(text, `the page has no heading "${heading}"`);
  return text.split(/^##+ /m)[0]!;
}

/** The paths of a numbered list. */
function placesOf(heading: string): readonly string[] {
  return [...section(heading).matchAll(/^\d\. `([^`]+)`: /gm)].map(([, path = '']) => path);
}

/** The files that name each of these in quotes, or as a key: who adds one more cannot leave them out. */
function namingAll(files: ReadonlyMap<string, string>, names: readonly string[]): readonly string[] {
  const patterns = names.map((name) => new RegExp(`['"]${name}['"]|^ +${name}: \\{`, 'm'));
  return [...files].filter(([, text]) => patterns.every((pattern) => pattern.test(text))).map(([path]) => path);
}

const headings = ['A new rule', 'A new host action', 'A new netmode', 'A new command'] as const;
for (const heading of headings) {
  test(`${heading}: one to three places, and they are there`, () => {
    const places = placesOf(heading);
    assert.ok(places.length > 0 && places.length <= 3, places.join(', '));
    for (const place of places) {
      const folder = place.split('*')[0]!;
      assert.ok(existsSync(`${root}${place.includes('*') ? posix.join(folder, '.') : place}`), place);
    }
  });
}

test('every rule has its places', () => {
  const [table, checks, pages] = placesOf('A new rule');
  assert.is(table, 'src/diagnostics/rules.ts');
  assert.is(checks, 'src/plan/checks/*.ts');
  assert.is(pages, 'docs/rules/*/*.md');
  // The explanations of Docker's own errors name rules too, and report nothing.
  const reporting = [...sources].filter(([path]) => path !== table && !path.includes('/doctor/errors/'));
  for (const rule of Object.keys(rules)) {
    assert.ok(existsSync(`${root}docs/rules/${rule}.md`), rule);
    assert.ok(
      reporting.some(([, text]) => text.includes(`'${rule}'`)),
      `nobody reports ${rule}`,
    );
  }
  assert.equal(namingAll(sources, Object.keys(rules)), [table]);
});

test('every host action has its places', () => {
  const kinds = [...read('src/plan/host-changes/host-actions.ts').matchAll(/kind: '([a-z-]+)'/g)]
    .map(([, kind = '']) => kind)
    .filter((kind) => kind !== 'run-hook');
  assert.ok(kinds.includes('create-shim'));
  assert.equal(namingAll(sources, kinds), [...placesOf('A new host action')].sort());
});

test('every netmode has its places', () => {
  const places = placesOf('A new netmode');
  const naming = [...namingAll(sources, netmodeNames), ...namingAll(schemas, netmodeNames)];
  assert.equal([...naming, 'docs/netmodes.md'].sort(), [...places].sort());
  const rows = read('docs/netmodes.md').match(/^\|.*/gm) ?? [];
  for (const name of netmodeNames)
    assert.ok(
      rows.some((row) => row.includes(`\`${name}\``)),
      name,
    );
});

test('every command has its places', () => {
  const [files, table] = placesOf('A new command') as [string, string];
  const folder = posix.dirname(files);
  const named = importsOf(read(table)).map(({ specifier }) => posix.join(posix.dirname(table), specifier));
  const modules = [...sources.keys()].filter((path) => posix.dirname(path) === folder);
  assert.equal(
    modules.filter((path) => !named.includes(path)),
    [],
  );
  // The table is the only one to know them.
  for (const [path, text] of sources) {
    if (path === table) continue;
    for (const { specifier } of importsOf(text))
      assert.not(modules.includes(posix.join(posix.dirname(path), specifier)), `${path} imports ${specifier}`);
  }
});

test('every room is in the table, and no other', () => {
  const listed = [...section('Where things are').matchAll(/^\| `(src\/[^`]+)\/` \|/gm)].map(([, path = '']) => path);
  const folders = [...new Set([...sources.keys()].map((path) => posix.dirname(path)))];
  const rooms = folders.filter((path) => path.split('/').length <= 3 && path !== 'src' && !isHall(path));
  assert.equal([...listed].sort(), rooms.sort());
});

/** A wing whose files beside the rooms are described with its rooms: what it is shows in them. */
function isHall(folder: string): boolean {
  return ['src/plan', 'src/host', 'src/emit'].includes(folder);
}

test('the functions on the way of a value are where the page says', () => {
  const rows = [...section('A value on its way').matchAll(/^\| `(\w+)` \| `(src\/[^`]+)` \|/gm)];
  assert.ok(rows.length > 10);
  const missing = rows
    .map(([, name = '', path = '']) => ({ name, path }))
    .filter(({ name, path }) => !new RegExp(`^export (async )?function ${name}\\(`, 'm').test(sources.get(path) ?? ''))
    .map(({ name, path }) => `${name} in ${path}`);
  assert.equal(missing, []);
});

test('every path of the page exists', () => {
  const paths = [...page.matchAll(/`((?:src|test|scripts|docs|schema|examples)\/[^`\s]*)`/g)].map(
    ([, path = '']) => path,
  );
  const missing = paths.filter((path) => !/[*<]/.test(path) && !existsSync(`${root}${path}`));
  assert.equal(missing, []);
});

test.run();
