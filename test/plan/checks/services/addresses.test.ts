/** Fixed addresses that somebody keeps: the file, an existing network, the shim. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EngineNetwork, Facts } from '../../../../src/plan/facts/facts.ts';
import { lanFacts, planTexts, told } from '../../../support/in-memory.ts';

const pool = 'subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.192/27';
const reserved = (text: string, facts: Facts = lanFacts) =>
  told(planTexts(text, { facts })).filter((line) => line.includes('address/'));

const web = (lan: string, address = '192.168.1.60') =>
  `services:\n  web: { image: x, networks: { lan: { ipv4_address: ${address} } } }\nnetworks:\n  lan: ${lan}\n`;

const aux = 'aux_addresses: { nas: 192.168.1.60, printer: 192.168.1.61 }';

for (const [name, lan] of [
  ['a native network', `{ driver: macvlan, driver_opts: { parent: eth0 }, ipam: { config: [{ ${pool}, ${aux} }] } }`],
  ['a bridge of a project with x-netmode', `{ ipam: { config: [{ ${pool}, ${aux} }] }, x-netmode: bridge }`],
  ['a network that netcompose defines', `{ ipam: { config: [{ ${pool}, ${aux} }] }, x-netmode: macvlan }`],
] as const) {
  test(`an address that the file keeps from containers: ${name}`, () => {
    assert.equal(reserved(web(lan)), [
      'error address/reserved: "web": 192.168.1.60 is kept from containers by "aux_addresses", as "nas"',
    ]);
    assert.equal(reserved(web(lan, '192.168.1.62')), []);
  });
}

test('the message names the place where it is kept', () => {
  const text = web(`{ driver: macvlan, driver_opts: { parent: eth0 }, ipam: { config: [{ ${pool}, ${aux} }] } }`);
  const [diagnostic] = planTexts(text, { facts: lanFacts }).diagnostics.sorted();
  const [related] = diagnostic!.related;
  assert.is(text.slice(related!.span.start, related!.span.end), '192.168.1.60');
  assert.is(diagnostic!.help, 'choose another address, such as 192.168.1.59');
});

const shared: EngineNetwork = {
  id: 'a1',
  name: 'netcompose-eth0',
  driver: 'macvlan',
  scope: 'local',
  internal: false,
  options: { parent: 'eth0', macvlan_mode: 'bridge' },
  labels: { 'netcompose.network': 'netcompose-eth0' },
  pools: [
    {
      subnet: '192.168.1.0/24',
      gateway: '192.168.1.1',
      ipRange: '192.168.1.192/27',
      auxiliaryAddresses: { nas: '192.168.1.60', 'netcompose-shim': '192.168.1.222' },
    },
  ],
};
const existing: Facts = { ...lanFacts, engine: { ...lanFacts.engine!, networks: [shared] } };
const on = (address: string) =>
  `services:\n  web: { image: x, x-netmode: { mode: macvlan, ipv4_address: ${address} } }\n`;

test('an address that an existing network keeps from containers', () => {
  assert.equal(reserved(on('192.168.1.60'), existing), [
    'error address/reserved: "web": 192.168.1.60 is kept from containers by "aux_addresses", as "nas"',
  ]);
  assert.equal(reserved(on('192.168.1.222'), existing), [
    'error address/reserved: "web": 192.168.1.222 is the shim\'s own address',
  ]);
  assert.equal(reserved(on('192.168.1.61'), existing), []);
});

test('one that an external network keeps from containers', () => {
  const external: Facts = { ...existing, engine: { ...existing.engine!, networks: [{ ...shared, name: 'br0' }] } };
  assert.equal(reserved(web('{ name: br0, external: true }'), external), [
    'error address/reserved: "web": 192.168.1.60 is kept from containers by "aux_addresses", as "nas"',
  ]);
});

test('aux_addresses of a network that netcompose defines reach Docker, and are judged', () => {
  const lan = `{ ipam: { config: [{ ${pool}, ${aux} }] }, x-netmode: macvlan }`;
  const { plan } = planTexts(web(lan, '192.168.1.70'), { facts: lanFacts });
  const [network] = plan!.actions;
  assert.ok(network?.kind === 'ensure-network');
  assert.equal([...network.pools[0]!.auxAddresses.keys()], ['nas', 'printer']);
  assert.equal(reserved(web(lan.replace('192.168.1.60', '192.168.2.60'), '192.168.1.70')), [
    'error address/range-invalid: aux_addresses 192.168.2.60 is outside 192.168.1.0/24',
  ]);
  assert.equal(reserved(web(lan.replace('192.168.1.60', 'nas.local'), '192.168.1.70')), [
    'error address/range-invalid: aux_addresses: "nas.local" is not an address',
  ]);
});

test('what is no address is told once, and nobody is given it', () => {
  const text =
    'services:\n' +
    '  web: { image: x, deploy: { replicas: 2 }, networks: { lan: { ipv4_address: 192.168.1.999 } } }\n' +
    '  api: { image: x, networks: { lan: { ipv4_address: 192.168.1.999 } } }\n' +
    `networks:\n  lan: { x-netmode: { mode: macvlan, ${pool} } }\n`;
  const { plan, ...outcome } = planTexts(text, { facts: lanFacts });
  assert.equal(told(outcome), [
    'error netmode/invalid-value: "web": "192.168.1.999" is not an address',
    'error netmode/invalid-value: "api": "192.168.1.999" is not an address',
  ]);
  assert.is(plan!.services.get('web')!.networks.get('lan')!.ipv4Address, undefined);
});

test('one address in two spellings is a duplicate', () => {
  const text =
    'services:\n' +
    '  web: { image: x, x-netmode: { network: lan, ipv6_address: "fd00:2::5" } }\n' +
    '  api: { image: x, x-netmode: { network: lan, ipv6_address: "FD00:2:0::0005" } }\n' +
    'networks:\n  lan: { x-netmode: { mode: ipvlan-l3, subnet: "fd00:2::/64" } }\n';
  assert.equal(reserved(text), ['error address/duplicate: "api" has the address fd00:2::5, as "web" does']);
});

test.run();
