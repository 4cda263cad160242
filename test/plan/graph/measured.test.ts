/** The table that pictures are drawn from is the page that the lab has written. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { columns, measured } from '../../../src/plan/graph/measured.ts';

const page = readFileSync(new URL('../../../docs/reachability.md', import.meta.url), 'utf8');

/** The page's words, as the table has them. */
const short = (cell: string) =>
  cell === '–' ? '-' : cell.replace(/^(\w+) \(engine 26: (\w+)\)$/, (_, newest, older) => `${newest}/${older}`);

test('every cell of docs/reachability.md', () => {
  const onPage: Record<string, Record<string, string>> = {};
  const heads: string[] = [];
  for (const [, family = '', text = ''] of page.matchAll(/^## IPv(\d)\n\n((?:\|.*\n)+)/gm)) {
    const [head = [], , ...rows] = text
      .trim()
      .split('\n')
      .map((line) => line.slice(2, -2).split(' | '));
    heads.push(head.slice(1).join());
    for (const [name = '', ...cells] of rows) (onPage[name] ??= {})[family] = cells.map(short).join(' ');
  }
  assert.equal(measured, onPage);
  assert.equal(heads, [columns.join(), columns.slice(0, -1).join()]);
});

test.run();
