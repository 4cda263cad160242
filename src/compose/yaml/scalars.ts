/**
 * What a plain (unquoted) YAML scalar means to Compose. Its parser, go-yaml v3, keeps some rules of YAML 1.1
 * (`0755` is octal, `1_000` a number) and drops others (`yes` and `22:22` are strings), so no schema of the yaml
 * package fits. Source: `resolve.go` of go.yaml.in/yaml/v3.
 */
import type { Primitive } from '../tree.ts';

const words: ReadonlyMap<string, Primitive> = new Map<string, Primitive>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Infinity] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, -Infinity] as const),
]);

const integer = /^([-+]?)(?:0([xX][0-9a-fA-F]+|[bB][01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const time = String.raw`\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?`;
const timestamp = new RegExp(String.raw`^\d{4}-\d{1,2}-\d{1,2}(?:[tT]${time}(?:Z|[-+]\d\d:\d\d)| ${time})?$`);

/** The value of a plain scalar. Timestamps stay strings: see `isTimestamp`. */
export function plainValue(text: string): Primitive {
  const first = text.charCodeAt(0);
  const numeric = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46;
  // Letters that can begin a word of the table: f F n N t T; and `~`.
  const wordy =
    first === 102 || first === 70 || first === 110 || first === 78 || first === 116 || first === 84 || first === 126;
  if (!numeric && !wordy && text !== '') return text;
  const word = words.get(text);
  if (word !== undefined) return word;
  return numeric ? (number(text) ?? text) : text;
}

/** Whether a plain scalar is a date or a time to go-yaml; Compose takes those nowhere but in `x-*`. */
export function isTimestamp(text: string): boolean {
  return text.length >= 8 && text.charCodeAt(4) === 45 && timestamp.test(text);
}

/**
 * Whether go-yaml reads a plain scalar within brackets or braces as one. There it takes any `?`, and a `:` at the
 * start, for an indicator, whatever follows (`scannerc.go`); YAML 1.2 does not.
 */
export function isPlainInFlow(text: string): boolean {
  return !text.includes('?') && !text.startsWith(':');
}

function number(text: string): number | undefined {
  const digits = text.includes('_') ? text.replaceAll('_', '') : text;
  const match = integer.exec(digits);
  if (match) {
    const [, sign, based, octal, decimal] = match;
    const value =
      based !== undefined ? Number(`0${based}`) : octal !== undefined ? parseInt(octal, 8) : Number(decimal);
    return sign === '-' ? -value : value;
  }
  // `.5` is read without dropping underscores.
  return float.test(text.startsWith('.') ? text : digits) ? Number(digits) : undefined;
}

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

/** What a scalar node of the yaml package means to Compose: go-yaml's reading of its text and tag. */
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
