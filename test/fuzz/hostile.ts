/** What nobody means well by: names, values, and changes of a text that was sound. */
import fc from 'fast-check';
import { isMap, isSeq, type Node, type Pair, parseDocument, Scalar, visit } from 'yaml';

/** As names and as values, anywhere. */
const hostileWords = [
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', 'length', 'then', 'valueOf'],
  ...['-f', '--help', '-', '--', '--privileged', '-rf', '$(reboot)', '`id`', '; reboot #', '| cat', '&& id', '%s%n'],
  ...['\u001b[2J', '\u001b]0;title\u0007', '\u0007', '\u009b31m', '\u0000', '\u007f', '\u0085', '\r', '\b'],
  ...['\u202e', '\u2066', '\u2028', '\ufeff', '\ud800', '\u200f', 'e\u0301', '😀', 'ﬀ'],
  ...['', ' ', '.', '..', '../..', '/', '/etc/passwd', 'a/b', 'C:\\x', '~', '~root', 'file:///etc/passwd'],
  ...['null', 'true', 'no', '0', '-0', '1e400', '0x10', '010', '1_0', '.inf', '.nan', '2001-01-01', '22:22'],
  ...['"', "'", '\\', '{', '}', '[', ']', ',', ': ', '#', '- a', '|', '>', '*a', '&a', '!reset', '!!binary', '<<', '@'],
  ...['${A}', '${A:-${B:-x}}', '${A:?no}', '${', '$', '$$', '${A-}', '${__proto__}', '${constructor}', '}'],
  ...['host', 'none', 'bridge', 'default', 'service:web', 'service:__proto__', 'container:x', 'macvlan', 'ipvlan'],
  ...['99999999999999999999', '65536', '0-65535', '1-65535', '65535-0', '80/tcp/udp', '[::]:80:80', '::1', ':::'],
  ...['0.0.0.0/0', '::/0', '255.255.255.255', '192.168.1.300', '10.0.0.0/33', 'fe80::1%eth0', '::ffff:1.2.3.4'],
  ...['eth0', 'lo', 'eth0.4095', 'auto', 'eth0\n', '02:42:c0:a8:01:35', 'ff:ff:ff:ff:ff:ff', 'aa'],
] as const;

export const hostileWord: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<string>(...hostileWords) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
  { weight: 1, arbitrary: fc.constantFrom('x', '\n', '${A', '[', ' ', 'é').map((part) => part.repeat(3000)) },
);

/** Values of every type, a few levels deep. */
export const hostileValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    { weight: 4, arbitrary: hostileWord },
    { weight: 2, arbitrary: fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 80, 65536, 1e21, 2 ** 53) },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 3 }) },
    {
      weight: 1,
      arbitrary: fc.array(fc.tuple(hostileWord, tie('value')), { maxLength: 3 }).map(Object.fromEntries),
    },
  ),
})).value;

/** A change of a text; numbers are taken modulo what there is. */
export type Edit =
  | { readonly kind: 'cut'; readonly at: number; readonly length: number; readonly put: string }
  | { readonly kind: 'line'; readonly at: number; readonly count: number; readonly how: LineChange }
  | { readonly kind: 'node'; readonly at: number; readonly how: 'key' | 'value' | 'drop'; readonly put: unknown };

type LineChange = 'drop' | 'twice' | 'indent' | 'dedent' | 'to the end';

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat(9999), length: fc.nat(30), put: hostileWord }),
  fc.record({
    kind: fc.constant('line' as const),
    at: fc.nat(999),
    count: fc.integer({ min: 1, max: 5 }),
    how: fc.constantFrom<LineChange>('drop', 'twice', 'indent', 'dedent', 'to the end'),
  }),
  fc.record({
    kind: fc.constant('node' as const),
    at: fc.nat(999),
    how: fc.constantFrom('key' as const, 'value' as const, 'value' as const, 'drop' as const),
    put: hostileValue,
  }),
);

export const edits: fc.Arbitrary<readonly Edit[]> = fc.array(edit, { minLength: 1, maxLength: 4 });
/** Those after which YAML is still YAML. */
export const nodeEdits: fc.Arbitrary<readonly Edit[]> = fc.array(
  edit.filter(({ kind }) => kind === 'node'),
  { maxLength: 3 },
);

export function spoilt(text: string, changes: readonly Edit[]): string {
  return changes.reduce(spoil, text);
}

function spoil(text: string, change: Edit): string {
  switch (change.kind) {
    case 'cut': {
      const start = change.at % (text.length + 1);
      return text.slice(0, start) + change.put + text.slice(start + change.length);
    }
    case 'line': {
      const lines = text.split('\n');
      const start = change.at % lines.length;
      const taken = lines.splice(start, change.count);
      const put: Readonly<Record<LineChange, readonly string[]>> = {
        drop: [],
        twice: [...taken, ...taken],
        indent: taken.map((line) => `  ${line}`),
        dedent: taken.map((line) => line.replace(/^ {2}/, '')),
        'to the end': [],
      };
      lines.splice(start, 0, ...put[change.how]);
      return [...lines, ...(change.how === 'to the end' ? taken : [])].join('\n');
    }
    case 'node':
      return withNode(text, change);
  }
}

/** The text with one key or value of its tree replaced; as it is where it is no YAML that can be written again. */
function withNode(text: string, { at, how, put }: Extract<Edit, { readonly kind: 'node' }>): string {
  try {
    const document = parseDocument(text, { merge: false, uniqueKeys: false });
    const pairs: Pair[] = [];
    visit(document, {
      Pair: (_, pair) => void pairs.push(pair),
      Map: (_, map) => {
        if (map.items.length > 50) map.items.length = 50;
      },
    });
    const pair = pairs[at % pairs.length];
    if (!pair) return text;
    if (how === 'key') pair.key = new Scalar(typeof put === 'string' ? put : String(JSON.stringify(put)));
    else if (how === 'value') pair.value = valueNode(document.createNode(put) as Node, pair.value);
    else
      visit(document, {
        Pair: (_, one) => (one === pair ? visit.REMOVE : undefined),
      });
    return document.toString({ lineWidth: 0 });
  } catch {
    return text;
  }
}

/** A list gets one more element, so that the others are still looked at. */
function valueNode(put: Node, before: unknown): unknown {
  if (isSeq(before) && !isSeq(put) && !isMap(put)) before.items.push(put);
  return isSeq(before) && !isSeq(put) && !isMap(put) ? before : put;
}

/** JSON data with some of its keys and values replaced. */
export function spoiltData(data: unknown, changes: readonly Edit[]): unknown {
  return changes.reduce<unknown>((before, change) => {
    const copy = structuredClone(before);
    const places = placesIn(copy);
    const place = places[change.at % Math.max(1, places.length)];
    if (!place || change.kind !== 'node') return copy;
    const { holder, key } = place;
    if (change.how === 'value') define(holder, key, change.put);
    else {
      const value = holder[key];
      delete holder[key];
      const name = typeof change.put === 'string' && !Array.isArray(holder) ? change.put : key;
      if (change.how === 'key') define(holder, name, value);
    }
    return Array.isArray(copy) ? copy.filter(() => true) : copy;
  }, data);
}

type Holder = Record<string, unknown>;

function placesIn(data: unknown): { readonly holder: Holder; readonly key: string }[] {
  if (typeof data !== 'object' || data === null) return [];
  const holder = data as Holder;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])]);
}

/** `__proto__` is a name like any other, as it is for `JSON.parse`. */
function define(holder: Holder, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}
