/** A project as one YAML text: its only file as it stands, or several merged into one. */
import { isMap } from 'yaml';
import type { Project } from '../../compose/project/project.ts';
import { at, type Mapping, type Tree } from '../../compose/tree.ts';
import { written as writtenPlain } from '../override/plain-data.ts';
import { type Edit, withEdits } from '../source/edit.ts';
import {
  colonEnd,
  columnOf,
  keyEnd,
  keyOf,
  lineEnd,
  pairEnd,
  pairIn,
  pairStart,
  parseSource,
  type SourceText,
} from '../source/source-text.ts';
import { treeText } from '../source/tree-text.ts';
import { YamlWriter } from '../source/yaml-writer.ts';
import { aliasTargets, type EffectivePair, effectivePairs, type Targets } from './anchors.ts';
import { leftAliases, nodesIn, promoted } from './inline-aliases.ts';

/** A file that takes in no other is its own text; services that extend others are written out in it. */
export function oneText(project: Project): SourceText {
  const only = project.files.length === 1 ? project.files[0]! : undefined;
  const source = only && project.sources.find(({ path }) => path === (only === '-' ? '<stdin>' : only));
  if (source) {
    const parsed = parseSource(source.text);
    const root = parsed.document.contents;
    if (!parsed.more && isMap(root) && !pairIn(root, 'include')) return withoutExtends(parsed, project);
  }
  const [first] = project.documents().values();
  const heading = first?.commentBefore ? `${first.commentBefore.replace(/^/gm, '#')}\n\n` : '';
  return parseSource(heading + treeText(project.model, { indent: 2, indentSeq: true }));
}

/** Each round follows anchors one level further. */
const roundLimit = 100;

function withoutExtends(source: SourceText, project: Project): SourceText {
  const services = at(project.model, 'services');
  if (services?.kind !== 'mapping' || ![...services.entries.values()].some(({ value }) => value.node)) return source;
  let current = source;
  for (let round = 0; round < roundLimit; round++) {
    const targets = aliasTargets(current);
    const extending = extendingPairs(current, services, targets);
    if (extending.length === 0) return current;
    const left = leftAliases(current.document, nodesIn(extending.map(({ pair }) => pair.value)), targets);
    if (left.length === 0)
      return parseSource(
        withEdits(
          current.text,
          extending.map((each) => written(current, each)),
        ),
      );
    current = parseSource(promoted(current, left));
  }
  return current;
}

interface Extending extends EffectivePair {
  readonly tree: Tree;
}

function extendingPairs({ document }: SourceText, services: Mapping, targets: Targets): readonly Extending[] {
  const root = document.contents;
  const section = isMap(root) ? pairIn(root, 'services')?.value : undefined;
  return [...effectivePairs(section, targets).values()].flatMap((found) => {
    const tree = services.entries.get(keyOf(found.pair))?.value;
    return tree && effectivePairs(found.pair.value, targets).has('extends') ? [{ ...found, tree }] : [];
  });
}

/** The service with all that it extends in it. */
function written({ text, document }: SourceText, { pair, owner, tree }: Extending): Edit {
  const writer = new YamlWriter(text, document);
  const { node, ...bare } = tree;
  const inside = owner.flow
    ? ` ${writer.inline(writtenPlain(tree))}`
    : writer.indented(treeText(bare, writer.style), columnOf(text, pairStart(pair)));
  const end = pairEnd(pair, text);
  // A comment behind the last of several lines is written again with its line.
  return {
    start: colonEnd(pair) ?? keyEnd(pair),
    end: isMap(pair.value) && !pair.value.flow ? lineEnd(text, end) : end,
    text: inside,
  };
}
