/**
 * Anchors, aliases and merge keys make several services out of one text. Here is decided where a service's change is
 * made: in its own mapping, in a fragment whose users all want it, or after what it shares has been written out for it.
 */
import { isMap, type YAMLMap } from 'yaml';
import { type Plain, samePlain } from '../override/plain-data.ts';
import { isMergeKey, keyOf, pairIn, type YamlPair } from '../source/source-text.ts';
import { type EffectivePair, effectivePairs, layersOf, type Targets } from './anchors.ts';
import { type Change, extension } from './changes.ts';

/** A service or network of the document that may change. */
export interface Entry {
  readonly pair: YamlPair;
  /** Whether its own text stands within brackets. */
  readonly inFlow: boolean;
  readonly change: Change;
  readonly effective: ReadonlyMap<string, EffectivePair>;
  readonly layers: readonly YAMLMap[];
}

export interface MapChange {
  readonly set: Map<string, Plain>;
  readonly remove: Set<string>;
}

export interface Shares {
  readonly maps: ReadonlyMap<YAMLMap, MapChange>;
  /** Entries that get something which they must not, or keep something: nothing they share can serve them. */
  readonly expand: readonly Entry[];
}

export function entryOf({ pair, owner }: EffectivePair, change: Change, targets: Targets): Entry {
  return {
    pair,
    inFlow: owner.flow === true,
    change: resolvedChange(change, pair, targets),
    effective: effectivePairs(pair.value, targets),
    layers: layersOf(pair.value, targets),
  };
}

function resolvedChange(change: Change, { value }: YamlPair, targets: Targets): Change {
  if (!change.only) return change;
  const others = [...effectivePairs(value, targets).keys()].filter(
    (key) => !key.startsWith('x-') && !change.set.has(key),
  );
  return { set: change.set, remove: new Set([...change.remove, ...others]) };
}

export function shareOut(entries: readonly Entry[]): Shares {
  const maps = new Map<YAMLMap, MapChange>();
  const users = new Map<YAMLMap, Entry[]>();
  for (const entry of entries) {
    const { pair, change, layers } = entry;
    if (isMap(pair.value)) maps.set(pair.value, { set: new Map(change.set), remove: new Set(change.remove) });
    for (const layer of new Set(layers)) {
      if (!users.has(layer)) users.set(layer, []);
      users.get(layer)!.push(entry);
    }
  }
  for (const [map, sharing] of users) {
    if (!maps.has(map)) maps.set(map, common(map, sharing, maps));
  }
  return { maps, expand: entries.filter((entry) => !isServed(entry, maps)) };
}

/** What all users of a fragment want of it; what it then sets for them they need not set themselves. */
function common(map: YAMLMap, users: readonly Entry[], maps: ReadonlyMap<YAMLMap, MapChange>): MapChange {
  const change: MapChange = { set: new Map(), remove: new Set() };
  for (const pair of map.items) {
    const key = keyOf(pair);
    const concerned = users.filter(({ effective }) => effective.get(key)?.pair === pair);
    if (key === extension || (concerned.length > 0 && concerned.every((user) => user.change.remove.has(key))))
      change.remove.add(key);
  }
  for (const [key, value] of users[0]!.change.set) {
    const here = pairIn(map, key);
    const alike = users.every(({ change: { set }, effective }) => {
      const inForce = here ? effective.get(key)?.pair === here : !effective.has(key);
      return inForce && set.has(key) && samePlain(set.get(key)!, value);
    });
    if (!alike || (!here && !pairIn(map, extension))) continue;
    change.set.set(key, value);
    for (const { pair } of users) if (isMap(pair.value)) maps.get(pair.value)?.set.delete(key);
  }
  return change;
}

/** Whether an entry, put together from the changed mappings, is what it must be. */
function isServed({ change, effective, layers }: Entry, maps: ReadonlyMap<YAMLMap, MapChange>): boolean {
  const keys = new Set([...effective.keys(), ...layers.flatMap((layer) => [...(maps.get(layer)?.set.keys() ?? [])])]);
  for (const key of change.set.keys()) keys.add(key);
  for (const key of keys) {
    const got = afterwards(key, layers, maps);
    if (change.set.has(key)) {
      if (!got || !('value' in got) || !samePlain(got.value, change.set.get(key)!)) return false;
    } else if (change.remove.has(key)) {
      if (got) return false;
    } else if (!got || !('pair' in got) || got.pair !== effective.get(key)?.pair) return false;
  }
  return true;
}

type Got = { readonly value: Plain } | { readonly pair: YamlPair };

function afterwards(key: string, layers: readonly YAMLMap[], maps: ReadonlyMap<YAMLMap, MapChange>): Got | undefined {
  for (const layer of layers) {
    const change = maps.get(layer);
    if (change?.set.has(key)) return { value: change.set.get(key)! };
    const pair = change?.remove.has(key)
      ? undefined
      : layer.items.find((item) => keyOf(item) === key && !isMergeKey(item));
    if (pair) return { pair };
  }
  return undefined;
}
