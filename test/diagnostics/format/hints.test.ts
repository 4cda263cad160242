/** What to do, on a terminal: no word is cut, and what is to be copied stays in one piece. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { commandLines, hintLines } from '../../../src/diagnostics/format/hints.ts';
import { noticeText } from '../../../src/diagnostics/format/notice.ts';

/** Lines of at most 30 columns. */
for (const [name, lines] of [
  ['words', ['one two three four five six', 'seven eight']],
  ['a quote stays whole', ['write it at the network as', '"ip_range: 10.1.2.0/24", or', 'take it out']],
  ['quotes within a quote', ['in place of ports write', '"listen: ["80", "53/udp"]"']],
  ['braces within a quote', ['write in its place', '"a: { b: "c", d: [1, 2] }";', 'then go on']],
  ['backquotes', ['see whether the engine runs', '(`systemctl start docker`)']],
  ['a quote that nothing closes', ['the "first of all the words', 'here is not closed']],
  ['a quote too long for a line', ['"one two three four five six', 'seven eight" is shown']],
  ['a command after a colon', ['stop the container first:', 'docker stop shop-web-1, then', 'go on']],
  ['in parentheses', ['make the network yourself', '(docker network create x), or', 'take "external" out']],
  ['after "or"', ['see what is there and so on:', 'nft list ruleset, or', 'iptables -S']],
  ['its own name within a sentence', ['this is a fault of netcompose', 'itself']],
  ['a command that is too long', ['netcompose up -d \\', '    --force-recreate web']],
  ['the same after words', ['then run:', 'netcompose up -d \\', '    --force-recreate web']],
  ['a quoted one that is too long', ['run it:', '"netcompose up -d --force-recreate web"']],
  ['wide characters', ['値値値値値値値値 値値値値', '値値値値']],
] as const) {
  const text = lines.join(' ').replace(/ \\ +/g, ' ');
  test(name, () => {
    assert.equal(hintLines('', text, 30), lines);
    assert.equal(
      hintLines('    ', text, 34),
      lines.map((line) => `    ${line}`),
    );
    assert.equal(hintLines('  ', text), [`  ${text}`]);
  });
}

test('a line of a file stays as it is, and a command that is set in goes on further in', () => {
  const line = '  ExecStart=/bin/true one two three four five';
  assert.equal(hintLines(' ', line, 30), [` ${line}`]);
  assert.equal(hintLines(' ', '  sysctl -w net.ipv4.conf.nc-eth0.rp_filter=2', 30), [
    '   sysctl -w \\',
    '       net.ipv4.conf.nc-eth0.rp_filter=2',
  ]);
});

test('a command is broken as a shell reads it', () => {
  const command = String.raw`docker network create --label 'it'\''s a b' "$(printf '\033 x')" lan`;
  assert.equal(commandLines(command, 30), [
    '  docker network create \\',
    "      --label 'it'\\''s a b' \\",
    `      "$(printf '\\033 x')" \\`,
    '      lan',
  ]);
  const open = "ip route add 10.1.2.0/24 via <this host's address>";
  assert.equal(commandLines(open, 30), [`  ${open}`]);
});

test('a notice', () => {
  const message = '"eth0" is not there any more\nstill to be undone:\n  ip link del dev nc-eth0 type macvlan';
  assert.is(noticeText(message, 'look for it'), `netcompose: ${message}\n  help: look for it\n`);
  assert.is(
    noticeText(message, 'it is listed by "ip link", and what is wrong by "dmesg"', 30),
    [
      'netcompose: "eth0" is not',
      '  there any more',
      'still to be undone:',
      '  ip link del dev nc-eth0 \\',
      '      type macvlan',
      '  help: it is listed by',
      '        "ip link", and what is',
      '        wrong by "dmesg"',
      '',
    ].join('\n'),
  );
});

test('quotes that nothing closes are words like others, however many: names may come from anywhere', () => {
  const text = '"a '.repeat(2600).trimEnd();
  const lines = hintLines('', text, 80);
  assert.is(lines.join(' '), text);
  assert.ok(lines.every((line) => line.length <= 80));
});

test.run();
