/** The shims that there should be, by the engine and the kernel alone. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type {
  EngineContainer,
  EngineFacts,
  EngineNetwork,
  Facts,
  HostInterface,
} from '../../../src/plan/facts/facts.ts';
import { formatAddress, formatCidr } from '../../../src/plan/facts/ip.ts';
import { parseFacts } from '../../../src/plan/facts/parsed-facts.ts';
import { rememberShims, type SeenShim, seenShims, wantedShims } from '../../../src/plan/shims/wanted-shims.ts';
import { ip } from '../../support/addresses.ts';
import { lanFacts, planTexts } from '../../support/in-memory.ts';

const shared = 'netcompose-eth0';
const network = (more: Partial<EngineNetwork> = {}): EngineNetwork => ({
  ...{ id: '1', name: shared, driver: 'macvlan', scope: 'local', internal: false },
  options: { parent: 'eth0', macvlan_mode: 'bridge' },
  labels: more.name === undefined ? { 'netcompose.network': shared } : {},
  pools: [{ subnet: '192.168.1.0/24', gateway: '192.168.1.1', ipRange: '192.168.1.224/27', auxiliaryAddresses: {} }],
  ...more,
});
const container = (on: string, attached: EngineContainer['networks'][string], running = true): EngineContainer => ({
  ...{ id: 'c', name: `c-${attached.ipv4}`, running, networkMode: on, ports: [] },
  networks: { [on]: attached },
});
const link = (more: Partial<HostInterface> = {}): HostInterface => ({
  ...{ name: 'nc-eth0', index: 9, kind: 'macvlan', mode: 'bridge', link: 'eth0', up: true, loopback: false },
  ...{ wireless: false, mtu: 1500, group: 28259, alias: `netcompose:${more.name === undefined ? shared : 'lan'}` },
  addresses: ['169.254.255.28/32'],
  scopes: { '169.254.255.28/32': 'link' },
  ...more,
});
const inRange = container(shared, { ipv4: '192.168.1.225' });

interface Case {
  readonly networks?: readonly EngineNetwork[];
  readonly containers?: readonly EngineContainer[];
  readonly links?: readonly HostInterface[];
  readonly engine?: Partial<EngineFacts>;
  readonly remembered?: readonly SeenShim[];
  /** Interfaces of the host that are not there. */
  readonly without?: string;
  /** Addresses that the host has lost. */
  readonly withoutAddresses?: boolean;
  readonly rpFilter?: Readonly<Record<string, number>>;
  readonly wanted: readonly string[];
}

function factsOf({
  networks = [network()],
  containers = [inRange],
  links = [],
  engine,
  without,
  ...rest
}: Case): Facts {
  const host = lanFacts.host!;
  const interfaces = host.interfaces
    .filter(({ name }) => name !== without)
    .map((one) => (rest.withoutAddresses && one.name === 'eth0' ? { ...one, addresses: [] } : one));
  return {
    ...lanFacts,
    host: { ...host, rpFilter: rest.rpFilter ?? { all: 0, eth0: 0 }, interfaces: [...interfaces, ...links] },
    engine: { ...lanFacts.engine!, networks, containers, ...engine },
  };
}

/** A shim in one line: name, kind, its own addresses, where it leads to. */
const wantedOf = (one: Case) =>
  wantedShims(parseFacts(factsOf(one)), one.remembered).map(({ name, driver, mode, addresses, routes, neighbours }) =>
    [
      ...[name, driver, mode, ...addresses.map((address) => `own ${formatAddress(address)}`)],
      ...routes.map(({ destination, named }) => `to ${formatCidr(destination)}${named ? ` (${named})` : ''}`),
      ...(neighbours.length > 0 ? [`${neighbours.length} neighbours at ${neighbours[0]!.mac}`] : []),
    ].join(' '),
  );

const plain = 'nc-eth0 macvlan bridge to 192.168.1.224/27';
const native = network({ name: 'lan' });
const own = link({ name: 'nc-lan', addresses: ['192.168.1.254/32'], scopes: {} });
const keeping = network({
  pools: [
    {
      ...{ subnet: '192.168.1.0/24', gateway: '192.168.1.1', ipRange: '192.168.1.224/27' },
      auxiliaryAddresses: { 'netcompose-shim': '192.168.1.222' },
    },
  ],
});
const ipvlan = network({
  ...{ driver: 'ipvlan', options: { parent: 'eth0', ipvlan_mode: 'l2' } },
  pools: [{ subnet: '192.168.1.0/24', gateway: '192.168.1.1', ipRange: '192.168.1.224/30', auxiliaryAddresses: {} }],
});
const seen: SeenShim = { network: 'lan', name: 'nc-lan', addresses: [ip('192.168.1.254')] };

const cases: Readonly<Record<string, Case>> = {
  'a shared network with a container': { wanted: [plain] },
  'one whose container puts up addresses by itself, in the range and outside': {
    containers: [{ ...inRange, floating: ['192.168.1.60', '192.168.1.226', '10.0.0.1'] }],
    wanted: [`${plain} to 192.168.1.60/32`],
  },
  'the same on ipvlan L2, whose shim then has an address': {
    networks: [ipvlan],
    containers: [{ ...inRange, floating: ['192.168.1.60'] }],
    links: [link({ kind: 'ipvlan', mode: 'l2', addresses: ['192.168.1.227/32'], scopes: {} })],
    wanted: ['nc-eth0 ipvlan l2 own 192.168.1.227 to 192.168.1.224/30 to 192.168.1.60/32'],
  },
  'a shared network that nobody uses': { containers: [], wanted: [] },
  'the same, and its shim is there': { containers: [], links: [link()], wanted: [plain] },
  'a shared network that was made without a shim': {
    networks: [network({ labels: { 'netcompose.network': shared, 'netcompose.host-access': 'none' } })],
    wanted: [],
  },
  'the same, and another project has made one': {
    networks: [network({ labels: { 'netcompose.network': shared, 'netcompose.host-access': 'none' } })],
    links: [link()],
    wanted: [plain],
  },
  "a project's network, whose shim is there": {
    ...{ networks: [native], containers: [container('lan', { ipv4: '192.168.1.225' })], links: [own] },
    wanted: ['nc-lan macvlan bridge own 192.168.1.254 to 192.168.1.224/27'],
  },
  "a project's network without one": {
    ...{ networks: [native], containers: [container('lan', { ipv4: '192.168.1.225' })] },
    wanted: [],
  },
  'the same, but one was seen: with the address that it had': {
    ...{ networks: [native], containers: [container('lan', { ipv4: '192.168.1.225' })], remembered: [seen] },
    wanted: ['nc-lan macvlan bridge own 192.168.1.254 to 192.168.1.224/27'],
  },
  'the same, and the network has no container': { networks: [native], containers: [], remembered: [seen], wanted: [] },
  'the address that was flushed': {
    ...{ networks: [native], links: [{ ...own, addresses: [] }], remembered: [seen] },
    wanted: ['nc-lan macvlan bridge own 192.168.1.254 to 192.168.1.224/27'],
  },
  'its network is gone': { networks: [], links: [link()], wanted: [] },
  'its parent is gone': { links: [link({ link: 'eth7' })], without: 'eth0', wanted: [] },
  'a network with a flag that no shim reaches': {
    networks: [network({ options: { parent: 'eth0', macvlan_mode: 'private' } })],
    wanted: [],
  },
  'a bridge': { networks: [network({ driver: 'bridge', options: {} })], wanted: [] },
  'an engine elsewhere': { engine: { remote: true }, wanted: [] },
  'Docker Desktop': { engine: { kind: 'desktop' }, wanted: [] },
  'an address kept in the network': {
    networks: [keeping],
    wanted: ['nc-eth0 macvlan bridge own 192.168.1.222 to 192.168.1.224/27'],
  },
  'the address of the host is away for a moment: none is chosen': { withoutAddresses: true, wanted: [plain] },
  'the same, and one is kept': {
    ...{ networks: [keeping], withoutAddresses: true },
    wanted: ['nc-eth0 macvlan bridge own 192.168.1.222 to 192.168.1.224/27'],
  },
  'containers beside the range, running or not': {
    containers: [
      container(shared, { ipv4: '192.168.1.50', fixed: ['192.168.1.50'] }),
      container(shared, { fixed: ['192.168.1.51'] }, false),
      container(shared, { ipv4: '192.168.1.52' }),
    ],
    wanted: [`nc-eth0 macvlan bridge to 192.168.1.224/27 to 192.168.1.50/32 to 192.168.1.51/32 to 192.168.1.52/32`],
  },
  'a network without a range': {
    networks: [network({ pools: [{ subnet: '192.168.1.0/24', auxiliaryAddresses: {} }] })],
    wanted: ['nc-eth0 macvlan bridge to 192.168.1.225/32'],
  },
  'ipvlan L2': {
    networks: [ipvlan],
    wanted: ['nc-eth0 ipvlan l2 to 192.168.1.224/30 4 neighbours at 52:54:00:12:34:56'],
  },
  'ipvlan L2 without an address of the host: nothing works now': {
    ...{ networks: [ipvlan], withoutAddresses: true },
    wanted: ['nc-eth0 ipvlan l2'],
  },
  'ipvlan L2 under strict rp_filter': {
    ...{ networks: [ipvlan], rpFilter: { all: 1, eth0: 0 } },
    wanted: ['nc-eth0 ipvlan l2'],
  },
  'ipvlan L3': {
    networks: [
      network({
        ...{ driver: 'ipvlan', options: { parent: 'eth0', ipvlan_mode: 'l3' } },
        pools: [{ subnet: '10.7.1.0/24', auxiliaryAddresses: {} }],
      }),
    ],
    containers: [container(shared, { ipv4: '10.7.1.2' })],
    wanted: ['nc-eth0 ipvlan l3 to 10.7.1.0/24'],
  },
};

for (const [name, one] of Object.entries(cases)) test(name, () => assert.equal(wantedOf(one), one.wanted));

test('of what a project has planned, there is nothing left to plan', () => {
  const { plan } = planTexts(
    'services: { web: { image: x, x-netmode: ' +
      '{ mode: macvlan, ip_range: 192.168.1.224/27, ipv4_address: 192.168.1.50 } } }',
    { facts: lanFacts },
  );
  const [planned] = plan!.shims;
  const fixed = container(shared, { ipv4: '192.168.1.50', fixed: ['192.168.1.50'] });
  const [wanted] = wantedShims(parseFacts(factsOf({ containers: [fixed], wanted: [] })));
  assert.equal({ ...wanted, key: '' }, { ...planned, key: '' });
});

test('what is known of shims stays while their networks are there', () => {
  const facts = (one: Omit<Case, 'wanted'>) => parseFacts(factsOf({ ...one, wanted: [] }));
  const first = rememberShims([], facts({ networks: [native], links: [own] }));
  assert.equal(first, [seen]);
  assert.equal(rememberShims(first, facts({ networks: [native] })), [seen], 'deleted');
  assert.equal(
    rememberShims(first, facts({ networks: [native], links: [{ ...own, addresses: [] }] })),
    [seen],
    'flushed',
  );
  assert.equal(rememberShims(first, facts({ networks: [] })), [], 'with its network');
  assert.equal(seenShims(facts({ links: [link({ group: 0, alias: 'mine' })] })), [], "somebody else's");
});

test.run();
