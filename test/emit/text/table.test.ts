/** Tables on terminals of different widths. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { table } from '../../../src/emit/text/table.ts';

const rows = [
  ['  SERVICE', 'NETMODE', 'FROM THE LAN'],
  ['+ web', 'macvlan', '192.168.1.53:53/udp, 192.168.1.53:80'],
  ['= a long name', 'host', '-'],
];
const lines = (columns?: number) => table(rows, columns).split('\n').slice(0, -1);

test('where there is room, one line a row', () => {
  const wide = [
    '  SERVICE      NETMODE  FROM THE LAN',
    '+ web          macvlan  192.168.1.53:53/udp, 192.168.1.53:80',
    '= a long name  host     -',
  ];
  assert.equal(lines(), wide);
  assert.equal(lines(60), wide);
});

test('a character that is two columns wide counts twice, and without a terminal nothing is broken', () => {
  const wide = [
    ['NAME', 'WHY', 'END'],
    ['web', '日本 語 です', 'x'],
    ['日本', 'so it is said', 'x'],
  ];
  const shown = 'NAME  WHY            END\nweb   日本 語 です   x\n日本  so it is said  x\n';
  assert.is(table(wide), shown);
  assert.is(table(wide, 24), shown);
  assert.is(table(wide, 20), 'NAME  WHY        END\nweb   日本 語    x\n      です\n日本  so it is   x\n      said\n');
});

test('where there is less, the widest column is broken at its spaces', () => {
  assert.equal(lines(59), [
    '  SERVICE      NETMODE  FROM THE LAN',
    '+ web          macvlan  192.168.1.53:53/udp,',
    '                        192.168.1.53:80',
    '= a long name  host     -',
  ]);
  assert.equal(lines(44), lines(59));
});

test('where that is not enough, a block for each row', () => {
  assert.equal(lines(43), [
    '  SERVICE',
    '+ web',
    '    NETMODE       macvlan',
    '    FROM THE LAN  192.168.1.53:53/udp,',
    '                  192.168.1.53:80',
    '= a long name',
    '    NETMODE       host',
  ]);
});

test('a row that is a title by itself is one there, too', () => {
  const titled = [
    ['group', ''],
    ['  a rule', 'what it is about'],
  ];
  assert.is(table(titled), 'group\n  a rule  what it is about\n');
  assert.is(table(titled, 12), 'group\n  a rule\n      what\n      it is\n      about\n');
});

test('what is as long as no name is loses its middle, and makes no other row wider than that', () => {
  const shown = table([
    ['SERVICE', 'NETMODE'],
    ['n'.repeat(1_000_000), 'host'],
    ['web', 'macvlan'],
  ]).split('\n');
  assert.match(shown[1]!, /^n{240}… \(999640 more\) …n{120} {2}host$/);
  assert.ok(shown[2]!.length < 500, `${shown[2]!.length}`);
});

test.run();
