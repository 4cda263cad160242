/** On a terminal no text is wider than that, and broken only at spaces. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pageText } from '../../../src/cli/commands/explain/page-text.ts';
import { commandLines } from '../../../src/diagnostics/format/hints.ts';
import { linesAfter } from '../../../src/diagnostics/format/lines.ts';
import { adviceText } from '../../../src/emit/text/advice-text.ts';
import { answersText } from '../../../src/emit/text/answers-text.ts';
import { doctorText } from '../../../src/emit/text/doctor-text.ts';
import { actionsText } from '../../../src/emit/text/plan-text.ts';
import { shimsText } from '../../../src/emit/text/shims-text.ts';

const long = 'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen';
const widths = [20, 40, 80];

/** Text by its name, for a width; what it is without one is what its lines are when they are put together again. */
const texts: readonly (readonly [string, (columns?: number) => string])[] = [
  ['lines', (columns) => linesAfter('  # ', long, columns).join('\n')],
  [
    'advice',
    (columns) => adviceText([{ service: 'a', netmode: 'host', reason: long, write: { replaces: [] } }], columns),
  ],
  [
    'doctor',
    (columns) =>
      doctorText(
        {
          netmodes: [
            { netmode: 'host', verdict: 'cannot', findings: [{ verdict: 'cannot', reason: long, mend: long }] },
          ],
          shims: [],
        },
        columns,
      ),
  ],
  [
    'the reasons of commands',
    (columns) =>
      actionsText(
        { actions: [], hooks: [{ when: 'pre_up', reason: long, command: ['a'] }] } as never,
        columns === undefined ? {} : { columns },
      ),
  ],
  [
    'what was asked',
    (columns) => {
      const of = { from: { kind: 'host' }, to: 'a', place: 'b', reason: long, help: long } as const;
      return answersText([{ ...of, answer: 'no' } as never, { ...of, answer: 'not asked' } as never], columns);
    },
  ],
  ['shims', (columns) => shimsText([{ name: 'nc-a', faults: [long] }], columns)],
  ['a command', (columns) => commandLines(long, columns).join('\n')],
  ['a page', (columns) => pageText(`${long}\n\n- ${long}\n1. ${long}\n`, columns)],
];

/** Those of `long`: a table that has no room is put into words otherwise. */
const words = (text: string) => text.split(/\s+/).filter((word) => long.split(' ').includes(word));

for (const [name, textAt] of texts)
  test(`${name}: broken at spaces, and all of it there`, () => {
    const whole = textAt();
    assert.ok(
      whole.split('\n').some((line) => line.length > 80),
      'without a terminal lines are whole',
    );
    for (const width of widths) {
      const text = textAt(width);
      assert.equal(words(text), words(whole));
      // Heads stay as they are.
      const wide = text.split('\n').filter((line) => line.length > width && words(line).length > 0);
      assert.equal(wide, [], `${width} columns`);
    }
  });

test('a page keeps its code, tables and headings, and joins the lines of a paragraph', () => {
  const code = `\`\`\`yaml\n${long}: 1\n\n- x\n\`\`\``;
  const [head, rows] = [`# ${long}\n`, `| ${long} |\n| - |\n`];
  const page = `${head}Text that\ngoes on.\n\n${code}\n\n${rows}- an item\n  that goes on\n- another\n`;
  assert.is(pageText(page, 40), `${head}Text that goes on.\n\n${code}\n\n${rows}- an item that goes on\n- another\n`);
  assert.is(pageText(page), page);
});

test.run();
