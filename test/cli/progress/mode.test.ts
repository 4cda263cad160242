/** How progress is shown: as Compose shows its own, by the same words and variables. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { progressMode, takesColor } from '../../../src/cli/progress/mode.ts';

type Case = readonly [
  words: Parameters<typeof progressMode>[0],
  env: Parameters<typeof progressMode>[1],
  onTerminal: string,
  piped: string,
];

const cases: readonly Case[] = [
  [{}, {}, 'tty', 'plain'],
  [{ progress: 'auto' }, {}, 'tty', 'plain'],
  [{ progress: 'tty' }, {}, 'tty', 'tty'],
  [{ progress: 'plain' }, {}, 'plain', 'plain'],
  [{ progress: 'json' }, {}, 'json', 'json'],
  [{ progress: 'quiet' }, {}, 'quiet', 'quiet'],
  [{ progress: 'none' }, {}, 'quiet', 'quiet'],
  [{ progress: 'what a newer Compose knows' }, {}, 'tty', 'plain'],
  [{ ansi: 'never' }, {}, 'plain', 'plain'],
  [{ ansi: 'always' }, {}, 'tty', 'tty'],
  [{}, { COMPOSE_PROGRESS: 'quiet' }, 'quiet', 'quiet'],
  [{ progress: 'plain' }, { COMPOSE_PROGRESS: 'quiet' }, 'plain', 'plain'],
  [{}, { COMPOSE_ANSI: 'never' }, 'plain', 'plain'],
  [{ ansi: 'auto' }, { COMPOSE_ANSI: 'never' }, 'tty', 'plain'],
  [{}, { NO_COLOR: '1' }, 'tty', 'plain'],
  [{}, { CI: 'true' }, 'plain', 'plain'],
  [{}, { CI: '' }, 'tty', 'plain'],
  [{ progress: 'tty' }, { CI: 'true' }, 'tty', 'tty'],
  [{}, { TERM: 'dumb' }, 'plain', 'plain'],
];

for (const [words, env, onTerminal, piped] of cases) {
  test(`${JSON.stringify(words)} ${JSON.stringify(env)}`, () => {
    assert.is(progressMode(words, env, true), onTerminal);
    assert.is(progressMode(words, env, false), piped);
  });
}

test('colour: on a terminal, or where it is asked for, and never with NO_COLOR', () => {
  assert.is(takesColor({}, {}, true), true);
  assert.is(takesColor({}, {}, false), false);
  assert.is(takesColor({}, { NO_COLOR: '' }, true), true);
  assert.is(takesColor({}, { NO_COLOR: '0' }, true), false);
  assert.is(takesColor({ ansi: 'never' }, {}, true), false);
  assert.is(takesColor({ ansi: 'always' }, {}, false), true);
  assert.is(takesColor({ ansi: 'always' }, { NO_COLOR: '1' }, true), false);
  assert.is(takesColor({}, { COMPOSE_ANSI: 'always' }, false), true);
});

test.run();
