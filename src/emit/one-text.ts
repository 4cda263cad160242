/** A project as one YAML text: its only file as it stands, or several merged into one. */
import { isMap } from 'yaml';
import type { Project } from '../compose/project.ts';
import { at } from '../compose/tree.ts';
import { aliasTargets, effectivePairs } from './merge-keys.ts';
import { written } from './plain.ts';
import { withEdits, type Edit } from './source-edit.ts';
import { colonEnd, columnOf, keyEnd, keyOf, pairEnd, pairIn, pairStart, parseSource, type SourceText } from './source-text.ts';
import { treeText } from './tree-node.ts';
import { YamlWriter } from './yaml-writer.ts';

/** A file that takes in no other is its own text; services that extend others are written out in it. */
export function oneText(project: Project): SourceText {
  const only = project.files.length === 1 ? project.files[0]! : undefined;
  const source = only && project.sources.find(({ path }) => path === (only === '-' ? '<stdin>' : only));
  if (source) {
    const parsed = parseSource(source.text);
    const root = parsed.document.contents;
    if (!parsed.more && isMap(root) && !pairIn(root, 'include')) return withoutExtends(parsed, project);
  }
  return parseSource(treeText(project.model, { indent: 2, indentSeq: true }));
}

function withoutExtends(source: SourceText, project: Project): SourceText {
  const { text, document } = source;
  const root = document.contents;
  const section = isMap(root) ? pairIn(root, 'services')?.value : undefined;
  const services = at(project.model, 'services');
  if (services?.kind !== 'mapping' || ![...services.entries.values()].some(({ value }) => value.node)) return source;
  const targets = aliasTargets(document);
  const writer = new YamlWriter(text, document);
  const edits: Edit[] = [];
  for (const [, { pair, owner }] of effectivePairs(section, targets)) {
    const tree = services.entries.get(keyOf(pair))?.value;
    if (!tree || !effectivePairs(pair.value, targets).has('extends')) continue;
    const column = columnOf(text, pairStart(pair));
    const inside = owner.flow ? ` ${writer.inline(written(tree))}` : writer.indented(treeText(tree, writer.style), column);
    edits.push({ start: colonEnd(pair) ?? keyEnd(pair), end: pairEnd(pair, text), text: inside });
  }
  return edits.length > 0 ? parseSource(withEdits(text, edits)) : source;
}
