import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Diagnostics } from '../../src/diagnostics/diagnostic.ts';
import { SourceFile, type Span } from '../../src/diagnostics/source.ts';

const a = new SourceFile('/a.yaml', '0123456789');
const b = new SourceFile('/b.yaml', '0123456789');
const at = (source: SourceFile, start: number): Span => ({ source, start, end: start + 1 });

test('sorted: those without a place first, then file by file as first seen, in the order of the text', () => {
  const diagnostics = new Diagnostics();
  diagnostics.report('parent/down', at(b, 5), 'b5');
  diagnostics.report('parent/down', at(a, 7), 'a7');
  diagnostics.report('engine/unreachable', undefined, 'nowhere');
  diagnostics.report('parent/down', at(b, 1), 'b1');
  diagnostics.report('parent/down', at(a, 0), 'a0');
  diagnostics.report('parent/wireless', at(b, 5), 'b5, later');
  const messages = diagnostics.sorted().map(({ message }) => message);
  assert.equal(messages, ['nowhere', 'b1', 'b5', 'b5, later', 'a0', 'a7']);
  assert.equal(
    diagnostics.sorted().map(({ message }) => message),
    messages,
    'sorting changes nothing',
  );
});

test('the same fault at the same place is kept once', () => {
  const diagnostics = new Diagnostics();
  diagnostics.report('parent/down', at(a, 1), 'x');
  diagnostics.report('parent/down', at(a, 1), 'x', { help: 'again' });
  diagnostics.report('parent/down', at(a, 2), 'x');
  diagnostics.report('parent/down', at(b, 1), 'x');
  diagnostics.report('parent/wireless', at(a, 1), 'x');
  diagnostics.report('parent/down', at(a, 1), 'y');
  diagnostics.report('parent/down', undefined, 'x');
  diagnostics.report('parent/down', undefined, 'x');
  assert.is(diagnostics.sorted().length, 6);
});

test("severity is the rule's unless the case says otherwise", () => {
  const diagnostics = new Diagnostics();
  diagnostics.report('parent/down', undefined, 'one');
  assert.not.ok(diagnostics.hasErrors);
  diagnostics.report('parent/down', undefined, 'two', { severity: 'error' });
  assert.ok(diagnostics.hasErrors);
  assert.equal(
    diagnostics.sorted().map(({ severity }) => severity),
    ['warning', 'error'],
  );
});

test('absent details leave no keys behind', () => {
  const diagnostics = new Diagnostics();
  diagnostics.report('parent/down', undefined, 'x', { help: undefined });
  assert.equal(diagnostics.sorted(), [{ rule: 'parent/down', severity: 'warning', message: 'x', related: [] }]);
});

test.run();
