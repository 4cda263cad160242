/** What a scalar node of the yaml package means to Compose: go-yaml's reading of its text and tag. */

import type { Primitive } from './tree.ts';
import { plainValue } from './yaml/scalars.ts';

/** The part of a scalar node that says so; `source` is its text without quotes. */
export interface ScalarText {
  readonly source?: string;
  readonly type?: string | null;
  readonly tag?: string;
}

const explicitTags: Readonly<Record<string, (text: string) => Primitive>> = {
  'tag:yaml.org,2002:str': (text) => text,
  'tag:yaml.org,2002:null': () => null,
  'tag:yaml.org,2002:int': plainValue,
  'tag:yaml.org,2002:float': plainValue,
  'tag:yaml.org,2002:bool': plainValue,
  'tag:yaml.org,2002:binary': (text) => decode(text),
};

const tagTypes: Readonly<Record<string, 'number' | 'boolean'>> = {
  'tag:yaml.org,2002:int': 'number',
  'tag:yaml.org,2002:float': 'number',
  'tag:yaml.org,2002:bool': 'boolean',
};

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString();
}

/** The scalar's value. */
export function scalarValue(node: ScalarText): Primitive {
  const text = node.source ?? '';
  // A tag that go-yaml does not know makes a string.
  if (node.tag !== undefined) return (explicitTags[node.tag] ?? String)(text);
  return node.type === 'PLAIN' || node.type === undefined ? plainValue(text) : text;
}

/** What the node's tag says that it is, where the value is another: then go-yaml refuses it. */
export function mismatch({ tag }: ScalarText, value: Primitive): string | undefined {
  const wanted = tag === undefined ? undefined : tagTypes[tag];
  return wanted !== undefined && typeof value !== wanted ? wanted : undefined;
}
