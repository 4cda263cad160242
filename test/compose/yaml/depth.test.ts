/** What is nested deeper than a person writes is refused, by every reader, instead of ending them. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { deepest, tooDeep } from '../../../src/compose/yaml/depth.ts';
import { planTexts, told } from '../../support/in-memory.ts';

const nest = (count: number): Readonly<Record<string, string>> => ({
  'flow lists': `${'['.repeat(count)}x${']'.repeat(count)}`,
  'flow mappings': `${'{a: '.repeat(count)}x${'}'.repeat(count)}`,
  'block mappings': `\n${Array.from({ length: count }, (_, at) => `${' '.repeat(at + 4)}a:\n`).join('')}`,
  'block lists': `\n${Array.from({ length: count }, (_, at) => `${' '.repeat(at + 4)}-\n`).join('')}`,
  'lists on one line': `\n    ${'- '.repeat(count)}x`,
});

const project = (value: string) => `services: { a: { image: x } }\nx-deep: ${value}\n`;

for (const count of [deepest + 1, 20_000]) {
  for (const [name, value] of Object.entries(nest(count))) {
    // Each line of a block is as long as it is deep.
    if (count > 5000 && name.startsWith('block ')) continue;
    test(`${count} ${name} are refused`, () => {
      const outcome = planTexts(project(value));
      assert.is(outcome.plan, undefined);
      assert.match(told(outcome).join('\n'), `nested more than ${deepest} levels deep`);
    });
  }
}

for (const [name, value] of Object.entries(nest(deepest - 3))) {
  test(`${deepest - 3} ${name} are read`, () => assert.is(tooDeep(project(value)), undefined));
}

test('what only looks deep is read', () => {
  const colours = `services:\n  a:\n    image: x\n    command: |\n${'      printf "\\033[0m["\n'.repeat(400)}`;
  const quoted = `services: { a: { image: x, command: "${'[{'.repeat(400)}" } }\n`;
  for (const text of [colours, quoted]) assert.is(tooDeep(text), undefined);
});

test('variables within variables are refused above a hundred', () => {
  const nested = (count: number) => `services: { a: { image: "${'${A:-'.repeat(count)}x${'}'.repeat(count)}" } }\n`;
  assert.equal(told(planTexts(nested(20))), []);
  const beside = `services: { a: { image: "${'${A:-x}'.repeat(500)}" } }\n`;
  assert.equal(told(planTexts(beside)), []);
  for (const count of [101, 20_000]) assert.match(told(planTexts(nested(count))).join('\n'), 'error compose/');
});

test.run();
