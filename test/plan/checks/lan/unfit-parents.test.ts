/** Interfaces that cannot carry containers, under networks as Docker itself knows them. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EngineFacts, Facts, HostFacts, HostInterface } from '../../../../src/plan/facts/facts.ts';
import { lanFacts, planTexts } from '../../../support/in-memory.ts';

const pool = 'subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.192/27';
/** `web` is on a native network; without a parent Docker gives that a link of its own. */
const native = (parent: string | undefined, driver = 'macvlan', more = '') =>
  `services:\n  web: { image: x, networks: [lan] }\nnetworks:\n  lan: { driver: ${driver}, ` +
  `${parent === undefined ? '' : `driver_opts: { parent: ${parent} }, `}ipam: { config: [{ ${pool} }] }${more} }\n`;
const managed = (parent: string) =>
  `services:\n  web: { image: x, x-netmode: { mode: macvlan, parent: ${parent}, ${pool} } }\n`;

function reported(text: string, facts: Facts = lanFacts) {
  return planTexts(text, { facts })
    .diagnostics.sorted()
    .filter(({ rule }) => rule.startsWith('parent/') || rule.startsWith('engine/'))
    .map(({ severity, rule, help }) => `${severity} ${rule}: ${help}`);
}

const withEngine = (engine: Partial<EngineFacts>, host: Partial<HostFacts> = {}): Facts => ({
  ...lanFacts,
  host: { ...lanFacts.host!, ...host },
  engine: { ...lanFacts.engine!, ...engine },
});
const eth0 = (changed: Partial<HostInterface>): readonly HostInterface[] =>
  lanFacts.host!.interfaces.map((each) => (each.name === 'eth0' ? { ...each, ...changed } : each));

test('an interface that is fit', () => {
  assert.equal(reported(native('eth0')), []);
  assert.equal(reported(native('wlan0', 'ipvlan')), []);
});

test('an interface that is down, a member of a bridge, loopback or Wi-Fi: the help is for who has to write it', () => {
  const down = withEngine({}, { interfaces: eth0({ up: false }) });
  const enslaved = withEngine({}, { interfaces: eth0({ master: 'br0' }) });
  for (const text of [native('eth0'), managed('eth0')]) {
    assert.equal(reported(text, down), ['warning parent/down: ip link set dev eth0 up']);
    assert.equal(reported(text, enslaved), ['error parent/enslaved: write "parent: br0"']);
  }
  assert.equal(reported(native('lo')), ['error parent/loopback: name the interface of the LAN']);
  assert.equal(reported(managed('lo')), ['error parent/loopback: name the interface of the LAN, or "auto"']);
  assert.equal(reported(native('wlan0')), ['error parent/wireless: write "driver: ipvlan"']);
  assert.equal(reported(managed('wlan0')), ['error parent/wireless: write ipvlan-l2 instead of macvlan']);
});

const remote = 'run netcompose on that machine, or use "driver: bridge" there';

test('an engine that has no such interface is told once, whatever the interface is', () => {
  const interfaces = eth0({ up: false });
  assert.equal(reported(native('eth0'), withEngine({ kind: 'desktop' }, { interfaces })), [
    'error engine/desktop: use "driver: bridge" there',
  ]);
  assert.equal(reported(native('eth0'), withEngine({ remote: true }, { interfaces })), [
    `warning engine/remote: ${remote}`,
  ]);
});

test('an engine on another machine makes the network, but not the shim', () => {
  const shim = native('eth0', 'macvlan', ', x-netmode: { host_access: shim }');
  assert.equal(reported(shim, withEngine({ remote: true })), [`error engine/remote: ${remote}`]);
  assert.equal(reported(shim, withEngine({ kind: 'desktop' })), ['error engine/desktop: use "driver: bridge" there']);
});

test('without a parent it works on any engine whose kernel has the driver, but for a rootless one', () => {
  assert.equal(reported(native(undefined), withEngine({ kind: 'desktop' })), []);
  assert.equal(reported(native(undefined), withEngine({ remote: true })), []);
  assert.equal(reported(native(undefined), withEngine({ kind: 'rootless' })), [
    'error engine/rootless: use "driver: bridge" there',
  ]);
  const [missing] = reported(native(undefined), withEngine({}, { drivers: { macvlan: 'missing' } }));
  assert.match(missing!, /^error engine\/kernel-lacks-driver: .*use "driver: bridge" there$/);
});

test.run();
