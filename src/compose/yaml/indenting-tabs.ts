/**
 * Tabs at the start of lines that are otherwise empty or hold a comment, and behind a dash: the yaml package takes
 * them, go-yaml does not (but within quotes, brackets and block texts, and, further right than the key, behind a plain
 * scalar).
 */
import { type Document, isCollection, isScalar, type Node, visit } from 'yaml';

/** Where the first such tab stands, or nothing where there is none. */
export function indentingTab(text: string, documents: readonly Document[]): number | undefined {
  const tabs = [...text.matchAll(/^(?: |-(?=[ \t]))*\t/gm)].map(({ index, 0: match }) => ({
    line: index,
    at: index + match.length - 1,
  }));
  if (tabs.length === 0) return undefined;
  const covered: (readonly [number, number])[] = [];
  const plain: { readonly end: number; readonly column: number }[] = [];
  for (const document of documents) {
    visit(document, (_key, node, path) => {
      if (!isScalar(node) && !isCollection(node)) return undefined;
      const [start, end] = node.range ?? [0, 0];
      if (isCollection(node) ? node.flow : node.type !== 'PLAIN') {
        covered.push([start, end]);
        return visit.SKIP;
      }
      if (isScalar(node)) plain.push({ end, column: columnOf(path.findLast(isCollection) as Node | undefined, text) });
      return undefined;
    });
  }
  return tabs.find(({ line, at }) => {
    if (covered.some(([start, end]) => start < at && at < end)) return false;
    const before = plain.findLast(({ end }) => end <= at);
    const continues = before !== undefined && text.slice(before.end, at).trim() === '';
    return !continues || at - line <= before.column;
  })?.at;
}

function columnOf(node: Node | undefined, text: string): number {
  const start = node?.range?.[0] ?? 0;
  return start - (text.lastIndexOf('\n', start - 1) + 1);
}
