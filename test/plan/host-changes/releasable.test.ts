import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EngineContainer, EngineFacts, EngineNetwork, HostInterface } from '../../../src/plan/facts/facts.ts';
import { releasable, withLastShim } from '../../../src/plan/host-changes/releasable.ts';

const network = (name: string, labels: Record<string, string> = { 'netcompose.network': name }): EngineNetwork => ({
  id: name,
  name,
  driver: 'macvlan',
  scope: 'local',
  internal: false,
  options: {},
  labels,
  pools: [],
});
const shim = (name: string, more: Partial<HostInterface> = {}): HostInterface => ({
  name,
  index: 9,
  kind: 'macvlan',
  up: true,
  loopback: false,
  wireless: false,
  mtu: 1500,
  addresses: [],
  group: 28259,
  ...more,
});
const container = (on: string, running: boolean): EngineContainer => ({
  id: 'c',
  name: 'c',
  running,
  networkMode: on,
  networks: { [on]: {} },
  ports: [],
});

interface Case {
  readonly networks?: readonly EngineNetwork[];
  readonly containers?: readonly EngineContainer[];
  readonly interfaces?: readonly HostInterface[];
  readonly engine?: Partial<EngineFacts>;
  readonly leased?: readonly string[];
  readonly removed: readonly string[];
}

const lanShim = shim('nc-eth0', { alias: 'netcompose:lan' });
const table: Readonly<Record<string, Case>> = {
  'nothing there': { removed: [] },
  'an unused network and its shim': {
    networks: [network('lan')],
    interfaces: [lanShim],
    removed: ['docker network rm lan', 'ip link del dev nc-eth0'],
  },
  'an unused network without a shim': { networks: [network('lan')], removed: ['docker network rm lan'] },
  'a running container keeps both': {
    networks: [network('lan')],
    interfaces: [lanShim],
    containers: [container('lan', true)],
    removed: [],
  },
  'a stopped container keeps both': {
    networks: [network('lan')],
    interfaces: [lanShim],
    containers: [container('lan', false)],
    removed: [],
  },
  'a lease keeps both': { networks: [network('lan')], interfaces: [lanShim], leased: ['lan'], removed: [] },
  'a container elsewhere keeps nothing': {
    networks: [network('lan'), network('other', {})],
    containers: [container('other', true)],
    removed: ['docker network rm lan'],
  },
  'a network without our label stays; its shim, which nothing uses, goes': {
    networks: [network('lan', {})],
    interfaces: [lanShim],
    removed: ['ip link del dev nc-eth0'],
  },
  'a container on a network without our label keeps the shim': {
    networks: [network('lan', {})],
    interfaces: [lanShim],
    containers: [container('lan', false)],
    removed: [],
  },
  'a label copied to another network is not ours': {
    networks: [network('copy', { 'netcompose.network': 'lan' })],
    removed: [],
  },
  'a shim whose network is gone': { interfaces: [lanShim], removed: ['ip link del dev nc-eth0'] },
  'a shim whose network is about to be made': { interfaces: [lanShim], leased: ['lan'], removed: [] },
  'a half-made shim': { interfaces: [shim('nc-eth0')], removed: ['ip link del dev nc-eth0'] },
  'a shim known by its alias alone': {
    interfaces: [shim('nc-eth0', { alias: 'netcompose:lan', group: 0 })],
    removed: ['ip link del dev nc-eth0'],
  },
  'an interface of another make': {
    interfaces: [shim('nc-eth0', { group: 0 }), shim('x', { alias: 'my-netcompose:lan', group: 0 })],
    removed: [],
  },
  'our group on an interface that is no shim': {
    interfaces: [shim('br0', { kind: 'bridge' }), shim('eth0', { alias: 'netcompose:lan', kind: 'veth' })],
    removed: [],
  },
  'an engine elsewhere says nothing about our shims': {
    networks: [network('lan')],
    interfaces: [lanShim],
    engine: { remote: true },
    removed: ['docker network rm lan'],
  },
  'a rootless engine does neither': { interfaces: [lanShim], engine: { kind: 'rootless' }, removed: [] },
  'several, in order': {
    networks: [network('b'), network('a'), network('c')],
    interfaces: [
      shim('nc-b', { alias: 'netcompose:b' }),
      shim('nc-c', { alias: 'netcompose:c' }),
      shim('nc-old', { alias: 'netcompose:old' }),
    ],
    containers: [container('c', false)],
    removed: ['docker network rm a', 'docker network rm b', 'ip link del dev nc-b', 'ip link del dev nc-old'],
  },
};

for (const [
  name,
  { networks = [], containers = [], interfaces = [], engine = {}, leased = [], removed },
] of Object.entries(table)) {
  test(name, () => {
    const facts = {
      version: '28.5.2',
      kind: 'engine',
      remote: false,
      swarm: 'inactive',
      networks,
      containers,
      ...engine,
    } as const;
    const state = { tableRoutes: [], rules: [], neighbours: [] };
    const host = { platform: 'linux', interfaces, routes: [], rpFilter: {} };
    assert.equal(
      releasable({ host, engine: facts, state }, new Set(leased)).map(({ command }) => command.join(' ')),
      removed,
    );
  });
}

for (const [name, interfaces, heard, expected] of [
  ['the last shim takes with it what retypes the answers of all', [lanShim], true, true],
  ['one that stays keeps it', [lanShim, shim('nc-c', { alias: 'netcompose:c' })], true, false],
  ['nobody hears them', [lanShim], false, false],
] as const) {
  test(name, () => {
    const host = { platform: 'linux', interfaces, routes: [], rpFilter: {}, answersHeard: heard };
    const gone = [{ kind: 'shim', shim: lanShim.name, command: [] }] as const;
    assert.is(withLastShim(host, gone).length === 1, expected);
    assert.equal(withLastShim(host, []), []);
  });
}

test.run();
