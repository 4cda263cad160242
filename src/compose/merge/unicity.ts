/** Lists of which Compose keeps one entry for each key, the last where the first stood (`override/uncity.go`). */
import { longPortKey, parseShortPort, shortPortKey } from '../project/port-syntax.ts';
import { at, type Sequence, type Tree } from '../tree.ts';

export type KeyRule = 'pair' | 'text' | 'port' | 'target' | 'device' | 'secret' | 'config' | 'path';

/** The list with one entry for each key. */
export function uniqueBy(list: Sequence, rule: KeyRule): Sequence {
  const places = new Map<string, number>();
  const items: Tree[] = [];
  for (const item of list.items) {
    const key = keyers[rule](item);
    const place = key === undefined ? undefined : places.get(key);
    if (place !== undefined) items[place] = item;
    else {
      if (key !== undefined) places.set(key, items.length);
      items.push(item);
    }
  }
  return items.length === list.items.length ? list : { ...list, items };
}

/** Each gives an entry's key, or `undefined` for an entry that is wrong, which is reported elsewhere. */
const keyers: Readonly<Record<KeyRule, (item: Tree) => string | undefined>> = {
  pair: (item) => text(item)?.split('=', 1)[0],
  text,
  port: portKey,
  target: (item) => (item.kind === 'mapping' ? field(item, 'target') : volumeTarget(text(item))),
  device: (item) => (item.kind === 'mapping' ? field(item, 'target') : (text(item)?.split(':', 2)[1] ?? text(item))),
  secret: (item) => mount(item, '/run/secrets'),
  config: (item) => mount(item, ''),
  path: (item) => (item.kind === 'mapping' ? field(item, 'path') : text(item)),
};

function text(tree: Tree | undefined): string | undefined {
  return tree?.kind === 'scalar' && tree.value !== null ? String(tree.value) : undefined;
}

function field(tree: Tree, key: string): string | undefined {
  return text(at(tree, key));
}

function mount(item: Tree, directory: string): string | undefined {
  if (item.kind === 'mapping') return field(item, 'target') ?? `${directory}/${field(item, 'source')}`;
  const name = text(item);
  return name === undefined ? undefined : `${directory}/${name}`;
}

/** `[source:]target[:mode]`, where the source may begin with a Windows drive. */
function volumeTarget(spec: string | undefined): string | undefined {
  if (spec === undefined) return undefined;
  const parts = spec.replace(/^[A-Za-z]:(?=[\\/])/, '').split(':');
  const target = parts.length === 1 ? parts[0]! : parts[1]!;
  return target.length > 1 ? target.replace(/\/+$/, '') : target;
}

function portKey(item: Tree): string | undefined {
  if (item.kind === 'mapping') return field(item, 'target') && longPortKey(item);
  const spec = text(item);
  const parsed = spec === undefined ? undefined : parseShortPort(spec);
  return !parsed || 'message' in parsed ? spec : parsed.ports.map(shortPortKey).join(' ');
}
