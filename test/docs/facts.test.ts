/** `docs/facts.md` has every key of the facts, and no other; its example is facts. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fencesOf } from './page.ts';

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const page = read('docs/facts.md');

/** The keys of each interface, as the source has them; those of types inside a line are told in words. */
const interfaces = new Map(
  [
    ...`${read('src/plan/facts/facts.ts')}\n${read('src/plan/facts/managers/manager-facts.ts')}`.matchAll(
      /^export interface (\w+) \{\n([^]*?)^\}/gm,
    ),
  ].map(([, name = '', body = '']) => [name, [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, key]) => key!)]),
);

test('the source is read as it should be', () => {
  assert.ok(interfaces.size >= 9);
  assert.equal(interfaces.get('HostSocket'), ['protocol', 'address', 'port', 'owner']);
});

for (const [name, keys] of interfaces) {
  test(`${name}: every key is told of`, () => {
    const section = page.split(/^## /m).find((text) => text.startsWith(`${name}\n`)) ?? '';
    const told = [...section.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap(([, cell = '']) =>
      cell.split(', ').map((word) => word.replaceAll('`', '')),
    );
    assert.equal([...told].sort(), [...keys].sort());
  });
}

test('the example has only keys that there are', () => {
  const example = JSON.parse(fencesOf(page).find(({ language }) => language === 'json')!.text) as {
    host: object;
    engine: object;
  };
  assert.equal(Object.keys(example), interfaces.get('Facts'));
  // The engine of the example is in no virtual machine, and no Podman.
  const asked = interfaces.get('EngineFacts')!.filter((key) => !['product', 'rootless', 'unseen'].includes(key));
  assert.equal(Object.keys(example.engine), asked);
  const observed = interfaces.get('HostFacts')!.filter((key) => key !== 'unseen');
  assert.equal(Object.keys(example.host).sort(), observed.sort());
});

test.run();
