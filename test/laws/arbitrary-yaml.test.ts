/**
 * Whatever stands in the files: nothing throws, what is told is told of places in the text, and each run gives the
 * same.
 */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { stringify } from 'yaml';
import type { Facts } from '../../src/plan/facts/facts.ts';
import { lanFacts, planTexts } from '../support/in-memory.ts';
import { holds } from '../support/property.ts';
import { everything } from './everything.ts';
import { styledProject } from './projects.ts';

const someFacts: readonly Facts[] = [
  lanFacts,
  { version: 1 },
  { ...lanFacts, engine: { ...lanFacts.engine!, kind: 'desktop' } },
];

const words = [
  'services',
  'networks',
  'x-netmode',
  'web',
  'image',
  'ports',
  'mode',
  'network',
  'lan',
  'default',
  'macvlan',
  'ipvlan-l3',
  'host',
  'include',
  'extends',
  '<<',
  '*a',
  '&a',
  '!reset',
  '!override',
  '!!str',
  '~',
  'null',
  '[',
  ']',
  '{',
  '}',
  '-',
  '- ',
  ':',
  ': ',
  ', ',
  '? ',
  '|',
  '>',
  "'",
  '"',
  '#',
  ' # c',
  '%',
  '---',
  '...',
  '$',
  '${X}',
  '${',
  '$$',
  '\t',
  '\n',
  '\n  ',
  '\n    ',
  '\r\n',
  '\u0000',
  '\u2028',
  '\ufeff',
  '😀',
  '8080:80',
  '0x10',
  '1_0',
  '22:22',
  '192.168.1.0/24',
  'true',
];

const soup = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...words) },
      { weight: 1, arbitrary: fc.string({ maxLength: 6 }) },
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));

test('text that may be no YAML', () => {
  holds(
    fc.property(soup, fc.constantFrom(...someFacts), (text, facts) => void everything({ 'compose.yaml': text }, facts)),
    150,
  );
});

test('a sound file with something cut out or put in', () => {
  const cut = fc.tuple(fc.nat(2000), fc.nat(40), fc.constantFrom('', ...words));
  holds(
    fc.property(styledProject, fc.array(cut, { minLength: 1, maxLength: 3 }), (text, cuts) => {
      const spoilt = cuts.reduce((before, [at, length, put]) => {
        const start = at % (before.length + 1);
        return before.slice(0, start) + put + before.slice(start + length);
      }, text);
      everything({ 'compose.yaml': spoilt }, lanFacts);
    }),
    100,
  );
});

const keys = [
  'mode',
  'network',
  'parent',
  'vlan',
  'flag',
  'subnet',
  'gateway',
  'ip_range',
  'ipv4_address',
  'ipv6_address',
  'mac_address',
  'aliases',
  'interface_name',
  'gw_priority',
  'host_access',
  'shim',
  'scope',
  'listen',
  'resolve_names',
  'hooks',
  'fallback',
  'default',
  'x-netmode',
  'name',
  'web',
  'lan',
  'target',
  'published',
  'config',
  'replicas',
  '__proto__',
  'toString',
  '',
];

const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<unknown>(
      null,
      true,
      0,
      -1,
      80,
      1.5,
      1e21,
      '',
      'web',
      'api',
      'lan',
      'host',
      'none',
      'auto',
      'service:web',
      'container:x',
      'macvlan',
      'ipvlan-l2',
      'ipvlan',
      'eth0',
      'eth9',
      '${X:-y}',
      '$',
    ),
    fc.constantFrom<unknown>(
      '8080:80',
      '80',
      '9-8:1',
      '192.168.1.5',
      '192.168.1.0/24',
      '300.1.1.1',
      'fd00:1::/64',
      '::1',
      '10.0.0.0/0',
      '0.0.0.0/32',
      'a=b',
      'a:1.2.3.4',
      'host-gateway',
    ),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 4 }),
  ),
})).value;

/** Mostly in shape, so that the phases behind the checks of shape are reached too. */
const pieces = {
  top: fc.record(
    {
      default: fc.constantFrom('host', 'bridge', 'macvlan', 'ipvlan-l3', 'overlay'),
      parent: fc.constantFrom('eth0', 'eth1', 'wlan0', 'eth9', 'lo', 'auto'),
      fallback: fc.constant('bridge'),
    },
    { requiredKeys: [] },
  ),
  mode: fc.constantFrom(
    'none',
    'bridge',
    'host',
    'macvlan',
    'ipvlan',
    'ipvlan-l2',
    'ipvlan-l3',
    'ipvlan-l3s',
    'overlay',
  ),
  address: fc.constantFrom('192.168.1.53', '192.168.1.10', '192.168.1.255', '10.20.3.4', '8.8.8.8', 'fd00:1::5', '::'),
  subnet: fc.constantFrom(
    '192.168.1.0/24',
    '192.168.1.5/24',
    '0.0.0.0/0',
    '192.168.1.8/32',
    '192.168.1.8/31',
    '10.9.0.0/16',
    'fd00:1::/64',
    '::/0',
    'fd00::/128',
    'auto',
  ),
};
const pool = fc.record(
  { subnet: pieces.subnet, gateway: pieces.address, ip_range: pieces.subnet },
  { requiredKeys: [] },
);
const underlay = fc.record(
  {
    mode: pieces.mode,
    network: fc.constantFrom('lan', 'backend'),
    parent: fc.constantFrom('eth0', 'eth1', 'wlan0', 'eth0.10', 'eth9', 'lo', 'enx001122334455'),
    vlan: fc.constantFrom(1, 4094),
    flag: fc.constantFrom('bridge', 'private', 'passthru'),
    subnet: fc.oneof(pieces.subnet, fc.array(pieces.subnet, { minLength: 1, maxLength: 3 })),
    gateway: fc.oneof(pieces.address, fc.array(pieces.address, { minLength: 1, maxLength: 2 })),
    ip_range: pieces.subnet,
    ipv4_address: pieces.address,
    ipv6_address: pieces.address,
    host_access: fc.constantFrom('shim', 'loopback', 'none'),
    scope: fc.constantFrom('host', 'project'),
    listen: fc.array(fc.constantFrom(80, '80/udp', '9000-8000', '127.0.0.1:80'), { maxLength: 2 }),
    shim: fc.record(
      { name: fc.constantFrom('eth0', 'nc0'), ipv4_address: pieces.address, ipv6_address: pieces.address },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);
const service = fc.record(
  {
    image: fc.constant('x'),
    'x-netmode': fc.oneof(pieces.mode, underlay),
    network_mode: fc.constantFrom('host', 'none', 'bridge', 'service:web', 'service:api', 'container:c'),
    networks: fc.oneof(
      fc.subarray(['default', 'backend', 'lan']),
      fc.dictionary(
        fc.constantFrom('default', 'backend', 'lan'),
        fc.oneof(
          fc.constant(null),
          fc.record({ ipv4_address: pieces.address, gw_priority: fc.constant(1) }, { requiredKeys: [] }),
        ),
      ),
    ),
    ports: fc.array(
      fc.constantFrom<unknown>('8080:80', '80', '53:53/udp', '8000-8010:8000-8010', '[::1]:80:80', {
        target: 80,
        published: '8080-8090',
      }),
      { maxLength: 3 },
    ),
    expose: fc.array(fc.constantFrom('80', '90-95/udp'), { maxLength: 2 }),
    depends_on: fc.subarray(['web', 'api']),
    links: fc.subarray(['web:w', 'api']),
    scale: fc.constantFrom(0, 1, 3),
    profiles: fc.constant(['p']),
  },
  { requiredKeys: ['image'] },
);
const network = fc.oneof(
  fc.constant(null),
  fc.record(
    {
      'x-netmode': fc.oneof(pieces.mode, underlay),
      driver: fc.constantFrom('macvlan', 'ipvlan', 'bridge', 'overlay', 'none'),
      external: fc.boolean(),
      ipam: fc.record({ config: fc.array(pool, { maxLength: 2 }) }),
      driver_opts: fc.dictionary(
        fc.constantFrom('parent', 'ipvlan_mode', 'ipvlan-mode'),
        fc.constantFrom('eth0', 'l3', 'l9'),
      ),
    },
    { requiredKeys: [] },
  ),
);
const inShape = fc.record(
  {
    'x-netmode': pieces.top,
    services: fc.record({ web: service, api: service, db: service }, { requiredKeys: ['web'] }),
    networks: fc.record({ default: network, backend: network, lan: network }, { requiredKeys: [] }),
  },
  { requiredKeys: ['services'] },
);

test('a Compose file in shape, however its networks contradict each other', () => {
  let planned = 0;
  holds(
    fc.property(inShape, fc.constantFrom(...someFacts), (data, facts) => {
      const texts = { 'compose.yaml': stringify(data, { aliasDuplicateObjects: false }) };
      const told = everything(texts, facts);
      if (planTexts(texts, { facts }).plan) {
        planned += 1;
        assert.is(everything(texts, facts), told);
      }
    }),
    100,
  );
  assert.ok(planned > 50, `only ${planned} came to a plan`);
});

test('two files, each in shape', () => {
  holds(
    fc.property(inShape, inShape, (base, over) => {
      everything(
        {
          'a.yaml': stringify(base, { aliasDuplicateObjects: false }),
          'b.yaml': stringify(over, { aliasDuplicateObjects: false }),
        },
        lanFacts,
      );
    }),
    100,
  );
});

test('anything in the places of a Compose file', () => {
  const places = fc.record(
    {
      'x-netmode': values,
      name: values,
      services: fc.oneof(
        values,
        fc.record({
          web: fc.oneof(
            values,
            fc.record(
              {
                image: values,
                'x-netmode': values,
                networks: values,
                network_mode: values,
                ports: values,
                depends_on: values,
                extra_hosts: values,
                expose: values,
                links: values,
                deploy: values,
                extends: values,
              },
              { requiredKeys: [] },
            ),
          ),
        }),
      ),
      networks: fc.oneof(
        values,
        fc.record({
          lan: fc.oneof(
            values,
            fc.record(
              { 'x-netmode': values, driver: values, ipam: values, driver_opts: values, external: values },
              { requiredKeys: [] },
            ),
          ),
        }),
      ),
      include: values,
    },
    { requiredKeys: [] },
  );
  holds(
    fc.property(places, (data) => void everything({ 'compose.yaml': stringify(data) }, lanFacts)),
    120,
  );
});

test.run();
