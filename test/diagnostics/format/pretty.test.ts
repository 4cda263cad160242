import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Diagnostic } from '../../../src/diagnostics/diagnostic.ts';
import { pretty } from '../../../src/diagnostics/format/pretty.ts';
import { graphemesOf, widthOf } from '../../../src/diagnostics/format/width.ts';
import type { Span } from '../../../src/diagnostics/source.ts';
import { cwd, diagnosticAt, samples, sourceOf, spanOf } from './samples.ts';

const print = (...diagnostics: readonly Diagnostic[]) => pretty(diagnostics, { cwd, color: false });

/** The lines between `-->` and the summary, for a span alone. */
function excerptOf(span: Span): readonly string[] {
  return print(diagnosticAt(span)).split('\n').slice(2, -3);
}

test('one block for each, and a summary', () => {
  assert.is(
    print(...samples),
    `error[engine/unreachable]: the Docker engine at "unix:///var/run/docker.sock" does not answer
 help: start it: sudo systemctl start docker

error[netmode/unknown-mode]: "web": there is no netmode "ipvln"
 --> compose.yaml:5:16
  |
5 |     x-netmode: ipvln
  |                ^^^^^
 help: did you mean "ipvlan"?

warning[ports/published-twice]: "web" publishes port 8080/tcp of the host, as "api" does
 --> compose.yaml:6:13
  |
6 |     ports: ["8080:8080"]
  |             ^^^^^^^^^^^
 note: "api" publishes it here
 --> compose.yaml:3:13
  |
3 |     ports: ["8080:80"]
  |             ^^^^^^^^^

info[service/ports-ignored]: "api": host publishes no ports
 --> compose.yaml:3:13
  |
3 |     ports: ["8080:80"]
  |             ^^^^^^^^^

2 errors, 1 warning, 1 info
`,
  );
});

test('nothing for no diagnostics', () => {
  assert.is(print(), '');
});

test('the gutter is as wide as the widest line number of its block', () => {
  const source = sourceOf(`${'#\n'.repeat(9)}a: 1\n`);
  const related = [{ message: 'and here', span: { source, start: 0, end: 1 } }];
  const output = print(diagnosticAt(spanOf(source, '1'), { related, help: 'no' }));
  assert.is(
    output,
    `error[netmode/unknown-mode]: "web": there is no netmode "ipvln"
  --> compose.yaml:10:4
   |
10 | a: 1
   |    ^
  note: and here
  --> compose.yaml:1:1
   |
 1 | #
   | ^
  help: no

1 error
`,
  );
});

const ends = { source: sourceOf('a: 1\n'), text: 'a: 1\n' };
const excerpts: readonly (readonly [name: string, span: Span, lines: readonly string[]])[] = [
  ['a tab counts as it is shown', spanOf(sourceOf('\ta:\tno\n'), 'no'), ['  |', '1 |   a:  no', '  |       ^^']],
  [
    'ideographs are two columns wide',
    spanOf(sourceOf('名前: 値 # x\n'), '値'),
    ['  |', '1 | 名前: 値 # x', '  |       ^^'],
  ],
  ['after ideographs', spanOf(sourceOf('名前: ab\n'), 'ab'), ['  |', '1 | 名前: ab', '  |       ^^']],
  [
    'an emoji of several code points is one',
    spanOf(sourceOf('👨‍👩‍👧: ab\n'), 'ab'),
    ['  |', '1 | 👨‍👩‍👧: ab', '  |     ^^'],
  ],
  [
    'a combining accent takes no column',
    spanOf(sourceOf('e\u0301: ab\n'), 'ab'),
    ['  |', '1 | e\u0301: ab', '  |    ^^'],
  ],
  ['half an emoji marks all of it', { source: sourceOf('a👋b'), start: 2, end: 3 }, ['  |', '1 | a👋b', '  |  ^^']],
  [
    'a span of several lines marks its part of the first',
    spanOf(sourceOf('a:  \n  b: 1\n'), 'a:  \n  b: 1'),
    ['  |', '1 | a:', '  | ^^'],
  ],
  ['Windows line ends', spanOf(sourceOf('a: 1\r\nb: 2\r\n'), '2'), ['  |', '2 | b: 2', '  |    ^']],
  ['an empty span has one mark', { source: sourceOf('a: 1'), start: 3, end: 3 }, ['  |', '1 | a: 1', '  |    ^']],
  ['a span at the end of a line', { source: sourceOf('a:\nb'), start: 2, end: 2 }, ['  |', '1 | a:', '  |   ^']],
  ['a span of the line break alone', { source: sourceOf('a:\nb'), start: 2, end: 3 }, ['  |', '1 | a:', '  |   ^']],
  [
    'the end of a file',
    { source: ends.source, start: ends.text.length, end: ends.text.length },
    ['  |', '2 |', '  | ^'],
  ],
  ['past the end of a file', { source: ends.source, start: 99, end: 120 }, ['  |', '2 |', '  | ^']],
  ['an empty file', { source: sourceOf(''), start: 0, end: 0 }, ['  |', '1 |', '  | ^']],
  ['a byte order mark takes no column', spanOf(sourceOf('\uFEFFa: 1'), 'a'), ['  |', '1 | a: 1', '  | ^']],
];

for (const [name, span, lines] of excerpts) {
  test(`excerpt: ${name}`, () => {
    assert.equal(excerptOf(span), lines);
  });
}

/** Text and marks without the gutter. */
function cut(span: Span): { readonly text: string; readonly marked: string } {
  const [, text, marks] = excerptOf(span).map((line) => line.slice(4));
  return { text: text!, marked: [...text!].slice(marks!.indexOf('^'), marks!.length).join('') };
}

test('long lines are cut around the span', () => {
  const long = (before: number, after: number) =>
    spanOf(sourceOf(`${'x'.repeat(before)}HERE${'y'.repeat(after)}`), 'HERE');
  const cases = [
    { span: long(50, 66), starts: 'x', ends: 'y' },
    { span: long(0, 500), starts: 'H', ends: '…' },
    { span: long(500, 0), starts: '…', ends: 'E' },
    { span: long(500, 500), starts: '…', ends: '…' },
    { span: long(50_000, 50_000), starts: '…', ends: '…' },
    { span: long(50_000, 0), starts: '…', ends: 'E' },
  ];
  for (const { span, starts, ends } of cases) {
    const { text, marked } = cut(span);
    assert.is(marked, 'HERE');
    assert.is(text[0], starts);
    assert.is(text.at(-1), ends);
    assert.ok(text.length <= 122, `${text.length} columns`);
  }
});

test('on a terminal, messages break at spaces and lines of the file are cut to its width; commands go on below', () => {
  const line = `    image: nginx ${'# a long remark '.repeat(10)}`;
  const message = '"web" (bridge) depends on "dns" (macvlan), but they share no network, and that is not all';
  const help = `run: ${'docker network inspect '.repeat(5).trim()}`;
  const text = pretty([{ ...diagnosticAt(spanOf(sourceOf(line), 'nginx')), message, help, related: [] }], {
    ...{ cwd, color: false, columns: 60 },
  });
  const [first, second, ...others] = text.split('\n');
  assert.match(first!, /^\S+: "web" \(bridge\)/);
  assert.match(second!, /^ {7}\S/);
  assert.ok(text.replace(/\n {7}/g, ' ').includes(`: ${message}\n`), text);
  assert.ok(text.replace(/( \\)?\n {7,}/g, ' ').includes(` help: ${help}\n`), text);
  assert.equal(
    [first, second, ...others].filter((each) => each!.length > 60),
    [],
  );
  assert.match(text, /\n1 \| {5}image: nginx .*…\n {2}\| {12}\^{5}\n/);
});

test('a first word that has no room behind the label stands below it', () => {
  const message = `"${'n'.repeat(40)}": macvlan maps no ports`;
  const [first, second] = pretty([{ ...diagnosticAt(undefined), message }], { cwd, color: false, columns: 60 }).split(
    '\n',
  );
  assert.match(first!, /^\w+\[[\w/-]+\]:$/);
  assert.is(second, `       "${'n'.repeat(40)}": macvlan`);
});

test('a span longer than a line can show is marked as far as it is shown', () => {
  const source = sourceOf(`a: ${'z'.repeat(3000)}`);
  const { text, marked } = cut({ source, start: 3, end: source.text.length });
  assert.is(text, `a: ${'z'.repeat(117)}…`);
  assert.is(marked, 'z'.repeat(117));
});

test('wide characters are never cut in half', () => {
  const { text, marked } = cut(spanOf(sourceOf(`${'値'.repeat(300)}!${'値'.repeat(300)}`), '!'));
  assert.ok(/^…値+!値+…$/.test(text));
  assert.ok(marked.length > 0);
});

test('nothing from a file reaches the terminal as a command', () => {
  const evil = '\u001b]0;owned\u0007\u009b31m\u202Eabc\u2028\u007f';
  const source = sourceOf(`a: ${evil}`, `${cwd}/\u001b[2J.yaml`);
  const span = { source, start: 3, end: source.text.length };
  const output = print(
    diagnosticAt(span, { message: `"${evil}"\nerror[x]: forged`, help: evil, related: [{ message: evil, span }] }),
  );
  assert.not.match(output, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e]/);
  assert.match(output, '␛]0;owned␇�31m�abc�␡');
  assert.match(output, '\n       error[x]: forged\n');
});

const parts = [
  'a',
  '"',
  '{',
  '値',
  '한',
  'ｱ',
  'é',
  'e\u0301',
  '👋🏽',
  '🇨🇭',
  '\t',
  '\u001b',
  '\u202e',
  '\ud83d',
  '\uFEFF',
] as const;
const widths: { readonly [part in (typeof parts)[number]]?: number } = {
  値: 2,
  한: 2,
  '👋🏽': 2,
  '🇨🇭': 2,
  '\t': 2,
  '\uFEFF': 0,
};
const widthOfPart = (part: (typeof parts)[number]) => widths[part] ?? 1;

test('any line: the marks stand below what is meant', () => {
  const lines = fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(lines, fc.nat(49), (line, at) => {
      const before = line.slice(0, at % line.length);
      const meant = line[before.length]!;
      if (line.slice(before.length).every((part) => part.trim() === '')) return; // blanks at the end are not shown
      const start = before.join('').length;
      const [, , marks] = excerptOf({ source: sourceOf(line.join('')), start, end: start + meant.length });
      const indent = before.reduce((sum, part) => sum + widthOfPart(part), 0);
      assert.is(marks, `  | ${' '.repeat(indent)}${'^'.repeat(Math.max(1, widthOfPart(meant)))}`);
    }),
    { numRuns: 500, seed: 1 },
  );
});

test('any text, any span: one short line, and nothing that a terminal obeys', () => {
  const texts = fc
    .array(fc.constantFrom(...parts, '\n', '\r\n', 'a long word '), { maxLength: 300 })
    .map((some) => some.join(''));
  fc.assert(
    fc.property(texts, fc.nat(600), fc.nat(600), (text, start, length) => {
      const output = print(diagnosticAt({ source: sourceOf(text), start, end: start + length }));
      const [, line = '', marks = ''] = excerptOf({ source: sourceOf(text), start, end: start + length });
      assert.not.match(output, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
      assert.match(marks, /^ +\| *\^+$/);
      for (const shown of [line, marks]) {
        const width = graphemesOf(shown.slice(shown.indexOf('|') + 2)).reduce(
          (sum, grapheme) => sum + widthOf(grapheme),
          0,
        );
        assert.ok(width <= 122, `${width} columns`);
      }
    }),
    { numRuns: 300, seed: 1 },
  );
});

test('help of several lines stands below its first', () => {
  assert.match(
    print(diagnosticAt(undefined, { help: 'networks:\n  lan:\n'.trimEnd() })),
    '\n help: networks:\n         lan:\n',
  );
});

test('paths: below the working directory relative, others as they are', () => {
  const shown = (path: string, from = cwd) => {
    const diagnostic = diagnosticAt({ source: sourceOf('a', path), start: 0, end: 1 });
    return pretty([diagnostic], { cwd: from, color: false }).split('\n')[1];
  };
  assert.is(shown('/home/me/stack/sub/a.yaml'), ' --> sub/a.yaml:1:1');
  assert.is(shown('/home/me/other/a.yaml'), ' --> /home/me/other/a.yaml:1:1');
  assert.is(shown('/home/me/stack2/a.yaml'), ' --> /home/me/stack2/a.yaml:1:1');
  assert.is(shown('/home/me/stack/..a.yaml'), ' --> ..a.yaml:1:1');
  assert.is(shown('/a.yaml', '/'), ' --> a.yaml:1:1');
  assert.is(shown('<stdin>'), ' --> <stdin>:1:1');
});

test('colour changes nothing but colour', () => {
  const colored = pretty(samples, { cwd, color: true });
  assert.match(colored, /\u001b\[31m/);
  assert.is(colored.replace(/\u001b\[\d+m/g, ''), print(...samples));
});

test.run();
