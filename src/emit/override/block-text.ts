/** Blocks of YAML: data with Compose's tags, as text. */
import { Document, type Node, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { isList, isPlainMap, literal, type Plain } from './plain-data.ts';

/** A map keeps the order of its keys, and any name. */
export type Untagged = string | number | boolean | null | readonly Block[] | ReadonlyMap<string, Block>;

export type Block = Untagged | { readonly tag: '!reset' | '!override'; readonly of: Untagged };

/** Plain data for Compose, which fills in variables in what it is given: a literal `$` is doubled. */
export const blockOf = (plain: Plain): Untagged => asBlock(literal(plain));

function asBlock(plain: Plain): Untagged {
  if (isList(plain)) return plain.map(asBlock);
  return isPlainMap(plain) ? new Map(Object.entries(plain).map(([key, value]) => [key, asBlock(value)])) : plain;
}

/** @param comment stands above it */
export function blockText(block: ReadonlyMap<string, Block>, comment: string): string {
  return `# ${comment}\n\n${usualText(block) ?? textByLibrary(block)}`;
}

const isTagged = (block: Block): block is Exclude<Block, Untagged> =>
  typeof block === 'object' && block !== null && 'tag' in block;
const isBlockList = (block: Block): block is readonly Block[] => Array.isArray(block);

/** Words that mean the same to every reader without quotes: names, addresses, names with something after a colon. */
const words: readonly RegExp[] = [
  /^[A-Za-z][\w./-]{0,100}(?::[\w./-]{1,100}){0,4}$/,
  /^\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?$/,
  /^(?=.*[a-f])[\da-f]{2}(?::[\da-f]{2}){5}$/,
];
/** What YAML 1.1 or 1.2 takes for something else than text. */
const reserved = /^(?:true|false|yes|no|on|off|y|n|null|nan|inf|e[-+]?[\d_]+)$/i;

/** Thrown where it takes the library to say how something is written. */
class Unusual extends Error {}

/**
 * The text that the library gives, for what is usual: an `up` with nothing to do makes it too, and the library takes
 * milliseconds to get going.
 *
 * @returns nothing where anything is unusual
 */
export function usualText(block: ReadonlyMap<string, Block>): string | undefined {
  try {
    return `${linesOf(block).join('\n')}\n`;
  } catch (error) {
    if (error instanceof Unusual) return undefined;
    throw error;
  }
}

function word(text: string): string {
  if (reserved.test(text) || !words.some((usual) => usual.test(text))) throw new Unusual();
  return text;
}

/** What stands beside a key or a dash, and the lines below it. */
function write(block: Block): { readonly beside: string; readonly below: readonly string[] } {
  if (isTagged(block)) {
    const { beside, below } = write(block.of);
    return { beside: beside === '' ? block.tag : `${block.tag} ${beside}`, below };
  }
  if (isBlockList(block)) return block.length === 0 ? { beside: '[]', below: [] } : { beside: '', below: items(block) };
  if (block instanceof Map)
    return block.size === 0 ? { beside: '{}', below: [] } : { beside: '', below: linesOf(block) };
  return { beside: typeof block === 'string' ? word(block) : String(block), below: [] };
}

const linesOf = (map: ReadonlyMap<string, Block>): readonly string[] =>
  [...map].flatMap(([key, value]) => {
    const { beside, below } = write(value);
    return [`${word(key)}:${beside && ` ${beside}`}`, ...below.map((line) => `  ${line}`)];
  });

const items = (list: readonly Block[]): readonly string[] =>
  list.flatMap((item) => {
    const { beside, below } = write(item);
    if (isTagged(item) || isBlockList(item)) throw new Unusual();
    return beside === '' ? below.map((line, at) => `${at === 0 ? '-' : ' '} ${line}`) : [`- ${beside}`];
  });

/** The same, whatever there is in it. */
export function textByLibrary(block: ReadonlyMap<string, Block>): string {
  const document = new Document({}, { compat: 'yaml-1.1' });
  document.contents = nodeOf(document, block) as typeof document.contents;
  return document.toString({ lineWidth: 0 });
}

function nodeOf(document: Document, block: Block): Node {
  if (isTagged(block)) {
    const node = nodeOf(document, block.of);
    node.tag = block.tag;
    return node;
  }
  if (isBlockList(block)) {
    const list = new YAMLSeq<Node>(document.schema);
    for (const item of block) list.items.push(nodeOf(document, item));
    return list;
  }
  if (!(block instanceof Map)) return new Scalar(block);
  const map = new YAMLMap<Node, Node>(document.schema);
  // Pairs are pushed, not set: setting looks through all that are there, which is quadratic.
  for (const [key, value] of block as ReadonlyMap<string, Block>)
    map.items.push(document.createPair(key, nodeOf(document, value)));
  return map;
}
