/**
 * The pages of `docs/rules/` are true: each rule has one, and each example prints what the page says.
 * `UPDATE_GOLDENS=1` writes what is printed now into the pages.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseDocument } from 'yaml';
import { ruleIndex } from '../../scripts/rule-index.ts';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { pretty } from '../../src/diagnostics/format/pretty.ts';
import { type RuleName, rules } from '../../src/diagnostics/rules.ts';
import { type Fence, fencesOf, readPage } from './page.ts';
import { checkSnippet, cwd } from './project.ts';
import { factsFor, presentFor } from './situations.ts';

const folder = fileURLToPath(new URL('../../docs/rules/', import.meta.url));
const headings = ['What it means', 'Why it matters', 'Example', 'How to mend it'];
const update = process.env['UPDATE_GOLDENS'] === '1';

/** Found by commands on the host or the engine, which no file and no facts can show, or by one that edits files. */
const outside: readonly RuleName[] = [
  'compose/resolved-differently',
  'netmode/cannot-annotate',
  'shim/needs-root',
  'shim/asks-sudo',
  // Those of "render --swarm": test/cli/commands/swarm.test.ts runs their pages.
  'swarm/left-out',
  'swarm/address-ignored',
  'swarm/ranges-overlap',
  'engine/unreachable',
  'engine/compose-missing',
  'engine/compose-too-old',
];

const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.md') && file !== 'README.md',
);

test('every rule has a page, and every page a rule', () => {
  assert.equal(
    [...pages].sort(),
    Object.keys(rules)
      .map((rule) => `${rule}.md`)
      .sort(),
  );
});

test('the overview is up to date', () => {
  assert.is(readFileSync(`${folder}README.md`, 'utf8'), ruleIndex());
});

for (const rule of Object.keys(rules) as readonly RuleName[]) {
  if (!pages.includes(`${rule}.md`)) continue;
  const path = `${folder}${rule}.md`;
  const text = readFileSync(path, 'utf8');
  const { title, summary, sections } = readPage(text);
  const example = fencesOf(sections.get('Example') ?? '');
  const mended = fencesOf(sections.get('How to mend it') ?? '');

  test(`${rule}: form`, () => {
    assert.is(title, rule);
    assert.is(summary, rules[rule].summary);
    assert.equal([...sections.keys()], headings);
    for (const [heading, body] of sections) assert.ok(body.trim().length > 0, `"${heading}" is empty`);
    const printed = example.find(({ language }) => language === 'text')?.text ?? '';
    assert.match(printed, new RegExp(`^(error|warning|info)\\[${rule}\\]: `));
    assert.ok(mended.length > 0, 'shows what to write instead');
  });

  test(`${rule}: YAML is valid, but where that is the point`, () => {
    for (const { text: yaml } of yamlsOf(rule === 'compose/invalid-yaml' ? mended : [...example, ...mended])) {
      assert.equal(parseDocument(yaml).errors, []);
    }
  });

  if (outside.includes(rule)) continue;

  test(`${rule}: the example prints what the page says`, () => {
    const found = diagnose(rule, example).filter((diagnostic) => diagnostic.rule === rule);
    const actual = pretty(found, { cwd, color: false }).split('\n').slice(0, -2).join('\n');
    const printed = example.find(({ language }) => language === 'text')!.text;
    if (update && actual !== '')
      writeFileSync(
        path,
        text.replace(`\`\`\`text\n${printed}`, () => `\`\`\`text\n${actual}`),
      );
    else assert.is(actual, printed);
  });

  test(`${rule}: on a terminal of 80 columns no word is cut, and what is to be copied is whole`, () => {
    const found = diagnose(rule, example).filter((diagnostic) => diagnostic.rule === rule);
    const lines = (columns?: number) => pretty(found, { cwd, color: false, columns }).split('\n');
    // Lines of a file that is to be written are set in.
    const wide = lines(80).filter((line) => line.length > 80 && !/^ {8,}\S/.test(line));
    assert.equal(wide, []);
    for (const { help = '' } of found)
      for (const [quote] of help.matchAll(/"[^"\n]*"|`[^`\n]*`/g))
        assert.ok(lines(80).join('\n').includes(quote), quote);
  });

  test(`${rule}: what the page recommends has the fault no more`, () => {
    const left = diagnose(rule, mended).filter(
      (diagnostic) => diagnostic.severity === 'error' || diagnostic.rule === rule,
    );
    assert.equal(
      left.map((diagnostic) => `${diagnostic.rule}: ${diagnostic.message}`),
      [],
    );
  });
}

const yamlsOf = (fences: readonly Fence[]) => fences.filter(({ language }) => language === 'yaml');

/** What `check` finds in the snippets: each is a file, named by a comment on its first line where there are several. */
function diagnose(rule: RuleName, fences: readonly Fence[]): readonly Diagnostic[] {
  const files = new Map(
    yamlsOf(fences).map(({ text }) => [/^# (\S+\.yaml)\n/.exec(text)?.[1] ?? 'compose.yaml', text]),
  );
  return checkSnippet(files, factsFor(rule), presentFor(rule)).diagnostics;
}

test.run();
