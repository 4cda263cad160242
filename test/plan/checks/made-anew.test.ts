/** When Compose makes a network anew, and whose containers lose what they have on it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EngineContainer, EngineNetwork, Facts } from '../../../src/plan/facts/facts.ts';
import { lanFacts, planTexts } from '../../support/in-memory.ts';

/** What Compose 2.40.3 leaves on networks of these definitions. */
const hashes = {
  other: 'ad6016120f6c5bff5fb42be702f15f3a609a822385088bbe06f191123b71b8ff',
  empty: 'ad6016120f6c5bff5fb42be702f15f3a609a822385088bbe06f191123b71b800',
  same: '399618b28904dea51b8d09b7bf5581d8aaca33ac900eee4ade8ad2884a66cc38',
  default: 'cf68f29b281a26ea487d2f198485cc165808337181dfb0f69a28e1186000dcfa',
} as const;

const labelled = (hash: string): EngineNetwork['labels'] => ({
  'com.docker.compose.project': 'shop',
  'com.docker.compose.config-hash': hash,
});
const network: EngineNetwork = {
  ...{ id: 'n1', name: 'shop_back', driver: 'bridge', scope: 'local', internal: false, options: {} },
  labels: labelled(hashes.other),
  pools: [{ subnet: '10.9.0.0/24', gateway: '10.9.0.1', ipRange: '10.9.0.128/25', auxiliaryAddresses: {} }],
};
const container = (service: string, project = 'shop'): EngineContainer => ({
  ...{ id: service, name: `${project}-${service}-1`, project, service, running: true, networkMode: 'shop_back' },
  ...{ networks: { shop_back: { ipv4: '10.9.0.129' } }, ports: [] },
});

interface Given {
  readonly pool?: string;
  readonly now?: Partial<EngineNetwork>;
  readonly containers?: readonly EngineContainer[];
  readonly compose?: string;
  readonly more?: string;
  readonly starting?: ReadonlySet<string>;
}

const told = ({ pool, more = '', ...given }: Given) => {
  const ipam = pool === undefined ? '' : `ipam: { config: [{ ${pool} }] }, `;
  return toldOf(
    'name: shop\nservices:\n  web: { image: x, networks: [back], x-netmode: bridge }\n' +
      '  db: { image: x, networks: [back] }\n  else: { image: x, network_mode: none }\n' +
      `networks:\n  back: { ${ipam}${more} }\n`,
    given,
  );
};

/** What is said of a project while an engine has the network. */
function toldOf(text: string, { now = {}, containers = [container('web')], compose = '2.40.3', starting }: Given) {
  const facts: Facts = {
    ...lanFacts,
    compose: { version: compose },
    engine: { ...lanFacts.engine!, networks: [{ ...network, ...now }], containers },
  };
  return planTexts(text, { facts, ...(starting && { starting }) })
    .diagnostics.sorted()
    .filter(({ rule }) => rule === 'engine/network-made-anew')
    .map(({ message, help }) => `${/\((.*)\)/.exec(message)?.[1]} | ${help}`);
}

const same = 'subnet: 10.9.0.0/24, gateway: 10.9.0.1, ip_range: 10.9.0.128/25';
const anew = (what: string, names = 'web') => [`${what} | netcompose up -d --force-recreate ${names}`];
const untold = anew('its definition is another');
const asItIs = { pool: same, now: { labels: labelled(hashes.same) } } as const;

for (const [name, given, expected] of [
  ['as it is', asItIs, []],
  [
    'what the engine tells is another, but the definition is the same',
    { ...asItIs, now: { ...asItIs.now, pools: [] } },
    [],
  ],
  ['nothing is asked for', { now: { labels: labelled(hashes.empty) } }, []],
  ['the words that mean the same', { now: { labels: labelled(hashes.empty) }, more: 'internal: false, x-a: b' }, []],
  ['Compose has left no hash on it', { pool: 'subnet: 10.8.0.0/24', now: { labels: { ...labelled('') } } }, []],
  ['another gateway', { pool: same.replace('0.1,', '0.254,') }, anew('gateway 10.9.0.1, now 10.9.0.254')],
  ['no gateway any more', { ...asItIs, pool: same.replace(', gateway: 10.9.0.1', '') }, untold],
  ['no pool any more', { now: asItIs.now }, untold],
  ['another range', { pool: same.replace('128/25', '64/26') }, anew('range 10.9.0.128/25, now 10.9.0.64/26')],
  ['no range any more', { pool: 'subnet: 10.9.0.0/24' }, anew('range 10.9.0.128/25, now of the whole subnet')],
  ['a name kept for an address', { ...asItIs, pool: `${same}, aux_addresses: { a: 10.9.0.5 }` }, untold],
  ['another subnet', { pool: 'subnet: 10.8.0.0/24' }, anew('subnet now 10.8.0.0/24')],
  ['another driver', { pool: same, now: { driver: 'macvlan' } }, anew('driver macvlan, now bridge')],
  ['a driver said that it has anyway', { ...asItIs, more: 'driver: bridge' }, untold],
  ['an option', { ...asItIs, more: 'driver_opts: { a: b }' }, anew('a now b')],
  [
    'an option that the engine has otherwise',
    { more: 'driver_opts: { a: b }', now: { options: { a: 'c' } } },
    anew('a c, now b'),
  ],
  ['internal', { ...asItIs, more: 'internal: true' }, anew('now internal')],
  ['internal no more', { pool: same, now: { internal: true } }, anew('no longer internal')],
  ['IPv6', { ...asItIs, more: 'enable_ipv6: true' }, untold],
  ['IPv6 said to be off, as it is', { ...asItIs, more: 'enable_ipv6: false' }, untold],
  ['no IPv4', { ...asItIs, more: 'enable_ipv4: false' }, untold],
  ['attachable', { ...asItIs, more: 'attachable: true' }, untold],
  ['a label', { ...asItIs, more: 'labels: [a]' }, untold],
  ['another name', { ...asItIs, more: 'name: other' }, []],
  [
    'two services, one of them stopped',
    { pool: 'subnet: 10.8.0.0/24', containers: [container('web'), { ...container('db'), running: false }] },
    anew('subnet now 10.8.0.0/24', 'db web'),
  ],
  [
    'one of its services is started',
    { pool: 'subnet: 10.8.0.0/24', starting: new Set(['db']) },
    anew('subnet now 10.8.0.0/24'),
  ],
  ['none of its services is started', { pool: 'subnet: 10.8.0.0/24', starting: new Set(['else']) }, []],
  ['no container is there', { pool: 'subnet: 10.8.0.0/24', containers: [] }, []],
  ["another project's container", { pool: 'subnet: 10.8.0.0/24', containers: [container('web', 'other')] }, []],
  ['a service that the files have no more', { pool: 'subnet: 10.8.0.0/24', containers: [container('old')] }, []],
  ["another project's network", { pool: 'subnet: 10.8.0.0/24', now: { labels: {} } }, []],
  ['an older Compose leaves it as it is', { pool: 'subnet: 10.8.0.0/24', compose: '2.30.3' }, []],
] as const satisfies readonly (readonly [string, Given, readonly string[]])[]) {
  test(name, () => {
    assert.equal(told(given), expected);
  });
}

test('a network that is external now is left alone', () => {
  const text =
    'name: shop\nservices:\n  web: { image: x, networks: [back] }\n' +
    'networks:\n  back: { external: true, name: shop_back }\n';
  assert.equal(toldOf(text, {}), []);
});

test('what the file said of "default" is gone', () => {
  const text = 'name: shop\nservices:\n  web: { image: x }\n';
  const containers = [{ ...container('web'), networks: { shop_default: { ipv4: '10.9.0.129' } } }];
  const on = (hash: string) =>
    toldOf(text, { containers, now: { name: 'shop_default', internal: true, labels: labelled(hash) } });
  assert.equal(on(hashes.other), untold);
  assert.equal(on(hashes.default), []);
});

test.run();
