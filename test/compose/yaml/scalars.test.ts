import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Primitive } from '../../../src/compose/tree.ts';
import { isTimestamp, plainValue } from '../../../src/compose/yaml/scalars.ts';

const values: readonly (readonly [string, Primitive])[] = [
  ['', null],
  ['~', null],
  ['null', null],
  ['Null', null],
  ['nUll', 'nUll'],
  ['true', true],
  ['True', true],
  ['FALSE', false],
  ['tRue', 'tRue'],
  ['yes', 'yes'],
  ['no', 'no'],
  ['on', 'on'],
  ['off', 'off'],
  ['y', 'y'],
  ['n', 'n'],
  ['0', 0],
  ['12', 12],
  ['-3', -3],
  ['+4', 4],
  ['1_000', 1000],
  ['0755', 493],
  ['0o17', 15],
  ['0x1F', 31],
  ['-0x1f', -31],
  ['0b101', 5],
  ['08', 8],
  ['1.5', 1.5],
  ['.5', 0.5],
  ['1.', 1],
  ['1e3', 1000],
  ['-1.5E-2', -0.015],
  ['.inf', Infinity],
  ['-.INF', -Infinity],
  ['22:22', '22:22'],
  ['1.2.3', '1.2.3'],
  ['1-2', '1-2'],
  ['-', '-'],
  ['.', '.'],
  ['+', '+'],
  ['0x', '0x'],
  ['1e', '1e'],
  ['0b2', '0b2'],
  ['2024-01-01', '2024-01-01'],
  ['_1', '_1'],
  ['nginx', 'nginx'],
  ['<<', '<<'],
];

for (const [text, value] of values) test(`"${text}" is ${String(value)}`, () => assert.is(plainValue(text), value));

test('dates and times are told apart', () => {
  const dates = ['2024-01-01', '2024-1-2', '2024-01-01T10:00:00Z', '2024-01-01 10:00:00'];
  const others = ['2024', '2024-01', '2024-01-01-x', 'v2024-01-01', '20240101', '2024-01-01T10'];
  assert.equal(dates.filter(isTimestamp), dates);
  assert.equal(others.filter(isTimestamp), []);
});

test.run();
