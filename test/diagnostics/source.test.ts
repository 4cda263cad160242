import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SourceFile } from '../../src/diagnostics/source.ts';

const text = 'ab\r\n👋c\n\nd';
const source = new SourceFile('/a.yaml', text);

const positions: readonly (readonly [offset: number, line: number, column: number])[] = [
  [-1, 1, 1],
  [0, 1, 1],
  [2, 1, 3],
  [4, 2, 1],
  [6, 2, 3],
  [8, 3, 1],
  [9, 4, 1],
  [10, 4, 2],
  [99, 4, 2],
];

for (const [offset, line, column] of positions) {
  test(`offset ${offset} is ${line}:${column}`, () => {
    assert.equal(source.position(offset), { line, column });
  });
}

test('lines, without their ends', () => {
  assert.equal(
    [0, 1, 2, 3, 4, 5].map((number) => source.line(number)),
    ['', 'ab', '👋c', '', 'd', ''],
  );
});

test('an empty file has one empty line', () => {
  const empty = new SourceFile('/a.yaml', '');
  assert.equal(empty.position(0), { line: 1, column: 1 });
  assert.is(empty.line(1), '');
});

test.run();
