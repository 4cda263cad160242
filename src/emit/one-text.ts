/** A project as one YAML text: its only file as it stands, or several merged into one. */
import { Document, isMap, isScalar, Pair, parseDocument, Scalar, YAMLMap, YAMLSeq, type Node } from 'yaml';
import type { Project } from '../compose/project.ts';
import { entriesOf, type Mapping, type Tree } from '../compose/tree.ts';

export interface OneText {
  readonly text: string;
  readonly document: Document;
}

export function oneText(project: Project): OneText {
  const [only, ...others] = [...project.documents];
  if (only && others.length === 0 && !reachesOut(project, only[1])) {
    const [path, document] = only;
    const source = project.sources.find((candidate) => candidate.path === path);
    if (source) return { text: source.text, document };
  }
  const document = new Document(nodeOf(project.model), { merge: true });
  const text = document.toString({ lineWidth: 0, nullStr: '', flowCollectionPadding: false });
  return { text, document: parseDocument(text, { merge: true }) };
}

/** Whether the file takes in others, or its services each other: then only the merged model says what they are. */
function reachesOut(project: Project, document: Document): boolean {
  if (project.sources.length > 1 || document.has('include')) return true;
  const services = document.get('services');
  return isMap(services) && services.items.some(({ value }) => isMap(value) && value.has('extends'));
}

function nodeOf(tree: Tree): Node {
  if (tree.kind === 'scalar') {
    const written = isScalar(tree.node) ? (tree.node.clone() as Scalar) : new Scalar(tree.raw ?? tree.value);
    delete written.anchor;
    delete written.tag;
    return written;
  }
  if (tree.kind === 'sequence') {
    const list = withStyle(new YAMLSeq(), tree);
    for (const item of tree.items) list.items.push(nodeOf(item));
    return list;
  }
  const map = withStyle(new YAMLMap(), tree);
  const keys = keyNodes(tree);
  for (const { key, value } of entriesOf(tree)) {
    map.items.push(new Pair(keys.get(key) ?? new Scalar(key), nodeOf(value)));
  }
  return map;
}

function withStyle<T extends YAMLMap | YAMLSeq>(node: T, { node: written }: Tree): T {
  if (!written || isScalar(written)) return node;
  const { flow, comment, commentBefore, spaceBefore } = written as YAMLMap;
  return Object.assign(node, { ...(flow && { flow }), comment, commentBefore, spaceBefore });
}

/** The keys as written, with the comments above them. */
function keyNodes({ node }: Mapping): ReadonlyMap<string, Node> {
  const keys = new Map<string, Node>();
  if (!isMap(node)) return keys;
  for (const { key } of node.items) {
    if (!isScalar(key)) continue;
    const copy = key.clone() as Scalar;
    delete copy.anchor;
    keys.set(String(key.value), copy);
  }
  return keys;
}
