/** A Compose tree as a YAML node, written in the style and with the comments of the text that it came from. */
import { Document, isMap, isScalar, type Node, Pair, Scalar, type ScalarTag, type Tags, YAMLMap, YAMLSeq } from 'yaml';
import { entriesOf, type Mapping, type Tree } from '../../compose/tree.ts';
import { isPlainInFlow, plainValue } from '../../compose/yaml/scalars.ts';

/** Numbers keep their digits: `0644` is one number to Compose and another to the yaml package. */
function verbatimNumbers(tags: Tags): Tags {
  return tags.map((tag) => {
    if (typeof tag !== 'object' || (tag.tag !== 'tag:yaml.org,2002:int' && tag.tag !== 'tag:yaml.org,2002:float'))
      return tag;
    return { ...(tag as ScalarTag), stringify: ({ source, value }) => source ?? String(value) } satisfies ScalarTag;
  });
}

/** @returns the tree as the text of a whole document */
export function treeText(tree: Tree, options: { readonly indent: number; readonly indentSeq: boolean }): string {
  const document = new Document(nodeOf(tree, false), { customTags: verbatimNumbers, compat: 'yaml-1.1' });
  return document.toString({ lineWidth: 0, nullStr: '', flowCollectionPadding: false, ...options });
}

/** @param inFlow whether it stands within brackets, where an absent value needs a word */
function nodeOf(tree: Tree, inFlow: boolean): Node {
  if (tree.kind === 'scalar') return scalarOf(tree, inFlow);
  const flow = inFlow || (tree.node as YAMLMap | undefined)?.flow === true;
  if (tree.kind === 'sequence') {
    const list = withStyle(new YAMLSeq(), tree, flow);
    for (const item of tree.items) list.items.push(nodeOf(item, flow));
    return list;
  }
  const map = withStyle(new YAMLMap(), tree, flow);
  const keys = keyNodes(tree, flow);
  for (const { key, value } of entriesOf(tree))
    map.items.push(new Pair(keys.get(key) ?? new Scalar(key), nodeOf(value, flow)));
  return map;
}

function scalarOf({ node, raw, value }: Tree & { readonly kind: 'scalar' }, inFlow: boolean): Scalar {
  if (!isScalar(node)) {
    const copy = new Scalar(raw ?? value);
    if (copy.value === null && inFlow) copy.source = 'null';
    return inFlow ? quotedForFlow(copy) : copy;
  }
  const { source, type } = node;
  const text = source ?? String(node.value);
  const meaning = type === 'PLAIN' && node.tag === undefined ? plainValue(text) : text;
  const copy = new Scalar(meaning);
  // A tag such as `!!str` goes, and quotes stand for it.
  if (node.tag !== undefined && type === 'PLAIN') copy.type = 'QUOTE_DOUBLE';
  else if (type) copy.type = type;
  if (typeof meaning !== 'string') copy.source = text === '' && inFlow ? 'null' : text;
  return withComments(inFlow ? quotedForFlow(copy) : copy, node);
}

/** In quotes where Compose would not read the plain text within brackets. */
function quotedForFlow(scalar: Scalar): Scalar {
  const { value, type } = scalar;
  const plain = type === undefined || type === 'PLAIN';
  if (plain && typeof value === 'string' && !isPlainInFlow(value)) scalar.type = 'QUOTE_DOUBLE';
  return scalar;
}

function withStyle<T extends YAMLMap | YAMLSeq>(node: T, { node: written }: Tree, flow: boolean): T {
  if (flow) node.flow = true;
  if (!written || isScalar(written)) return node;
  return withComments(node, written);
}

function withComments<T extends Scalar | YAMLMap | YAMLSeq>(copy: T, { comment, commentBefore, spaceBefore }: Node): T {
  if (comment) copy.comment = comment;
  if (commentBefore) copy.commentBefore = commentBefore;
  if (spaceBefore) copy.spaceBefore = true;
  return copy;
}

/** The keys as written, with the comments above them. */
function keyNodes({ node }: Mapping, inFlow: boolean): ReadonlyMap<string, Node> {
  const keys = new Map<string, Node>();
  if (!isMap(node)) return keys;
  for (const { key } of node.items) {
    if (!isScalar(key)) continue;
    const text = key.source ?? String(key.value);
    const copy = withComments(new Scalar(text), key);
    if (key.type) copy.type = key.type;
    keys.set(text, inFlow ? quotedForFlow(copy) : copy);
  }
  return keys;
}
