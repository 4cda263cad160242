/**
 * `schema/x-netmode.schema.json` describes every key, where it is allowed and nowhere else, with examples that hold.
 */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import composeSchema from '../../schema/compose-with-netmode.schema.json' with { type: 'json' };
import schema from '../../schema/x-netmode.schema.json' with { type: 'json' };
import { netmodeWords } from '../../src/netmode/modes.ts';

interface Node {
  readonly pattern?: string;
  readonly $ref?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Node[];
}

const definitions: Readonly<Record<string, Node>> = schema.$defs;
const followed = (node: Node): Node =>
  node.$ref === undefined ? node : definitions[node.$ref.replace('#/$defs/', '')]!;
const ajv = new Ajv2020({ keywords: ['patternErrorMessage'], allowUnionTypes: true, strictTypes: false }).addSchema(
  schema,
);
const accepts = (definition: string, data: unknown) => ajv.validate(`x-netmode.schema.json#/$defs/${definition}`, data);

const everywhere = ['top', 'service', 'network'];

/** Section 3 of the design, line by line. */
const places: Readonly<Record<string, readonly string[]>> = {
  mode: ['service', 'network'],
  default: ['top'],
  network: ['service'],
  parent: everywhere,
  vlan: everywhere,
  flag: everywhere,
  subnet: everywhere,
  gateway: everywhere,
  ip_range: everywhere,
  ipv4_address: ['service'],
  ipv6_address: ['service'],
  mac_address: ['service'],
  floating_addresses: ['service'],
  aliases: ['service'],
  interface_name: ['service'],
  gw_priority: ['service'],
  host_access: everywhere,
  shim: ['top', 'network'],
  scope: everywhere,
  listen: ['service'],
  resolve_names: ['top', 'service'],
  hooks: ['top'],
  fallback: everywhere,
};

const keysAt: Readonly<Record<string, Readonly<Record<string, Node>>>> = {
  top: schema.$defs.top.properties,
  service: schema.$defs.service.else.properties,
  network: schema.$defs.network.else.properties,
};

test('every key is at its places', () => {
  for (const [place, keys] of Object.entries(keysAt)) {
    const expected = Object.keys(places).filter((key) => places[key]!.includes(place));
    assert.equal(Object.keys(keys).sort(), expected.sort(), place);
  }
});

test('every key has a description and examples that its own schema accepts', () => {
  for (const [place, keys] of Object.entries(keysAt)) {
    for (const [key, node] of Object.entries(keys)) checkKey(place, [key], node);
  }
});

function checkKey(place: string, path: readonly string[], node: Node): void {
  const { description, examples, properties } = followed(node);
  const name = `${place}.${path.join('.')}`;
  assert.ok(description?.endsWith('.'), name);
  assert.ok(examples && examples.length > 0, name);
  for (const example of examples) {
    const data = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), example);
    assert.ok(accepts(place, data), `${name}: ${JSON.stringify(example)}: ${ajv.errorsText()}`);
  }
  for (const [key, below] of Object.entries(properties ?? {})) checkKey(place, [...path, key], below);
}

test('the netmodes are those of the code', () => {
  for (const key of ['mode', 'default']) {
    assert.equal([...definitions[key]!.anyOf![0]!.enum!].sort(), [...netmodeWords].sort(), key);
  }
  assert.equal([...schema.$defs.service.examples].sort(), [...netmodeWords].sort());
});

const [longName, tooLongName] = ['a23456789012345', 'a234567890123456'];

for (const [definition, right, wrong] of [
  [
    'parent',
    ['eth0', 'auto', 'eth0.10', 'br-1', longName, '${PARENT}', 'enp3s0${N:-f0}'],
    ['', '-x', '.', '..', 'a/b', 'a b', 'a:b', tooLongName, 5],
  ],
  ['vlan', [1, 4094, '1', '10', '4094', '${VLAN}'], [0, 4095, 1.5, '0', '010', '4095', '5000', '-1', 'x', true]],
  [
    'ipv4_address',
    ['0.0.0.0', '255.255.255.255', '192.168.1.53', '192.168.1.$HOST'],
    ['256.1.1.1', '010.0.0.1', '1.2.3', '1.2.3.4/24', '$$HOST', ' 1.2.3.4', ''],
  ],
  [
    'ipv6_address',
    [
      '::',
      '::1',
      '1::',
      'fd00:1::53',
      '1:2:3:4:5:6:7:8',
      '1:2:3:4:5:6:7::',
      '::2:3:4:5:6:7:8',
      '1::3:4:5:6:7:8',
      'FE80::a',
    ],
    [
      ':',
      ':::',
      '1::2::3',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '1:2:3:4::5:6:7:8',
      '12345::',
      ':1:2::',
      '1.2.3.4',
      'fd00::/64',
      'g::',
    ],
  ],
  [
    'subnet',
    ['10.0.0.0/8', 'fd00:1::/64', '8000::/1', 'fd00::/128', 'auto', ['192.168.1.0/24', 'fd00:1::/64'], ['${NET}']],
    ['10.0.0.0', '0.0.0.0/0', '::/0', '10.0.0.0/33', 'fd00::/129', '10.0.0/8', [], [''], {}],
  ],
  ['gateway', ['10.0.0.1', 'fd00:1::1', 'auto', ['auto']], ['10.0.0.1/8', '10.0.0', [], [5]]],
  ['mac_address', ['02:42:c0:a8:01:35', '02-42-C0-A8-01-35'], ['02:42:c0:a8:01', '02:42:c0:a8:01:3g', '0242c0a80135']],
  [
    'port',
    [1, 65535, '80', '53/udp', '8000-8010', '127.0.0.1:9000', '[::1]:9000/tcp', '${PORT}/udp'],
    [0, 65536, '0', '65536', '080', '80/icmp', '80-', '1.2.3:80', '::1:80', '[1.2.3.4]:80', '22:22', ''],
  ],
  ['gw_priority', [0, -1, 100, '7', '-7'], [0.5, '0.5', 'x', '', 1e12]],
  ['resolve_names', [true, false, 'true', 'false', '${RESOLVE}'], ['yes', 'no', 0, null]],
  [
    'shim',
    [{}, { name: 'nc-lan' }, { name: longName }, { ipv6_address: 'fd00::1' }],
    [{ name: '..' }, { name: '-x' }, { name: tooLongName }, { nam: 'x' }, 'nc0', null],
  ],
  [
    'hooks',
    [{}, { pre_up: [] }, { post_down: [['ip', 'link']] }],
    [{ pre_up: ['ip link'] }, { pre_up: [[]] }, { pre_up: [['ip', 5]] }, { up: [] }],
  ],
  ['aliases', [[], ['resolver']], ['resolver', [''], ['a b'], [5]]],
] as const) {
  test(`forms: ${definition}`, () => {
    for (const data of right) assert.ok(accepts(definition, data), `refused: ${JSON.stringify(data)}`);
    for (const data of wrong) assert.not.ok(accepts(definition, data), `accepted: ${JSON.stringify(data)}`);
  });
}

test('the schema of whole Compose files adds the extension, and nothing else', () => {
  const validate = ajv.compile(composeSchema);
  const service = { image: 'x', anything: [1] };
  assert.ok(
    validate({
      name: 'x',
      anything: 1,
      services: { a: service },
      networks: { a: null, b: { driver: 'x' } },
      volumes: {},
    }),
  );
  assert.ok(
    validate({
      'x-netmode': { default: 'bridge' },
      services: { a: { ...service, 'x-netmode': 'host' } },
      networks: { a: { 'x-netmode': 'macvlan' } },
    }),
  );
  assert.not.ok(validate({ 'x-netmode': { mode: 'bridge' } }));
  assert.not.ok(validate({ services: { a: { 'x-netmode': 'hots' } } }));
  assert.not.ok(validate({ networks: { a: { 'x-netmode': { listen: [1] } } } }));
});

test.run();
