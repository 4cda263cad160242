/** One MAC address for life: who gets one, and that it is the same each time and nobody else's. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { asCalled, serviceWords } from '../../../src/cli/options/service-words.ts';
import { Diagnostics } from '../../../src/diagnostics/diagnostic.ts';
import { overrideOf } from '../../../src/emit/override/override.ts';
import { renderOf } from '../../../src/emit/render/render.ts';
import { intentsOf } from '../../../src/netmode/intents.ts';
import { checkAddresses } from '../../../src/plan/checks/services/addresses.ts';
import type { EngineContainer, Facts, HostNeighbour } from '../../../src/plan/facts/facts.ts';
import { parseFacts } from '../../../src/plan/facts/parsed-facts.ts';
import { planOf } from '../../../src/plan/plan.ts';
import type { Plan } from '../../../src/plan/types.ts';
import { lanFacts, planTexts, told } from '../../support/in-memory.ts';
import { holds } from '../../support/property.ts';

/** By service and network. */
function macsOf(plan: Plan | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...plan!.services.values()].flatMap(({ service, networks }) =>
      [...networks.values()].flatMap(({ network, macAddress: mac }) =>
        mac ? [[`${service.name} ${network}`, mac.value]] : [],
      ),
    ),
  );
}

const macs = (text: string, facts: Facts = lanFacts) => macsOf(planTexts(text, { facts }).plan);
const who = (text: string, facts: Facts = lanFacts) => Object.keys(macs(text, facts));

const range = 'ip_range: 192.168.1.192/27';
const file = (service: string, rest = '') => `name: shop\nservices:\n  web: { image: x, ${service} }\n${rest}`;
const lan = (more = '') =>
  'networks:\n  lan:\n    driver: macvlan\n    driver_opts: { parent: eth0 }\n' +
  `    ipam: { config: [{ subnet: 192.168.1.0/24, gateway: 192.168.1.1, ${range} }] }\n${more}`;
const said = lan().replace('driver: macvlan\n    driver_opts: { parent: eth0 }', 'x-netmode: macvlan');

const given: readonly (readonly [string, string, readonly string[]])[] = [
  ['a network of its own', file('x-netmode: macvlan'), ['web macvlan_eth0']],
  ['a declared network', file('x-netmode: { network: lan }', said), ['web lan']],
  ['a declared network that it lists', file('networks: [lan]', said), ['web lan']],
  ['a native network that it joins', file('x-netmode: { network: lan }', lan()), ['web lan']],
  [
    'a native network with an x-netmode',
    file('networks: [lan]', lan('    x-netmode: { host_access: none }\n')),
    ['web lan'],
  ],
  ['beside a bridge', file('x-netmode: macvlan, networks: [default]'), ['web macvlan_eth0']],
  ['under host_access: loopback', file('x-netmode: { mode: macvlan, host_access: loopback }'), ['web macvlan_eth0']],
  [
    'two macvlan networks',
    file('networks: [lan], x-netmode: { mode: macvlan, parent: eth1 }', said),
    ['web lan', 'web macvlan_eth1'],
  ],
  ['a profile that is not active', file('profiles: [later], x-netmode: macvlan'), ['web macvlan_eth0']],
  ['no container yet', file('scale: 0, x-netmode: macvlan'), ['web macvlan_eth0']],

  ['several containers', file('scale: 2, x-netmode: macvlan'), []],
  ['several replicas', file('deploy: { replicas: 3 }, x-netmode: macvlan'), []],
  ['left to Docker', file('x-netmode: { mode: macvlan, mac_address: docker }'), []],
  ['passthru', file('x-netmode: { mode: macvlan, flag: passthru }'), []],
  ['ipvlan', file('x-netmode: ipvlan-l2'), []],
  ['a bridge', file('x-netmode: bridge'), []],
  ['a bridge, left to Docker', file('x-netmode: { mode: bridge, mac_address: docker }'), []],
  ['a service-level MAC address', file('mac_address: "02:42:c0:a8:01:35", x-netmode: macvlan'), []],
  ['a native network of a file without x-netmode', file('networks: [lan]', lan()), []],
  [
    'a native network beside an x-netmode of others',
    `${file('networks: [lan]', '')}  other: { image: x, x-netmode: host }\n${lan()}`,
    [],
  ],
];

for (const [name, text, expected] of given) {
  test(`${name}: ${expected.join(', ') || 'none'}`, () => {
    const outcome = planTexts(text, { facts: lanFacts });
    assert.equal(Object.keys(macsOf(outcome.plan)), expected);
    assert.equal(
      told(outcome).filter((line) => line.startsWith('error')),
      [],
    );
  });
}

test('an address of the file stays as it is, whichever place it has', () => {
  const mac = '02-42-C0-A8-01-35';
  assert.equal(macs(file(`x-netmode: { mode: macvlan, mac_address: ${mac} }`)), { 'web macvlan_eth0': mac });
  assert.equal(macs(file(`networks: { lan: { mac_address: ${mac} } }, x-netmode: { network: lan }`, said)), {
    'web lan': mac,
  });
});

const external = file('x-netmode: { network: lan }', 'networks:\n  lan: { name: br0, external: true }\n');
const withBr0: Facts = {
  ...lanFacts,
  engine: {
    ...lanFacts.engine!,
    networks: [
      {
        ...{ id: 'br0', name: 'br0', driver: 'macvlan', scope: 'local', internal: false, labels: {} },
        options: { parent: 'eth0' },
        pools: [{ subnet: '192.168.1.0/24', gateway: '192.168.1.1', auxiliaryAddresses: {} }],
      },
    ],
  },
};

test('an external network, once the engine says that it is macvlan', () => {
  assert.equal(who(external, withBr0), ['web lan']);
  assert.equal(who(external, { ...lanFacts, compose: { version: '2.40.3' } }), []);
});

const engineOf = (version: string, kind: 'engine' | 'podman' = 'engine'): Facts => ({
  ...lanFacts,
  engine: { ...lanFacts.engine!, version, kind },
});

test('an engine that takes none for a network: it derives its own from the address', () => {
  const text = file(`x-netmode: { mode: macvlan, ${range} }`);
  const old = planTexts(text, { facts: engineOf('20.10.24') });
  assert.not.ok(old.diagnostics.hasErrors);
  assert.equal(macsOf(old.plan), {});
  assert.equal(who(text, engineOf('24.0.9')), []);
  assert.equal(who(text, engineOf('25.0.0')), ['web macvlan_eth0']);
});

test('the override and the rendered file have it', () => {
  const { plan } = planTexts(file(`x-netmode: { mode: macvlan, ${range} }`), { facts: lanFacts });
  const { 'web macvlan_eth0': mac } = macsOf(plan);
  assert.match(overrideOf(plan!)!, `        mac_address: ${mac}\n`);
  assert.match(renderOf(plan!, { external: false }), `mac_address: ${mac}`);
});

test('Podman is left alone: it counts its versions in its own way', () => {
  assert.equal(who(file('x-netmode: macvlan'), engineOf('5.4.2', 'podman')), []);
});

/** The project as a command line has it. */
function called(command: string, args: readonly string[]) {
  const { report } = new Diagnostics();
  const { project } = planTexts(file('x-netmode: macvlan', '  db: { image: x, x-netmode: macvlan }\n'));
  return Object.keys(
    macsOf(planOf(intentsOf(asCalled(project!, serviceWords({ command, args })), report), lanFacts, report)),
  );
}

test('a container that the command line starts beside the one of the service gets none', () => {
  const all = ['web macvlan_eth0', 'db macvlan_eth0'];
  assert.equal(called('up', ['-d']), all);
  assert.equal(called('up', ['web']), all);
  assert.equal(called('run', ['--rm', 'web', 'sh']), ['db macvlan_eth0']);
  assert.equal(called('up', ['--scale', 'web=2']), ['db macvlan_eth0']);
  assert.equal(called('scale', ['web=3']), ['db macvlan_eth0']);
  assert.equal(called('scale', ['web=1']), all);
});

const web = file(`x-netmode: { mode: macvlan, ${range} }`);
const key = 'web macvlan_eth0';

test('the same in every version: a new one would be a new device to the LAN', () => {
  assert.equal(macs(web), { [key]: 'c2:91:4f:17:bd:15' });
});

test('made from project, service and network, and from the addresses that the file gives', () => {
  const others = [
    web.replace('name: shop', 'name: mart'),
    web.replace('  web:', '  webb:'),
    web.replace('mode: macvlan', 'mode: macvlan, parent: eth1').replace('192.168.1.192', '10.20.1.192'),
    web.replace('192/27', '160/27'),
    web.replace('mode: macvlan', 'mode: macvlan, ipv4_address: 192.168.1.53'),
    web.replace('mode: macvlan', 'mode: macvlan, ipv4_address: 192.168.1.54'),
  ].map((text) => Object.values(macs(text))[0]!);
  assert.is(new Set([...others, macs(web)[key]]).size, others.length + 1);
  // What else the service says, and where, does not matter.
  for (const same of [
    web.replace('image: x', 'image: "y:2", hostname: w'),
    web.replace('mode: macvlan', 'mode: macvlan, aliases: [a]'),
    web.replace('services:', 'services:\n  a: { image: x, x-netmode: macvlan }'),
  ])
    assert.is(macs(same)[key], macs(web)[key]);
});

test('nobody looked at this host or its engine: the same', () => {
  const text = web.replace('mode: macvlan', 'mode: macvlan, parent: eth0, subnet: 192.168.1.0/24');
  assert.is(macs(text, { version: 1 })[key], macs(text)[key]);
});

const neighbour = (mac: string, more: Partial<HostNeighbour> = {}): HostNeighbour => ({
  ...{ address: '192.168.1.77', interface: 'eth0', state: 'stale', mac },
  ...more,
});
const withNeighbours = (...neighbours: readonly HostNeighbour[]): Facts => ({
  ...lanFacts,
  host: { ...lanFacts.host!, neighbours },
});
const container = (mac: string, more: Partial<EngineContainer> = {}): EngineContainer => ({
  ...{ id: 'c', name: 'c', running: true, networkMode: 'netcompose-eth0', ports: [] },
  networks: { 'netcompose-eth0': { ipv4: '192.168.1.193', mac } },
  ...more,
});
const withContainers = (...containers: readonly EngineContainer[]): Facts => ({
  ...lanFacts,
  engine: { ...lanFacts.engine!, containers },
});
const mac = macs(web)[key]!;

test('nobody else on the LAN has it', () => {
  const eth0 = lanFacts.host!.interfaces[1]!;
  for (const facts of [
    withNeighbours(neighbour(mac)),
    withNeighbours(neighbour(mac.toUpperCase())),
    withContainers(container(mac)),
    withContainers(container(mac, { project: 'shop', service: 'db' })),
    withContainers(container(mac, { project: 'mart', service: 'web' })),
    {
      ...lanFacts,
      host: { ...lanFacts.host!, interfaces: [...lanFacts.host!.interfaces, { ...eth0, name: 'x', mac }] },
    },
  ]) {
    const other = macs(web, facts)[key]!;
    assert.is.not(other, mac);
    assert.is(macs(web, facts)[key], other, 'the same each time');
    const third = macs(web, { ...facts, host: { ...facts.host!, neighbours: [neighbour(mac), neighbour(other)] } });
    assert.is.not(third[key], other);
  }
  const taken = `  other: { image: x, x-netmode: { mode: macvlan, mac_address: "${mac.toUpperCase()}" } }\n`;
  assert.is.not(macs(web + taken)[key], mac, 'the file gives it to another service');
});

test('its own container, and what the host remembers of it, are not somebody else', () => {
  const shim = { ...lanFacts.host!.interfaces[1]!, name: 'nc-eth0', kind: 'macvlan', mac: '2e:00:00:00:00:01' };
  const behind = withNeighbours(neighbour(mac, { interface: 'nc-eth0' }));
  const interfaces = [...lanFacts.host!.interfaces, shim];
  assert.is(macs(web, { ...behind, host: { ...behind.host!, interfaces } })[key], mac);
  assert.is(macs(web, withContainers(container(mac, { project: 'shop', service: 'web' })))[key], mac);
  const fixed = web.replace('mode: macvlan', 'mode: macvlan, ipv4_address: 192.168.1.53');
  const known = macs(fixed)[key]!;
  assert.is(macs(fixed, withNeighbours(neighbour(known, { address: '192.168.1.53' })))[key], known);
});

test('a container keeps a second address when whoever has the first is switched off', () => {
  const second = macs(web, withNeighbours(neighbour(mac)))[key]!;
  const running = (now: string) => withContainers(container(now, { project: 'shop', service: 'web' }));
  assert.is(macs(web, running(second))[key], second);
  // One that Docker or the file gave it before is not kept.
  assert.is(macs(web, running('02:42:c0:a8:01:35'))[key], mac);
  const both: Facts = { ...running(second), host: withNeighbours(neighbour(second)).host! };
  assert.is(macs(web, both)[key], mac);
});

test("its own container's address is found among those of others, and counts on its own network alone", () => {
  const second = macs(web, withNeighbours(neighbour(mac)))[key]!;
  const own = container(second, { project: 'shop', service: 'web' });
  for (const other of [
    container('02:42:c0:a8:01:99', { project: 'mart', service: 'web' }),
    container('02:42:c0:a8:01:99', { project: 'shop', service: 'db' }),
  ])
    assert.is(macs(web, withContainers(other, own))[key], second);
  const elsewhere = container(mac, { project: 'shop', service: 'web', networks: { other: { mac } } });
  assert.is.not(macs(web, withContainers(elsewhere))[key], mac);
});

test('any of the eight addresses after the first is kept, and none after those', () => {
  const chain = [mac];
  for (let count = 0; count < 9; count++)
    chain.push(macs(web, withNeighbours(...chain.map((each) => neighbour(each))))[key]!);
  assert.is(new Set(chain).size, 10);
  const kept = chain.map((now) => macs(web, withContainers(container(now, { project: 'shop', service: 'web' })))[key]);
  assert.equal(kept, [...chain.slice(0, 9), mac]);
});

test('ranges count wherever the file gives them, and "auto" is none', () => {
  const native = (ipam: string) =>
    macs(file('networks: [lan]', lan('    x-netmode: { host_access: none }\n').replace(`, ${range}`, ipam)));
  const found = [`, ${range}`, ', ip_range: 192.168.1.160/27', ''].map((ipam) => native(ipam)['web lan']);
  assert.is(new Set(found).size, 3);
  assert.not.ok(found.includes(undefined));
  assert.equal(macs(file('x-netmode: { mode: macvlan, ip_range: auto }')), macs(file('x-netmode: macvlan')));
});

test('none begins as those of Docker do', () => {
  const many = Array.from({ length: 100 }, (_, at) => `  s${at}: { image: x, x-netmode: macvlan }\n`).join('');
  const made = Object.values(macs(`name: shop\nservices:\n${many}`));
  assert.is(made.length, 100);
  for (const each of made) assert.match(each, /^[1-9a-f]2:/);
});

test('address/duplicate-mac sees them', () => {
  const { plan, intents } = planTexts(web, { facts: lanFacts });
  const other = { ...intents!.services.get('web')!.service, name: 'other' };
  const services = new Map([...plan!.services, ['other', { ...plan!.services.get('web')!, service: other }]]);
  const diagnostics = new Diagnostics();
  checkAddresses({ ...plan!, services }, parseFacts(lanFacts), diagnostics.report);
  assert.equal(
    diagnostics.sorted().map(({ rule, message }) => `${rule}: ${message}`),
    [`address/duplicate-mac: "other" has the MAC address ${mac}, as "web" does`],
  );
});

test('law: each unique, locally administered, for one device, and whatever the order of the services', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9_-]{0,9}$/), { minLength: 1, maxLength: 12 });
  const project = fc.stringMatching(/^[a-z][a-z0-9_-]{0,9}$/);
  holds(
    fc.property(project, names, fc.array(fc.nat(11)), (name, services, taken) => {
      const text = (list: readonly string[]) =>
        `name: ${name}\nservices:\n` +
        list.map((service) => `  "${service}": { image: x, x-netmode: macvlan }\n`).join('');
      const first = macs(text(services));
      assert.is(Object.keys(first).length, services.length);
      for (const made of Object.values(first)) assert.match(made, /^(?!02:42:)[\da-f]2(?::[\da-f]{2}){5}$/);
      assert.is(new Set(Object.values(first)).size, services.length);
      assert.equal(macs(text([...services].reverse())), Object.fromEntries(Object.entries(first).reverse()));
      // Where somebody has some of them, only those change, and to what nobody has.
      const known = new Set(taken.flatMap((index) => Object.values(first)[index] ?? []));
      const second = macs(text(services), withNeighbours(...[...known].map((each) => neighbour(each))));
      for (const [service, made] of Object.entries(second)) {
        assert.not.ok(known.has(made));
        if (!known.has(first[service]!)) assert.is(made, first[service]);
      }
      assert.is(new Set(Object.values(second)).size, services.length);
    }),
  );
});

test.run();
