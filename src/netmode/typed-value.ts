/** `KEY=VALUE` as a person types it → the value for `x-netmode`, of the type that the schema has for the key. */
import { parse } from 'yaml';
import schema from '../../schema/x-netmode.schema.json' with { type: 'json' };
import type { Place } from './faults.ts';

/** Plain data, as YAML has it. */
export type Data = string | number | boolean | null | readonly Data[] | { readonly [key: string]: Data };

interface SchemaNode {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly SchemaNode[];
  readonly items?: SchemaNode;
}

const definitions: Readonly<Record<string, SchemaNode>> = schema.$defs;

const propertiesAt: Readonly<Record<Place, Readonly<Record<string, SchemaNode>>>> = {
  top: schema.$defs.top.properties,
  service: schema.$defs.service.else.properties,
  network: schema.$defs.network.else.properties,
};

/** The keys that may stand at a place. */
export const keysOf = (place: Place): readonly string[] => Object.keys(propertiesAt[place]);

/**
 * @param text a list may be given with commas (`80,53/udp`), any value as YAML in brackets (`[80, 53/udp]`)
 * @returns nothing where the text begins with a bracket and is not YAML; whether the value is right is for the schema
 */
export function typedValue(place: Place, key: string, text: string): Data | undefined {
  const node = followed(propertiesAt[place][key]);
  if (/^[[{]/.test(text)) return parsed(text);
  const types = typesOf(node);
  if (types.has('array') && (!types.has('string') || text.includes(',')))
    return text.split(',').map((item) => typedScalar(followed(node?.items), item.trim()));
  return typedScalar(node, text);
}

function parsed(text: string): Data | undefined {
  try {
    return parse(text) as Data;
  } catch {
    return undefined;
  }
}

function typedScalar(node: SchemaNode | undefined, text: string): Data {
  const types = typesOf(node);
  if (types.has('integer') && /^-?\d{1,15}$/.test(text) && !/^-?0\d/.test(text)) return Number(text);
  if (types.has('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function followed(node: SchemaNode | undefined): SchemaNode | undefined {
  return node?.$ref === undefined ? node : definitions[node.$ref.replace('#/$defs/', '')];
}

function typesOf(node: SchemaNode | undefined): ReadonlySet<string> {
  const found = [node, ...(node?.anyOf ?? [])].flatMap((each) => each?.type ?? []);
  return new Set(found);
}
