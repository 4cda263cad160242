import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { wideLines } from '../../scripts/width.ts';

test('lines are measured in characters, and the widest that is allowed is allowed', () => {
  assert.equal(wideLines('a\nabcde\n→→→→→\n', 4), [
    { line: 2, columns: 5 },
    { line: 3, columns: 5 },
  ]);
  assert.equal(wideLines('a\nabcde\n→→→→→\n', 5), []);
  // Two code units, one character.
  assert.equal(wideLines('😀😀', 2), []);
});

test.run();
