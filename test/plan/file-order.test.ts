import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Project } from '../../src/compose/project/project.ts';
import { SourceFile } from '../../src/diagnostics/source.ts';
import { inFileOrder, inOrderOf } from '../../src/plan/file-order.ts';

const [first, second, unknown] = ['a.yaml', 'b.yaml', 'c.yaml'].map((path) => new SourceFile(path, ''));
const project = { sources: [first, second] } as unknown as Project;
const at = (source: SourceFile | undefined, start: number) => ({ source: source!, start, end: start + 1 });

test('file by file, then by place, then by key', () => {
  const entries = new Map([
    ['z', at(second, 1)],
    ['y', at(first, 9)],
    ['x', at(first, 2)],
    ['b', at(second, 5)],
    ['a', at(second, 5)],
  ]);
  assert.equal([...inFileOrder(entries, (span) => span, project).keys()], ['x', 'y', 'z', 'a', 'b']);
});

test('what no file of the project says comes first', () => {
  const entries = new Map([
    ['a', at(first, 0)],
    ['b', at(unknown, 7)],
  ]);
  assert.equal([...inFileOrder(entries, (span) => span, project).keys()], ['b', 'a']);
});

test('in the order of other keys, the rest behind', () => {
  const entries = new Map([
    ['a', 1],
    ['b', 2],
    ['c', 3],
  ]);
  assert.equal(
    [...inOrderOf(['c', 'gone', 'a'], entries)],
    [
      ['c', 3],
      ['a', 1],
      ['b', 2],
    ],
  );
});

test.run();
