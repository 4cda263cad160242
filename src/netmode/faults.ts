/** What the schema refuses in an `x-netmode`, said so that a person can mend it. */
import schema from '../../schema/x-netmode.schema.json' with { type: 'json' };
import { at, describe, entriesOf, type Tree, toPlain } from '../compose/tree.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import { didYouMean } from '../diagnostics/suggest.ts';
import { guestForm, netmodeWords } from './modes.ts';
import { validateNetwork, validateService, validateTop } from './schema.generated.js';

export type Place = 'top' | 'service' | 'network';

const validators = { top: validateTop, service: validateService, network: validateNetwork } as const;

const placeNames = { top: 'the top level', service: 'a service', network: 'a network' } as const;

/** The keys allowed at each place, read off the schema. */
const keysAt: Readonly<Record<Place, readonly string[]>> = {
  top: Object.keys(schema.$defs.top.properties),
  service: Object.keys(schema.$defs.service.else.properties),
  network: Object.keys(schema.$defs.network.else.properties),
};

/**
 * Reports what the schema refuses; returns the first path segments below which something is wrong (`''`: all of it).
 */
export function reportFaults(place: Place, subject: string, tree: Tree, report: Report): ReadonlySet<string> {
  const validate = validators[place];
  const wrong = new Set<string>();
  if (validate(toPlain(tree))) return wrong;
  const reported = new Set<string>();
  for (const { keyword, instancePath, params } of validate.errors ?? []) {
    if (keyword === 'if' || keyword === 'anyOf') continue; // they only say that something inside is wrong
    const path = instancePath
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    const value = valueAt(tree, path);
    if (keyword === 'additionalProperties') {
      const key = String(params['additionalProperty']);
      const entry = entriesOf(value).find((candidate) => candidate.key === key);
      if (path.length === 0) wrong.add(key);
      report(
        'netmode/unknown-key',
        entry?.keySpan ?? value.span,
        `${subject}: there is no key "${key}" ${where(place, path)}`,
        {
          help: helpForKey(place, path, key),
        },
      );
      continue;
    }
    wrong.add(path[0] ?? '');
    if (reported.has(instancePath)) continue; // one value, one message: `anyOf` gives an error for each alternative
    reported.add(instancePath);
    if (isMode(path) && value.kind === 'scalar' && typeof value.value === 'string') {
      report('netmode/unknown-mode', value.span, `${subject}: there is no netmode "${value.value}"`, {
        help: helpForMode(place, path, value.value),
      });
    } else {
      const key = path.filter((part) => !/^\d+$/.test(part)).join('.') || 'x-netmode';
      report('netmode/invalid-value', value.span, `${subject}: "${key}" is ${show(value)}`, {
        help: helpForValue(place, path, value),
      });
    }
  }
  return wrong;
}

/** A container that is no service is Compose's own affair. */
function helpForMode(place: Place, path: readonly string[], written: string): string {
  if (place === 'service' && path[0] !== 'default' && /^container:./.test(written))
    return `write "network_mode: ${written}" in place of "x-netmode"`;
  return didYouMean(written, netmodeWords) ?? `one of ${netmodesAt(place, path).join(', ')}`;
}

/** A service may also be in the network of another. */
const netmodesAt = (place: Place, path: readonly string[]) =>
  place === 'service' && path[0] !== 'default' ? [...netmodeWords, guestForm] : netmodeWords;

const isMode = (path: readonly string[]) =>
  path.length === 0 || (path.length === 1 && (path[0] === 'mode' || path[0] === 'default'));

function where(place: Place, path: readonly string[]): string {
  return path.length > 0 ? `in "${path.join('.')}"` : `in the x-netmode of ${placeNames[place]}`;
}

function helpForKey(place: Place, path: readonly string[], key: string): string | undefined {
  if (path.length > 0) return didYouMean(key, propertiesOf(schemaAt(place, path)));
  const elsewhere = (Object.keys(keysAt) as Place[]).filter((other) => keysAt[other].includes(key));
  if (elsewhere.length > 0) return `"${key}" belongs to ${elsewhere.map((other) => placeNames[other]).join(' or ')}`;
  return didYouMean(key, keysAt[place]) ?? `one of ${keysAt[place].join(', ')}`;
}

interface SchemaNode {
  readonly type?: string | readonly string[];
  readonly $ref?: string;
  readonly anyOf?: readonly SchemaNode[];
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: unknown;
  /** A word or a mapping: what belongs there in either form. */
  readonly then?: SchemaNode;
  readonly else?: SchemaNode;
}

const definitions: Readonly<Record<string, SchemaNode>> = schema.$defs;

/** The schema of one key; list items share their list's. */
function schemaAt(place: Place, path: readonly string[]): SchemaNode | undefined {
  let node: SchemaNode | undefined = place === 'top' ? schema.$defs.top : schema.$defs[place].else;
  for (const part of path) if (!/^\d+$/.test(part)) node = followed(node?.properties?.[part]);
  return node;
}

function followed(node: SchemaNode | undefined): SchemaNode | undefined {
  const found = node?.$ref === undefined ? node : definitions[node.$ref.replace('#/$defs/', '')];
  const properties = found?.then?.properties;
  return properties ? { ...followed(found.else), ...found, properties } : found;
}

/** The words a key takes; a variable, its other alternative, has none. */
const wordsOf = (node: SchemaNode | undefined) =>
  node?.anyOf?.find((alternative) => alternative.enum)?.enum?.map(String);

const propertiesOf = (node: SchemaNode | undefined) => Object.keys(node?.properties ?? {});

function helpForValue(place: Place, path: readonly string[], value: Tree): string {
  if (path.length === 0) {
    return place === 'top'
      ? 'write a mapping, such as "default: bridge"'
      : `write a netmode (${netmodesAt(place, path).join(', ')}) or a mapping`;
  }
  if (isMode(path)) return `one of ${netmodesAt(place, path).join(', ')}`;
  const node = schemaAt(place, path);
  const words = wordsOf(node);
  if (words) {
    const near = value.kind === 'scalar' ? didYouMean(String(value.value), words) : undefined;
    return near ?? `one of ${words.join(', ')}`;
  }
  const { minimum, maximum } = node?.anyOf?.find((alternative) => alternative.minimum !== undefined) ?? {};
  if (minimum !== undefined) return `write a whole number from ${minimum} to ${maximum}`;
  const example = node?.examples?.[0];
  return example === undefined ? 'see docs/x-netmode.md' : `write it like ${JSON.stringify(example)}`;
}

function show(value: Tree): string {
  if (value.kind === 'sequence' && value.items.length === 0) return 'an empty list';
  return value.kind === 'scalar' && value.value !== null ? JSON.stringify(value.value) : describe(value);
}

function valueAt(tree: Tree, path: readonly string[]): Tree {
  let current = tree;
  for (const part of path) {
    const next = current.kind === 'sequence' ? current.items[Number(part)] : at(current, part);
    if (!next) break;
    current = next;
  }
  return current;
}
