import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { commandFailure, HostError } from '../../../src/host/system/errors.ts';
import { displayCommand } from '../../../src/plan/actions/display.ts';

const table: readonly (readonly [string, readonly string[], string])[] = [
  [
    'plain words',
    ['ip', 'link', 'set', 'dev', 'nc-eth0.10', 'alias', 'netcompose:lan'],
    'ip link set dev nc-eth0.10 alias netcompose:lan',
  ],
  ['an empty word', ['ip', 'alias', ''], "ip alias ''"],
  ['blanks and quotes', ['echo', "it's here", '$HOME'], "echo 'it'\\''s here' '$HOME'"],
];

for (const [name, argv, text] of table) test(`shows ${name}`, () => assert.is(displayCommand(argv), text));

test('one line of output follows the message', () => {
  const error = new HostError(
    commandFailure(['ip', 'route'], { code: 2, stdout: 'x', stderr: 'RTNETLINK answers: File exists\n' }),
  );
  assert.is(error.message, '"ip route" failed with exit code 2: RTNETLINK answers: File exists');
  assert.is(error.code, 2);
  assert.equal(error.command, ['ip', 'route']);
});

test('of many lines the last five are shown', () => {
  const stderr = Array.from({ length: 9 }, (_, at) => `line ${at}`).join('\n');
  const { message } = new HostError(commandFailure(['a'], { code: 1, stdout: '', stderr }));
  assert.is(message, ['"a" failed with exit code 1', ...[4, 5, 6, 7, 8].map((at) => `  line ${at}`)].join('\n'));
});

test('keeps its cause, and names what is left over', () => {
  const cause = new Error('deep');
  const error = new HostError({ message: '"x" is so', cause, notUndone: [['ip', 'link', 'del', 'dev', 'x']] });
  assert.is(error.cause, cause);
  assert.is(error.message, '"x" is so\nstill to be undone:\n  ip link del dev x');
});

test.run();
