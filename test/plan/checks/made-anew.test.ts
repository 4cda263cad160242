/** When Compose makes a network anew, and whose containers lose what they have on it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EngineContainer, EngineNetwork, Facts } from '../../../src/plan/facts/facts.ts';
import { lanFacts, planTexts } from '../../support/in-memory.ts';

const network: EngineNetwork = {
  ...{ id: 'n1', name: 'shop_back', driver: 'bridge', scope: 'local', internal: false, options: {} },
  labels: { 'com.docker.compose.project': 'shop' },
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
}

/** What is said of a project with two services on one network of its own. */
function told({ pool, now = {}, containers = [container('web')], compose = '2.40.3', more = '' }: Given) {
  const ipam = pool === undefined ? '' : `ipam: { config: [{ ${pool} }] }`;
  const text =
    'name: shop\nservices:\n  web: { image: x, networks: [back], x-netmode: bridge }\n' +
    `  db: { image: x, networks: [back] }\nnetworks:\n  back: { ${ipam}${more} }\n`;
  const facts: Facts = {
    ...lanFacts,
    compose: { version: compose },
    engine: { ...lanFacts.engine!, networks: [{ ...network, ...now }], containers },
  };
  return planTexts(text, { facts })
    .diagnostics.sorted()
    .filter(({ rule }) => rule === 'engine/network-made-anew')
    .map(({ message, help }) => `${/\((.*)\)/.exec(message)?.[1]} | ${help}`);
}

const same = 'subnet: 10.9.0.0/24, gateway: 10.9.0.1, ip_range: 10.9.0.128/25';
const anew = (what: string, names = 'web') => [`${what} | netcompose up -d --force-recreate ${names}`];

for (const [name, given, expected] of [
  ['as it is', { pool: same }, []],
  ['what Docker has chosen', { pool: 'subnet: 10.9.0.0/24' }, []],
  ['nothing is asked for', {}, []],
  [
    'a second subnet that the engine has added',
    { pool: same, now: { pools: [...network.pools, { subnet: 'fd00::/64', auxiliaryAddresses: {} }] } },
    [],
  ],
  ['another gateway', { pool: same.replace('0.1,', '0.254,') }, anew('gateway 10.9.0.1, now 10.9.0.254')],
  ['another range', { pool: same.replace('128/25', '64/26') }, anew('range 10.9.0.128/25, now 10.9.0.64/26')],
  ['another subnet', { pool: 'subnet: 10.8.0.0/24' }, anew('subnet now 10.8.0.0/24')],
  ['another driver', { pool: same, now: { driver: 'macvlan' } }, anew('driver macvlan, now bridge')],
  [
    'two services, one of them stopped',
    { pool: 'subnet: 10.8.0.0/24', containers: [container('web'), { ...container('db'), running: false }] },
    anew('subnet now 10.8.0.0/24', 'db web'),
  ],
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

test.run();
