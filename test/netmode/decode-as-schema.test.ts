/**
 * The decoder and the schema accept and refuse the same: values made from the schema, sound ones and ones with
 * something wrong in them, are given to both. None has a `$`: variables are filled in before the decoder sees them.
 */
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import schema from '../../schema/x-netmode.schema.json' with { type: 'json' };
import { type Entry, entriesOf, type Tree, toPlain } from '../../src/compose/tree.ts';
import { Diagnostics } from '../../src/diagnostics/diagnostic.ts';
import { SourceFile } from '../../src/diagnostics/source.ts';
import { decode } from '../../src/netmode/decode.ts';
import type { Place } from '../../src/netmode/faults.ts';
import { blankKeys } from '../../src/netmode/settings.ts';
import { planTexts, told } from '../support/in-memory.ts';
import { holds } from '../support/property.ts';

interface Node {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly Node[];
  readonly enum?: readonly unknown[];
  readonly examples?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly items?: Node;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly then?: Node;
  readonly else?: Node;
}

const definitions: Readonly<Record<string, Node>> = schema.$defs;
const ajv = new Ajv2020({ keywords: ['patternErrorMessage'], allowUnionTypes: true, strictTypes: false }).addSchema(
  schema,
  'x-netmode',
);
const accepts = (place: Place, data: unknown) => ajv.validate(`x-netmode#/$defs/${place}`, data) as boolean;

/** Lists of these have no examples of their own. */
const listed: Readonly<Record<string, readonly string[]>> = {
  cidr: ['192.168.1.0/24', 'fd00:1::/64', 'auto'],
  address: ['192.168.1.1', 'fd00:1::1', 'auto'],
  floating_address: ['192.168.1.60', 'fd00:1::60'],
};

/**
 * Values that the schema accepts. What has a pattern is taken from the examples: those are sound, see schema.test.ts.
 */
function sound(node: Node): fc.Arbitrary<unknown> {
  if (node.$ref !== undefined) {
    const name = node.$ref.replace('#/$defs/', '');
    return listed[name] ? fc.constantFrom(...listed[name]) : sound(definitions[name]!);
  }
  if (node.properties)
    return fc.record(Object.fromEntries(Object.entries(node.properties).map(([key, below]) => [key, sound(below)])), {
      requiredKeys: [],
    });
  if (node.enum) return fc.constantFrom(...node.enum);
  const choices: fc.Arbitrary<unknown>[] = node.examples ? [fc.constantFrom(...node.examples)] : [];
  if (node.items) choices.push(fc.array(sound(node.items), { minLength: node.minItems ?? 0, maxLength: 3 }));
  if (node.type?.includes('boolean')) choices.push(fc.boolean());
  if (node.type === 'string' && node.pattern === undefined) choices.push(fc.constantFrom('', 'ip', 'a b', '-x'));
  if (node.minimum !== undefined) choices.push(fc.integer({ min: node.minimum, max: node.maximum! }));
  // Of alternatives, the last is a variable; a bare pattern is no more than the examples.
  for (const below of [node.then, node.else, node.anyOf?.[0]])
    if (below && !isBarePattern(below)) choices.push(sound(below));
  return fc.oneof(...choices);
}

const isBarePattern = ({ type, pattern }: Node) => type === 'string' && pattern !== undefined;

const scalar = fc
  .oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom(
      '',
      'auto',
      'host',
      'shim',
      '80',
      '0',
      '65536',
      '8010-8000',
      'fd00::/64',
      '::1',
      '1.2.3.4',
      '01.2.3.4',
      '10.0.0.0/33',
      'true',
      '..',
      '-x',
      '02:42:c0:a8:01:35',
      '__proto__',
      'toString',
    ),
    fc.integer({ min: -2, max: 70_000 }),
    fc.constantFrom<unknown>(null, true, false, 0.5, 1e21),
  )
  .filter((value) => typeof value !== 'string' || !value.includes('$'));
const anyValue = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    scalar,
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(fc.string({ maxLength: 5 }), tie('value'), { maxKeys: 2 }),
  ),
})).value;
const allKeys = [
  ...new Set([...Object.keys(schema.$defs), 'mod', 'subnets', 'name', '', '0', 'a/b', 'a~b', 'constructor']),
];

/** Something wrong put in at a place that the seed picks; it may turn out to be sound after all. */
function spoilt(data: unknown, seed: readonly number[], instead: unknown, key: string): unknown {
  const [at = 0, ...rest] = seed;
  if (typeof data === 'string' && at % 3 !== 0)
    return at % 3 === 1 ? `${data}${JSON.stringify(instead).replaceAll('$', '')}` : data.slice(1);
  if (typeof data !== 'object' || data === null || rest.length === 0) return instead;
  if (Array.isArray(data))
    return data.length === 0
      ? [instead]
      : data.map((item, index) => (index === at % data.length ? spoilt(item, rest, instead, key) : item));
  const entries = Object.entries(data);
  const picked = at % (entries.length + 1);
  if (picked === entries.length) return { ...data, [key]: instead };
  return Object.fromEntries(
    entries.map(([name, value], index) =>
      index === picked ? (at % 5 === 0 ? [key, value] : [name, spoilt(value, rest, instead, key)]) : [name, value],
    ),
  );
}

const source = new SourceFile('/project/compose.yaml', '');

function treeOf(data: unknown): Tree {
  const span = { source, start: 0, end: 0 };
  if (Array.isArray(data)) return { kind: 'sequence', span, items: data.map(treeOf) };
  if (typeof data === 'object' && data !== null) {
    const entries = Object.entries(data).map(([key, value]): [string, Entry] => [
      key,
      { key, keySpan: span, value: treeOf(value) },
    ]);
    return { kind: 'mapping', span, entries: new Map(entries) };
  }
  return { kind: 'scalar', span, value: data as string | number | boolean | null };
}

/** A variable that is not set leaves these empty, which is judged once it is known whether a fallback applies. */
function withoutBlank(data: unknown): unknown {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return data;
  const isBlank = (key: string, value: unknown) => value === '' && ['fallback', ...blankKeys].includes(key);
  return Object.fromEntries(Object.entries(data).filter(([key, value]) => !isBlank(key, value)));
}

function decoded(place: Place, tree: Tree) {
  const diagnostics = new Diagnostics();
  const said = decode(place, '"web"', tree, diagnostics.report);
  return { said, diagnostics };
}

for (const place of ['top', 'service', 'network'] as const) {
  const good = sound(definitions[place]!);

  test(`${place}: what is sound is accepted by both, and every key is decoded`, () => {
    holds(
      fc.property(good, (data) => {
        assert.ok(accepts(place, data), `${JSON.stringify(data)}: ${ajv.errorsText()}`);
        const { said, diagnostics } = decoded(place, treeOf(data));
        assert.equal(diagnostics.sorted(), []);
        const keys = typeof data === 'string' ? ['mode'] : Object.keys(data as object);
        assert.equal(Object.keys(said.settings), keys);
        assert.equal([...said.keys.keys()], keys);
      }),
    );
  });

  test(`${place}: what is spoilt is judged alike`, () => {
    const verdicts = new Map([
      [true, 0],
      [false, 0],
    ]);
    const seeds = fc.array(fc.nat(60), { minLength: 1, maxLength: 5 });
    holds(
      fc.property(good, seeds, anyValue, fc.constantFrom(...allKeys), (data, seed, instead, key) => {
        const tree = treeOf(spoilt(data, seed, instead, key));
        const plain = toPlain(tree);
        const verdict = accepts(place, withoutBlank(plain));
        const { said, diagnostics } = decoded(place, tree);
        // How a port is written is Compose's grammar, and not the schema's.
        const faults = diagnostics.sorted().filter(({ rule }) => rule !== 'compose/invalid-model');
        assert.is(
          faults.length === 0,
          verdict,
          `${JSON.stringify(plain)}: the schema ${verdict ? 'accepts' : 'refuses'} it; told: ` +
            `${JSON.stringify(faults.map(({ message }) => message))}`,
        );
        for (const { message, severity, help } of faults) {
          assert.is(severity, 'error');
          assert.ok(message.startsWith('"web": '), message);
          assert.ok(help === undefined || help.length > 0, message);
        }
        if (tree.kind === 'mapping') {
          // What is wrong is left out: of a mapping below it only the keys that there are not.
          const kept = entriesOf(tree).filter(
            ({ key: name, value }) => said.keys.has(name as never) && value.kind !== 'mapping',
          );
          assert.ok(
            accepts(place, Object.fromEntries(kept.map(({ key: name, value }) => [name, toPlain(value)]))),
            JSON.stringify(plain),
          );
        }
        verdicts.set(verdict, verdicts.get(verdict)! + 1);
      }),
      400,
    );
    for (const [verdict, count] of verdicts)
      assert.ok(count > 10, `${verdict ? 'accepted' : 'refused'} only ${count} times`);
  });

  test(`${place}: anything at all is judged alike`, () => {
    holds(
      fc.property(anyValue, (data) => {
        const tree = treeOf(data);
        assert.is(!decoded(place, tree).diagnostics.hasErrors, accepts(place, toPlain(tree)), JSON.stringify(data));
      }),
    );
  });
}

/** Editors see a variable as it is written; the decoder sees what it stands for. */
test('variables: the schema accepts them as written, the decoder what they stand for', () => {
  const text = (parent: string) =>
    `services:\n  web:\n    image: x\n    x-netmode: { mode: macvlan, subnet: 10.0.0.0/8, gateway: ` +
    `10.0.0.1, ip_range: 10.1.0.0/16, parent: "${parent}" }\n`;
  const faults = (parent: string, env: Readonly<Record<string, string>>) =>
    told(planTexts(text(parent), { env })).filter((line) => line.includes('"parent"'));
  for (const [written, env, fine] of [
    ['${LAN}', { LAN: 'eth0' }, true],
    ['$LAN', { LAN: 'eth0' }, true],
    ['eth0.${ID:-10}', {}, true],
    ['${LAN}', { LAN: 'no/interface' }, false],
    ['${LAN}', { LAN: '' }, false],
  ] as const) {
    assert.ok(accepts('service', { mode: 'macvlan', parent: written }), written);
    assert.is(faults(written, env).length === 0, fine, `${written} ${JSON.stringify(env)}`);
  }
  for (const written of ['$${LAN}', '$$LAN']) {
    assert.is(accepts('service', { ipv4_address: written }), false, written);
  }
});

test.run();
