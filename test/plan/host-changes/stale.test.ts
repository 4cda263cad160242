/** What shims lead to although nothing is there any more. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EngineContainer, EngineNetwork, HostInterface, HostRoute } from '../../../src/plan/facts/facts.ts';
import type { ShimState } from '../../../src/plan/facts/shim-state.ts';
import { rulesTo, staleOn } from '../../../src/plan/host-changes/stale.ts';
import { lanFacts, planTexts } from '../../support/in-memory.ts';

const shim = (more: Partial<HostInterface> = {}): HostInterface => ({
  ...{ name: 'nc-eth0', index: 9, kind: 'macvlan', mode: 'bridge', up: true, loopback: false, wireless: false },
  ...{ mtu: 1500, addresses: ['169.254.255.28/32'], group: 28259, alias: 'netcompose:netcompose-eth0' },
  ...more,
});
const network = (ipRange?: string, subnet = '192.168.1.0/24'): EngineNetwork => ({
  ...{ id: '1', name: 'netcompose-eth0', driver: 'macvlan', scope: 'local', internal: false, options: {} },
  labels: { 'netcompose.network': 'netcompose-eth0' },
  pools: [{ subnet, ...(ipRange !== undefined && { ipRange }), auxiliaryAddresses: {} }],
});
const container = (attached: EngineContainer['networks'][string], running = true): EngineContainer => ({
  ...{ id: 'c', name: 'c', running, networkMode: 'x', ports: [] },
  networks: { 'netcompose-eth0': attached },
});
const route = (destination: string, more: Partial<HostRoute> = {}): HostRoute => ({
  ...{ destination, family: 4, interface: 'nc-eth0' },
  ...more,
});
const returnRule = (address: string, more: object = {}) => ({
  ...{ source: `${address}/128`, table: '28259', priority: 32765, protocol: '2' },
  ...more,
});
const rule = (destination: string, more: object = {}) => ({
  ...{ destination, table: '28259', priority: 32765, protocol: '2' },
  ...more,
});

interface Case {
  readonly shim?: Partial<HostInterface>;
  readonly routes?: readonly HostRoute[];
  readonly state?: Partial<ShimState>;
  readonly networks?: readonly EngineNetwork[];
  readonly containers?: readonly EngineContainer[];
  readonly leased?: readonly string[];
  readonly remote?: boolean;
  readonly gone: readonly string[];
}

const range = '192.168.1.224/27';
const cases: Readonly<Record<string, Case>> = {
  'the range and a fixed address beside it are needed': {
    routes: [route(range), route('192.168.1.53/32')],
    containers: [container({ ipv4: '192.168.1.53', fixed: ['192.168.1.53'] })],
    gone: [],
  },
  'an address that a container puts up by itself is needed, one that none does is not': {
    routes: [route('192.168.1.60/32'), route('192.168.1.61/32')],
    containers: [{ ...container({ ipv4: '192.168.1.225' }), floating: ['192.168.1.60'] }],
    gone: ['ip route del 192.168.1.61/32 dev nc-eth0'],
  },
  'a fixed address is its own while the container is stopped': {
    routes: [route('192.168.1.53/32')],
    containers: [container({ fixed: ['192.168.1.53'] }, false)],
    gone: [],
  },
  'the container is gone': {
    routes: [route(range), route('192.168.1.53/32')],
    gone: ['ip route del 192.168.1.53/32 dev nc-eth0'],
  },
  'the container has another address': {
    routes: [route('192.168.1.53/32'), route('192.168.1.54/32')],
    containers: [container({ ipv4: '192.168.1.54' })],
    gone: ['ip route del 192.168.1.53/32 dev nc-eth0'],
  },
  'the range is another': { routes: [route('192.168.1.192/27')], gone: ['ip route del 192.168.1.192/27 dev nc-eth0'] },
  'a range that was widened': {
    routes: [route('192.168.1.224/28'), route(range)],
    gone: ['ip route del 192.168.1.224/28 dev nc-eth0'],
  },
  'what the host has learned on that way': {
    routes: [route('192.168.1.53/32')],
    state: {
      neighbours: [
        { shim: 'nc-eth0', address: '192.168.1.53', permanent: false },
        { shim: 'nc-eth0', address: '192.168.1.225', permanent: false },
        { shim: 'nc-eth0', address: 'fe80::1', permanent: false },
      ],
    },
    gone: ['ip route del 192.168.1.53/32 dev nc-eth0', 'ip neigh flush to 192.168.1.53 dev nc-eth0'],
  },
  'what the host has learned of a container that is gone, or is another by now': {
    routes: [route(range)],
    containers: [
      container({ ipv4: '192.168.1.225', mac: '02:00:00:00:00:05' }),
      container({ ipv4: '192.168.1.226', mac: '02:00:00:00:00:06' }),
      container({ fixed: ['192.168.1.227'] }, false),
    ],
    state: {
      neighbours: [
        { shim: 'nc-eth0', address: '192.168.1.225', mac: '02:00:00:00:00:05', permanent: false },
        { shim: 'nc-eth0', address: '192.168.1.226', mac: '02:00:00:00:00:16', permanent: false },
        { shim: 'nc-eth0', address: '192.168.1.227', mac: '02:00:00:00:00:07', permanent: false },
        // It puts that up by itself.
        { shim: 'nc-eth0', address: '192.168.1.228', mac: '02:00:00:00:00:06', permanent: false },
        // Nobody has answered.
        { shim: 'nc-eth0', address: '192.168.1.229', permanent: false },
        { shim: 'nc-eth0', address: '192.168.1.230', mac: '02:00:00:00:00:10', permanent: true },
        { shim: 'nc-eth0', address: '192.168.1.53', mac: '02:00:00:00:00:11', permanent: false },
      ],
    },
    gone: ['ip neigh flush to 192.168.1.226 dev nc-eth0', 'ip neigh flush to 192.168.1.227 dev nc-eth0'],
  },
  'a floating address may be on another machine': {
    routes: [route(range), route('192.168.1.60/32')],
    containers: [
      {
        ...container({ ipv4: '192.168.1.225', mac: '02:00:00:00:00:05' }),
        floating: ['192.168.1.60', '192.168.1.230'],
      },
    ],
    state: {
      neighbours: ['192.168.1.60', '192.168.1.230'].map((address) => ({
        ...{ shim: 'nc-eth0', address, mac: '02:00:00:00:00:99', permanent: false },
      })),
    },
    gone: [],
  },
  'an engine that tells no MAC addresses of some': {
    routes: [route(range)],
    containers: [container({ ipv4: '192.168.1.225', mac: '02:00:00:00:00:05' }), container({ ipv4: '192.168.1.226' })],
    state: {
      neighbours: [{ shim: 'nc-eth0', address: '192.168.1.227', mac: '02:00:00:00:00:07', permanent: false }],
    },
    gone: [],
  },
  'what was written down on ipvlan, even where the route went before': {
    shim: { kind: 'ipvlan', mode: 'l2' },
    routes: [route(range)],
    state: {
      neighbours: [
        { shim: 'nc-eth0', address: '192.168.1.53', permanent: true },
        { shim: 'nc-eth0', address: '192.168.1.225', permanent: true },
      ],
    },
    gone: ['ip neigh del 192.168.1.53 dev nc-eth0'],
  },
  'at layer 3 the whole subnet is needed': {
    shim: { kind: 'ipvlan', mode: 'l3' },
    networks: [network()],
    routes: [route('192.168.1.0/24'), route('192.168.2.0/24')],
    gone: ['ip route del 192.168.2.0/24 dev nc-eth0'],
  },
  'rules go before routes, and a rule without a route goes': {
    routes: [route('192.168.1.53/32')],
    state: {
      tableRoutes: [route(range), route('192.168.1.53/32')],
      rules: [rule(range), rule('192.168.1.53/32'), rule('192.168.1.99/32')],
    },
    gone: [
      'ip rule del to 192.168.1.53/32 lookup 28259 pref 32765',
      'ip rule del to 192.168.1.99/32 lookup 28259 pref 32765',
      'ip route del 192.168.1.53/32 dev nc-eth0 table 28259',
      'ip route del 192.168.1.53/32 dev nc-eth0',
    ],
  },
  'rules of others stay': {
    state: {
      rules: [
        rule('192.168.1.99/32', { priority: 5000 }),
        rule('192.168.1.99/32', { table: '100' }),
        rule('192.168.1.99/32', { protocol: '0' }),
      ],
    },
    gone: [],
  },
  'routes of others stay': {
    routes: [
      route('10.9.0.0/16', { gateway: '192.168.1.225' }),
      route('10.8.0.0/16', { metric: 50 }),
      route('192.168.1.99/32', { interface: 'eth0' }),
      route('default'),
    ],
    gone: [],
  },
  'IPv6: the address that the shim has, for which the kernel has a route, stays': {
    shim: { addresses: ['fd00:1::ffff/128'] },
    routes: [
      route('fd00:1::ffff/128', { family: 6, metric: 256 }),
      route('fd00:1::80/128', { family: 6, metric: 1024 }),
    ],
    gone: ['ip -6 route del fd00:1::80/128 dev nc-eth0'],
  },
  'IPv6: the way back is to the subnet of the network, for as long as the shim has the address': {
    shim: { addresses: ['fd00:1::cf/128'] },
    networks: [network(undefined, 'fd00:1::/64')],
    state: {
      tableRoutes: ['fd00:1::/64', 'fd00:2::/64'].map((to) => route(to, { family: 6, metric: 1024 })),
      rules6: [returnRule('fd00:1::cf'), returnRule('fd00:1::ce'), returnRule('fd00:1::cd', { protocol: '4' })],
    },
    gone: [
      'ip -6 rule del from fd00:1::ce/128 lookup 28259 pref 32765',
      'ip -6 rule del from fd00:1::cd/128 lookup 28259 pref 32765',
      'ip -6 route del fd00:2::/64 dev nc-eth0 table 28259',
    ],
  },
  'IPv6: rules of others stay': {
    state: {
      rules6: [
        returnRule('fd00:1::ce', { priority: 5000 }),
        returnRule('fd00:1::ce', { table: '100' }),
        returnRule('fd00:1::ce', { source: undefined }),
      ],
    },
    gone: [],
  },
  'IPv6: a rule of another shim stays while containers are started there': {
    shim: { addresses: ['fd00:1::cf/128'] },
    leased: ['netcompose-eth0'],
    state: { rules6: [returnRule('fd00:1::cf')] },
    gone: [],
  },
  'an interface of others': { shim: { group: 0, alias: 'mine' }, routes: [route('192.168.1.53/32')], gone: [] },
  'a shim that is not marked yet': { shim: { alias: '' }, routes: [route('192.168.1.53/32')], gone: [] },
  'a network that another netcompose is starting on': {
    leased: ['netcompose-eth0'],
    routes: [route('192.168.1.53/32')],
    gone: [],
  },
  'a network that is not there': { networks: [], routes: [route('192.168.1.53/32')], gone: [] },
  'an engine elsewhere': { remote: true, routes: [route('192.168.1.53/32')], gone: [] },
};

const noState: ShimState = { tableRoutes: [], rules: [], neighbours: [] };

for (const [name, one] of Object.entries(cases)) {
  test(name, () => {
    const { routes = [], networks = [network(range)], containers = [], leased = [], remote = false } = one;
    const facts = {
      host: { ...lanFacts.host!, interfaces: [...lanFacts.host!.interfaces, shim(one.shim)], routes },
      engine: { ...lanFacts.engine!, networks, containers, remote },
      state: { ...noState, ...one.state },
    };
    assert.equal(
      staleOn(facts, new Set(leased)).map(({ command }) => command.join(' ')),
      one.gone,
    );
  });
}

test('what the plan is about to start is needed, and where it names no source, none is left in the table', () => {
  const text =
    'services:\n  web: { image: x, networks: { lan: { ipv4_address: 192.168.1.53 } } }\n' +
    'networks:\n  lan: { x-netmode: { mode: macvlan, parent: eth0, subnet: 192.168.1.0/24, gateway: 192.168.1.1, ' +
    `ip_range: ${range} } }\n`;
  const { plan } = planTexts(text, { facts: lanFacts });
  const facts = {
    host: {
      ...lanFacts.host!,
      interfaces: [...lanFacts.host!.interfaces, shim()],
      routes: [route(range), route('192.168.1.53/32'), route('192.168.1.54/32')],
    },
    engine: { ...lanFacts.engine!, networks: [network(range)] },
    state: { ...noState, tableRoutes: [route(range)], rules: [rule(range)] },
  };
  assert.equal(
    staleOn(facts, new Set(), plan!.shims).map(({ command }) => command.join(' ')),
    [
      `ip rule del to ${range} lookup 28259 pref 32765`,
      `ip route del ${range} dev nc-eth0 table 28259`,
      'ip route del 192.168.1.54/32 dev nc-eth0',
    ],
  );
});

test('what was learned of a container that is gone is told from what is in the way of one that is there', () => {
  const learned = { shim: 'nc-eth0', mac: '02:00:00:00:00:16', permanent: false };
  const facts = {
    host: { ...lanFacts.host!, interfaces: [...lanFacts.host!.interfaces, shim()], routes: [route(range)] },
    engine: {
      ...lanFacts.engine!,
      networks: [network(range)],
      containers: [container({ ipv4: '192.168.1.226', mac: '02:00:00:00:00:06' })],
    },
    state: {
      ...noState,
      neighbours: ['192.168.1.226', '192.168.1.227'].map((address) => ({ ...learned, address })),
    },
  };
  assert.equal(
    staleOn(facts, new Set()).map((one) => 'isGone' in one),
    [false, true],
  );
});

test('a planned shim that has lost its address keeps the rule to it', () => {
  const text =
    'services: { web: { image: x, x-netmode: { mode: macvlan, subnet: "fd00:1::/64", ip_range: "fd00:1::c0/124" } } }';
  const { plan } = planTexts(text, { facts: lanFacts });
  const facts = {
    host: { ...lanFacts.host!, interfaces: [...lanFacts.host!.interfaces, shim()], routes: [] },
    engine: { ...lanFacts.engine!, networks: [network('fd00:1::c0/124', 'fd00:1::/64')] },
    state: { ...noState, rules6: [returnRule('fd00:1::cf')] },
  };
  assert.equal(staleOn(facts, new Set(), plan!.shims), []);
  assert.is(staleOn(facts, new Set()).length, 1);
});

test('the rule for what a shim answers goes before it, and that of another stays', () => {
  const state = { ...noState, rules6: [returnRule('fd00:1::cf'), returnRule('fd00:1::ce')] };
  assert.equal(
    rulesTo(shim({ addresses: ['fd00:1::cf/128'] }), state).map(({ command }) => command.join(' ')),
    ['ip -6 rule del from fd00:1::cf/128 lookup 28259 pref 32765'],
  );
});

test('the rules to a shim are those of its routes in our table', () => {
  const state = {
    ...noState,
    tableRoutes: [route(range), route('10.0.0.0/24', { interface: 'nc-eth1' })],
    rules: [rule(range), rule('10.0.0.0/24')],
  };
  assert.equal(
    rulesTo(shim(), state).map(({ command }) => command.join(' ')),
    [`ip rule del to ${range} lookup 28259 pref 32765`],
  );
});

test.run();
