/** What is printed as a command is that command: a real shell reads the same words. */
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { safeLine } from '../../../src/diagnostics/format/safe.ts';
import { displayCommand } from '../../../src/plan/actions/display.ts';
import { holds } from '../../support/property.ts';

const shell = (line: string) => spawnSync('/bin/sh', ['-c', line], { encoding: 'utf8', env: {} });

/** The words as a shell gives them to a command. */
function readBack(words: readonly string[]): readonly string[] {
  const { stdout } = shell(displayCommand(['printf', '%s\\0', ...words]));
  return stdout.split('\0').slice(0, -1);
}

const shown: readonly (readonly [argv: readonly string[], text: string])[] = [
  [['ip', 'link', 'set', 'dev', 'nc-eth0', 'alias', ''], "ip link set dev nc-eth0 alias ''"],
  [['ip', 'route', 'add', '10.7.1.0/24', 'via', 'fd00::1'], 'ip route add 10.7.1.0/24 via fd00::1'],
  [['docker', 'network', 'create', '--opt', 'parent=eth0.10', 'a'], 'docker network create --opt parent=eth0.10 a'],
  [['echo', "it's", '$HOME', '~', '*', 'a b'], "echo 'it'\\''s' '$HOME' '~' '*' 'a b'"],
  [['A=b', 'C=d'], "'A=b' C=d"],
  [['time', 'time'], "'time' time"],
  [['sh', '-c', 'echo 5% #\u001b[2K\r it'], `sh -c "$(printf 'echo 5\\045 #\\033[2K\\015 it')"`],
  [['echo', 'a\nb\n\n'], `echo "$(printf 'a\\012b')"'\n\n'`],
];

for (const [argv, text] of shown) test(text, () => assert.is(displayCommand(argv), text));

test('a shell reads any words back', () => {
  const character = fc.oneof(
    fc.constantFrom(...' \'"\\$`!*?[]{}()<>|&;#~=%-\t\n\r\u001b\u0007\u007f\u202e\u2028'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 }),
  );
  const word = fc.array(character, { maxLength: 8 }).map((characters) => characters.join('').replaceAll('\0', ''));
  holds(
    fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (words) => {
      assert.equal(readBack(words), words);
      // What is printed is one line for each word at most, and nothing in it is obeyed by a terminal.
      const printed = displayCommand(words).replaceAll(/'\n+'/g, '');
      assert.is(printed, safeLine(printed));
    }),
    200,
  );
});

for (const word of ['if', 'case', 'while', 'A=b', '!', '{', '~', '[[', '#']) {
  test(`"${word}" is a command where it stands first`, () => {
    const { status, stderr } = shell(displayCommand([word, 'x']));
    assert.is(status, 127, stderr);
    assert.match(stderr, `${word}: not found`);
  });
}

test.run();
