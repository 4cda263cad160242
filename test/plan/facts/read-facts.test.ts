/** A file of facts is read with any part left out, or refused with the place; it never ends in a stack trace. */
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { diagnose } from '../../../src/plan/doctor/doctor.ts';
import type { Facts } from '../../../src/plan/facts/facts.ts';
import { readFactsText } from '../../../src/plan/facts/read-facts.ts';
import { lanFacts, planTexts } from '../../support/in-memory.ts';

const projects = new URL('../../fixtures/projects/', import.meta.url);

const compose = `services:
  web: { image: nginx, x-netmode: macvlan, ports: ["8080:80"] }
  old: { image: x, networks: { lan: { ipv4_address: 192.168.99.20 } } }
  host: { image: y, x-netmode: host }
  l3: { image: z, x-netmode: { mode: ipvlan-l3, parent: eth1, fallback: bridge } }
networks:
  lan: { name: vlan99, external: true }
`;

/** One of everything. */
const full: Facts = {
  ...lanFacts,
  host: {
    ...lanFacts.host!,
    rpFilter: { all: 1 },
    arp: { all: { filter: 0, ignore: 0 } },
    neighbours: [{ address: '192.168.1.1', interface: 'eth0', mac: '00:1b:a9:5e:12:07', state: 'reachable' }],
    sockets: [{ protocol: 'tcp', address: '0.0.0.0', port: 8080, owner: { pid: 1, name: 'x' } }],
    drivers: { macvlan: 'ready' },
    privilege: 'sudo',
  },
  engine: {
    version: '28.5.2',
    kind: 'engine',
    remote: false,
    swarm: 'inactive',
    networks: [
      {
        id: 'u2',
        name: 'vlan99',
        driver: 'macvlan',
        scope: 'local',
        internal: false,
        options: { parent: 'eth0' },
        labels: {},
        pools: [{ subnet: '192.168.99.0/24', gateway: '192.168.99.1', auxiliaryAddresses: { a: '192.168.99.2' } }],
      },
    ],
    containers: [
      {
        id: 'c',
        name: 'c',
        running: true,
        networkMode: 'bridge',
        networks: { bridge: { ipv4: '172.17.0.2', mac: '02:42:ac:11:00:02' } },
        ports: [{ ip: '0.0.0.0', published: 9000, target: 80, protocol: 'tcp' }],
      },
    ],
    images: { nginx: [{ first: 80, last: 80, protocol: 'tcp' }] },
  },
  compose: { version: '2.40.3' },
};

type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const entries = Array.isArray(value) ? value.map((item, index) => [index, item] as const) : Object.entries(value);
  return [...(path.length > 0 ? [path] : []), ...entries.flatMap(([key, item]) => pathsOf(item, [...path, key]))];
}

/** The facts with one place changed, or taken out. */
function changed(path: Path, value?: unknown): string {
  const copy = structuredClone(full) as unknown as Record<string | number, unknown>;
  const last = path.at(-1)!;
  let at = copy;
  for (const part of path.slice(0, -1)) at = at[part] as typeof at;
  if (value !== undefined) at[last] = value;
  else if (Array.isArray(at)) at.splice(Number(last), 1);
  else delete at[last];
  return JSON.stringify(copy);
}

/** What every command does with facts. */
function used(facts: Facts): void {
  assert.ok(planTexts(compose, { facts }).plan);
  diagnose(facts);
}

for (const path of pathsOf(full)) {
  test(`without ${path.join('.')}`, () => {
    const result = readFactsText(changed(path));
    if ('facts' in result) used(result.facts);
    else assert.match(result.fault, /^[\w.[\]"]+ is missing$/);
  });

  for (const wrong of [null, 7.5, 'nonsense', [[]], { a: { b: 1 } }, true]) {
    test(`with ${JSON.stringify(wrong)} in place of ${path.join('.')}`, () => {
      const result = readFactsText(changed(path, wrong));
      if ('facts' in result) used(result.facts);
      else assert.match(result.fault, / is (?:.* not .+|missing)$/);
    });
  }
}

const told: readonly (readonly [text: string, fault: RegExp])[] = [
  ['', /^it is not JSON: /],
  ['{ "version": 1,', /^it is not JSON: /],
  ['[]', /^it is \[\], not the facts of a host/],
  ['{}', /^version is missing$/],
  ['{ "version": 2 }', /^version is 2, not 1, the version of facts/],
  ['{ "version": 1, "host": { "interfaces": [{}] } }', /^host\.interfaces\[0\]\.name is missing$/],
  [
    '{ "version": 1, "host": { "interfaces": [{ "name": "eth0", "addresses": ["192.168.1.300/24"] }] } }',
    /^host\.interfaces\[0\]\.addresses\[0\] is "192\.168\.1\.300\/24", not an address with its prefix/,
  ],
  [
    '{ "version": 1, "engine": { "version": "28.5", "networks": [{ "name": "a", "driver": "b", "pools": [{}] }] } }',
    /^engine\.networks\[0\]\.pools\[0\]\.subnet is missing$/,
  ],
];

for (const [text, fault] of told) {
  test(`refuses ${text}`, () => {
    const result = readFactsText(text);
    assert.ok('fault' in result);
    assert.match(result.fault, fault);
  });
}

test('where routes were not looked at, the parent stays open, and that is no fault', () => {
  const result = readFactsText(
    '{"version":1,"host":{"interfaces":[{"name":"eth0","up":true,"addresses":["192.168.1.10/24"]}]}}',
  );
  assert.ok('facts' in result);
  assert.equal(result.facts.host?.unseen, ['routes']);
  const { plan, diagnostics } = planTexts('services: { web: { image: nginx, x-netmode: macvlan } }\n', result);
  assert.ok(plan);
  assert.equal(
    diagnostics
      .sorted()
      .filter(({ severity }) => severity === 'error')
      .map(({ message }) => message),
    [],
  );
});

test('what netcompose has observed is what the schema asks for', () => {
  const names = readdirSync(projects);
  let count = 0;
  for (const name of names) {
    if (!readdirSync(new URL(`${name}/`, projects)).includes('facts.json')) continue;
    const result = readFactsText(readFileSync(new URL(`${name}/facts.json`, projects), 'utf8'));
    assert.ok('facts' in result, `${name}: ${'fault' in result ? result.fault : ''}`);
    count++;
  }
  assert.ok(count > 10);
});

test.run();
