import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { unifiedDiff } from '../../../../src/emit/text/diff/unified-diff.ts';

test('what is the same needs no diff', () => {
  assert.is(unifiedDiff('compose.yaml', 'a\n', 'a\n', false), '');
});

test('what could change how a line looks is shown as a picture; tabs and line endings stay', () => {
  const shown = unifiedDiff('c.yaml', 'a: 1\r\n', 'a: 1\r\nb: \u202e2\t# \u0007\r\n', false);
  assert.is(shown.split('\n').at(-2), '+b: �2\t# ␇\r');
});

test.run();
