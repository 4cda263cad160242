/** All that is done with files before anything outside is touched, and what holds of it whatever stands in them. */
import * as assert from 'uvu/assert';
import { isMap, parseDocument, visit } from 'yaml';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { formats } from '../../src/diagnostics/format/formats.ts';
import { withoutIgnored } from '../../src/diagnostics/ignore.ts';
import { dotOf } from '../../src/emit/graph/dot.ts';
import { mermaidOf } from '../../src/emit/graph/mermaid.ts';
import { overrideOf } from '../../src/emit/override/override.ts';
import { renderOf } from '../../src/emit/render/render.ts';
import { adviceJson, adviceText } from '../../src/emit/text/advice-text.ts';
import { planJson } from '../../src/emit/text/plan-json.ts';
import { planText } from '../../src/emit/text/plan-text.ts';
import { adviceFor } from '../../src/plan/advise/advice.ts';
import type { Facts } from '../../src/plan/facts/facts.ts';
import { parseFacts } from '../../src/plan/facts/parsed-facts.ts';
import { graphOf } from '../../src/plan/graph/graph-of.ts';
import { directory, type Options, planTexts } from '../support/in-memory.ts';

/** What is printed for people is checked for characters that a terminal obeys; what is written to files is returned. */
export function everything(
  texts: Readonly<Record<string, string>>,
  facts: Facts,
  options: Pick<Options, 'env'> = {},
): string {
  const { plan, diagnostics } = planTexts(texts, { ...options, facts, files: Object.keys(texts) });
  const all = diagnostics.sorted();
  placesAreInFiles(all);
  const told = Object.values(formats).map((format) => format(withoutIgnored(all), { cwd: directory, color: false }));
  for (const text of told) isHarmless(text);
  if (!plan) return told.join('\n');
  const graph = graphOf(plan, parseFacts(facts));
  const advice = adviceFor(plan.project, facts);
  const outputs = [
    ...[planText(plan), planText(plan, { columns: 80 }), planJson(plan, all, directory)],
    ...[mermaidOf(graph), dotOf(graph), adviceText(advice), adviceJson(plan.project.name, advice)],
  ];
  for (const text of outputs) isHarmless(text);
  if (diagnostics.hasErrors) return [...told, ...outputs].join('\n');
  const rendered = [renderOf(plan, { external: false }), renderOf(plan, { external: true })];
  for (const text of rendered) isPlain(text);
  return [...told, ...outputs, overrideOf(plan) ?? '', ...rendered].join('\n');
}

/** Each place lies in its file; behind its last character is where something is missing. */
export function placesAreInFiles(diagnostics: readonly Diagnostic[]): void {
  for (const { span, related, message } of diagnostics) {
    for (const place of [span, ...related.map((one) => one.span)]) {
      if (!place) continue;
      const { length } = place.source.text;
      assert.ok(
        place.start >= 0 && place.start <= place.end && place.end <= length + 1,
        `${place.start} to ${place.end} of ${length}: ${message}`,
      );
    }
  }
}

/** C0 and C1 but for line breaks, what turns the direction of writing, other line breaks, half of a pair. */
const obeyed = /[\p{Cs}\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

/** Nothing in a text makes a terminal do anything but show it. */
export function isHarmless(text: string): void {
  const found = obeyed.exec(text);
  if (!found) return;
  const around = text.slice(Math.max(0, found.index - 60), found.index + 20);
  assert.unreachable(`what is shown has a raw U+${found[0].codePointAt(0)!.toString(16)}: ${JSON.stringify(around)}`);
}

/** A rendered file is YAML, and nothing in it is netcompose's. */
function isPlain(text: string): void {
  const document = parseDocument(text, { merge: false, uniqueKeys: false });
  visit(document, {
    Pair: (_, { key }, path) => {
      // Deeper down it is somebody's value: a label, a variable.
      if (String(key) === 'x-netmode' && path.filter(isMap).length <= 3)
        assert.unreachable(`x-netmode is left in\n${text}`);
    },
  });
}
