/** Which source the kernel gives by itself, and what a shim is like where that is not the host's address. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EngineNetwork, Facts, HostInterface } from '../../../src/plan/facts/facts.ts';
import { formatAddress } from '../../../src/plan/facts/ip.ts';
import { parseFacts } from '../../../src/plan/facts/parsed-facts.ts';
import { sourceByItself } from '../../../src/plan/host-changes/source.ts';
import { ip } from '../../support/addresses.ts';
import { commandsIn, lanFacts, planTexts } from '../../support/in-memory.ts';

const eth0 = lanFacts.host!.interfaces[1]!;
const at = (index: number, name: string, more: Partial<HostInterface> = {}): HostInterface => ({
  ...{ name, index, up: true, loopback: false, wireless: false, mtu: 1500, addresses: [] },
  ...more,
});
const hostWith = (...interfaces: readonly HostInterface[]): Facts => ({
  ...lanFacts,
  host: { ...lanFacts.host!, interfaces },
});
const eth0At = (index: number, more: Partial<HostInterface> = {}) => ({ ...eth0, index, ...more });

for (const [name, interfaces, expected] of [
  ['it is the first', [eth0At(2), at(3, 'docker0', { addresses: ['172.17.0.1/16'] })], true],
  ['one with an address was there before', [eth0At(3), at(2, 'docker0', { addresses: ['172.17.0.1/16'] })], false],
  ['loopback does not count', [at(1, 'lo', { loopback: true, addresses: ['127.0.0.1/8'] }), eth0At(2)], true],
  [
    'but an address of scope global on it does',
    [at(1, 'lo', { loopback: true, addresses: ['127.0.0.1/8', '10.0.0.1/32'] }), eth0At(2)],
    false,
  ],
  [
    'scope link does not',
    [at(1, 'x', { master: 'b', addresses: ['10.0.0.1/32'], scopes: { '10.0.0.1/32': 'link' } }), eth0At(2)],
    true,
  ],
  ['one that is up may get an address', [at(1, 'usb0'), eth0At(2)], false],
  ['one that is down may not', [at(1, 'usb0', { up: false }), eth0At(2)], true],
  ['a member of a bridge may not', [at(1, 'usb0', { master: 'br0' }), eth0At(2)], true],
  ['a shim of ours may not', [at(1, 'nc-x', { kind: 'macvlan', group: 28259 }), eth0At(2)], true],
  ['another address comes first', [eth0At(2, { addresses: ['10.0.0.1/8', '192.168.1.10/24'] })], false],
  [
    'a secondary one does not',
    [eth0At(2, { addresses: ['192.168.1.9/24', '192.168.1.10/24'], secondary: ['192.168.1.9/24'] })],
    true,
  ],
  ['nobody has any', [], false],
] as const satisfies readonly (readonly [string, readonly HostInterface[], boolean])[]) {
  test(`the source by itself: ${name}`, () =>
    assert.is(sourceByItself(ip('192.168.1.10'), parseFacts(hostWith(...interfaces)).host!), expected));
}

const pools = 'subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.224/28';
const web = (mode = 'macvlan', more = '') =>
  `services:\n  web: { image: x, x-netmode: { mode: ${mode}, parent: eth0, ${pools}${more} } }\n`;
const late = hostWith(eth0At(3), at(2, 'docker0', { addresses: ['172.17.0.1/16'] }));
const shared = (auxiliaryAddresses: Readonly<Record<string, string>> = {}): EngineNetwork => ({
  ...{ id: '1', name: 'netcompose-eth0', driver: 'macvlan', scope: 'local', internal: false },
  options: { parent: 'eth0', macvlan_mode: 'bridge' },
  labels: { 'netcompose.network': 'netcompose-eth0' },
  pools: [{ subnet: '192.168.1.0/24', gateway: '192.168.1.1', ipRange: '192.168.1.224/28', auxiliaryAddresses }],
});
const withNetwork = (facts: Facts, network: EngineNetwork): Facts => ({
  ...facts,
  engine: { ...facts.engine!, networks: [network] },
});
const route = 'ip route add 192.168.1.224/28 dev nc-eth0 scope global';
const sender = 'ip addr add 169.254.255.28/32 dev nc-eth0 scope link';
const spare = 'ip addr add 192.168.1.239/32 dev nc-eth0';
const table = [
  'ip route replace 192.168.1.224/28 dev nc-eth0 src 192.168.1.10 table 28259',
  'ip rule add to 192.168.1.224/28 lookup 28259 pref 32765 protocol kernel',
];
/** Addresses, routes and rules. */
const leading = (facts: Facts, text = web()) =>
  commandsIn(planTexts(text, { facts }).plan).filter((line) => /^ip (addr|route|rule) /.test(line));

test('by itself: no address of its own, and no source', () => assert.equal(leading(lanFacts), [sender, route]));

test('not by itself, and the network is still to be made: an address that it keeps', () => {
  assert.equal(leading(late), [spare, route]);
  assert.ok(
    commandsIn(planTexts(web(), { facts: late }).plan)[0]!.includes('--aux-address netcompose-shim=192.168.1.239'),
  );
});

test('not by itself, and the range has no address left to keep: the source is named', () => {
  const full = ['225', '226', '227'].map(
    (last) =>
      `  web${last}: { image: x, x-netmode: { mode: macvlan, parent: eth0, ip_range: 192.168.1.224/30, ` +
      `ipv4_address: 192.168.1.${last} } }\n`,
  );
  const { plan } = planTexts(`services:\n${full.join('')}`, { facts: late });
  assert.equal(
    plan!.shims.flatMap(({ ways }) => ways.map(({ named, source }) => [named, source && formatAddress(source)])),
    [['table', '192.168.1.10']],
  );
});

test('the network is there and keeps an address: that one, whatever the kernel would choose', () => {
  for (const facts of [lanFacts, late])
    assert.equal(leading(withNetwork(facts, shared({ 'netcompose-shim': '192.168.1.230' }))), [
      'ip addr add 192.168.1.230/32 dev nc-eth0',
      route,
    ]);
});

test('the network is there and keeps none: the source is named in a table of its own, before the other route', () => {
  assert.equal(leading(withNetwork(late, shared())), [sender, ...table, route]);
});

const onNetwork = (keys: string, more = '') =>
  'services:\n  web: { image: x, networks: [lan] }\n' +
  `networks:\n  lan: { ${more}x-netmode: { mode: macvlan, parent: eth0, ${pools}, ${keys} } }\n`;

test('an address that is given is taken', () => {
  const given = onNetwork('shim: { ipv4_address: 192.168.1.9 }');
  assert.equal(leading(withNetwork(late, shared()), given), ['ip addr add 192.168.1.9/32 dev nc-eth0', route]);
});

test('ipvlan asks nobody by ARP: no sender', () => {
  assert.equal(leading(lanFacts, web('ipvlan-l3').replace(pools, 'subnet: 10.7.1.0/24')), [
    'ip route add 10.7.1.0/24 dev nc-eth0 scope global',
  ]);
});

for (const [name, rpFilter, more, expected] of [
  ['with a default route', { all: 2, default: 2 }, '', sender],
  ['without a default route', { all: 0, default: 2 }, 'internal: true, ', spare],
  ['without a default route, nobody looked', { all: 0 }, 'internal: true, ', spare],
  ['without a default route, nothing is filtered', { all: 0, default: 0 }, 'internal: true, ', sender],
] as const) {
  test(`containers that might drop a link-local sender: ${name}`, () => {
    const facts = { ...lanFacts, host: { ...lanFacts.host!, rpFilter } };
    assert.is(leading(facts, onNetwork('scope: project', more))[0], expected);
  });
}

test('containers that might drop a link-local sender: strictly filtered, and on another network too', () => {
  const text = onNetwork('scope: project').replace('[lan]', '[lan, default]');
  for (const [all, expected] of [
    [0, sender],
    [1, spare],
  ] as const) {
    const facts = { ...lanFacts, host: { ...lanFacts.host!, rpFilter: { all, default: 0 } } };
    assert.is(leading(facts, text)[0], expected);
  }
});

test('a DHCP client that hears the shim gets answers of another type, before it is up', () => {
  const facts = { ...lanFacts, host: { ...lanFacts.host!, answersHeard: true } };
  const lines = commandsIn(planTexts(web(), { facts }).plan);
  const told = lines.findIndex((line) => line.startsWith('nft '));
  assert.match(lines[told]!, /arp htype set 6/);
  assert.is(lines[told + 1], 'ip link set dev nc-eth0 up');
});

test('NetworkManager is told to leave the shim alone, before it is up', () => {
  const facts = { ...lanFacts, host: { ...lanFacts.host!, networkManager: true } };
  const lines = commandsIn(planTexts(web(), { facts }).plan);
  const told = lines.indexOf('nmcli device set nc-eth0 managed no');
  assert.is(lines[told + 1], 'ip link set dev nc-eth0 up');
});

test.run();
