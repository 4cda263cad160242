/** Bridges and layer 3 networks where this host is already, or has a route to. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Facts } from '../../../../src/plan/facts/facts.ts';
import { lanFacts, planTexts } from '../../../support/in-memory.ts';

const host = (changes: Partial<NonNullable<Facts['host']>>): Facts => ({
  ...lanFacts,
  host: { ...lanFacts.host!, ...changes },
});
const reported = (network: string, facts: Facts = lanFacts) =>
  planTexts(`services:\n  web: { image: x, networks: [net] }\nnetworks:\n  net: ${network}\n`, { facts })
    .diagnostics.sorted()
    .filter(({ rule }) => rule === 'subnet/taken-by-host')
    .map(({ severity, message }) => `${severity} ${message}`);
const bridge = (subnet: string, more = '') => `{ driver: bridge${more}, ipam: { config: [{ subnet: ${subnet} }] } }`;
const lan = 'network "net": 192.168.1.0/24 overlaps 192.168.1.0/24, in which this host is on eth0: the network would ';

test('a bridge in the LAN', () => {
  assert.equal(reported(bridge('192.168.1.0/24')), [`error ${lan}take its place`]);
  assert.equal(reported(bridge('192.168.99.0/24')), []);
});

test('where the host is counts more than where it has a route to', () => {
  const { routes } = lanFacts.host!;
  const facts = host({
    routes: [{ family: 4, destination: '192.168.0.0/16', gateway: '10.20.0.1', interface: 'eth1' }, ...routes],
  });
  assert.equal(reported(bridge('192.168.1.0/24'), facts), [`error ${lan}take its place`]);
  assert.equal(reported(bridge('192.168.99.0/24'), facts), [
    'warning network "net": 192.168.99.0/24 overlaps 192.168.0.0/16, to which this host has a route on eth1: ' +
      'the network would take its place',
  ]);
});

test('the bridge that the network names is its own', () => {
  const own = (name: string) => `, driver_opts: { com.docker.network.bridge.name: ${name} }`;
  const [eth0] = lanFacts.host!.interfaces.slice(1);
  const mine = { ...eth0!, name: 'br-mine', index: 30, addresses: ['172.30.0.1/24'] };
  const facts = host({ interfaces: [...lanFacts.host!.interfaces, mine] });
  assert.equal(reported(bridge('172.30.0.0/24', own('br-mine')), facts), []);
  assert.is(reported(bridge('172.30.0.0/24', own('br-other')), facts).length, 1);
});

test('a layer 3 network: what is on its parent has a rule of its own', () => {
  const l3 = (parent: string) =>
    `{ driver: ipvlan, driver_opts: { parent: ${parent}, ipvlan_mode: l3 }, ` +
    'ipam: { config: [{ subnet: 192.168.1.0/25 }] } }';
  assert.equal(reported(l3('eth0')), []);
  assert.is(reported(l3('eth1')).length, 1);
});

test('networks at layer 2 take no route', () => {
  const l2 =
    '{ driver: macvlan, driver_opts: { parent: eth1 }, ' +
    'ipam: { config: [{ subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.192/27 }] } }';
  assert.equal(reported(l2), []);
  assert.equal(reported('{ driver: overlay, ipam: { config: [{ subnet: 192.168.1.0/24 }] } }'), []);
});

test.run();
