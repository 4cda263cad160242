/** The page's last section is made from the table of error texts; `UPDATE_GOLDENS=1` writes it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { errorRows, explainError } from '../../src/plan/doctor/docker-errors.ts';

const file = fileURLToPath(new URL('../../docs/troubleshooting.md', import.meta.url));
const page = readFileSync(file, 'utf8');
const heading = '| text | what happened | what to do |';

/** A cell: what would end it is written otherwise. */
const cell = (text: string) => text.replaceAll('|', '\\|');
/** As code, where the text itself may hold backticks. */
const code = (text: string) => (text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``);

const rows = errorRows.map(({ example }) => {
  const { message, help, rule, page: more } = explainError(example)!;
  const link = rule === undefined ? (more ? ` [More](${more})` : '') : ` [\`${rule}\`](rules/${rule}.md)`;
  return `| ${code(cell(example))} | ${cell(message)} | ${cell(help)}${link} |`;
});

test('every error text is on the page, with its explanation', () => {
  const table = [heading, '| --- | --- | --- |', ...rows, ''].join('\n');
  const start = page.includes(heading) ? page.indexOf(heading) : page.length;
  if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(file, page.slice(0, start) + table);
  else assert.is(page.slice(start), table);
});

test('each entry leads to a rule, a page or a command', () => {
  const entries = page.split('\n').filter((line) => /^\| (?!what|text|---)/.test(line));
  assert.ok(entries.length > rows.length + 15);
  for (const entry of entries)
    assert.match(entry, /\]\((?:rules\/\S+|[\w-]+)\.md(?:#[\w-]+)?\)|`netcompose [a-z]/, 'leads nowhere');
});

test.run();
