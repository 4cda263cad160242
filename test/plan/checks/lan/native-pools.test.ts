/** What a native network on the LAN must say itself, and what it is advised to say. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EngineNetwork, Facts } from '../../../../src/plan/facts/facts.ts';
import { lanFacts, planTexts } from '../../../support/in-memory.ts';

const rules: readonly string[] = ['address/no-gateway', 'address/no-range-on-lan', 'subnet/ipv6-made-up'];

/** What is reported under these rules, as rule, message and help. */
function reported(text: string, facts: Facts = lanFacts) {
  return planTexts(text, { facts })
    .diagnostics.sorted()
    .filter(({ rule }) => rules.includes(rule))
    .map(({ rule, message, help }) => `${rule}: ${message}\n  ${help}`);
}

const lan = (pools: string, more = '', service = '') => {
  const ipam = pools && `, ipam: { config: [${pools}] }`;
  return (
    `services:\n  web: { image: x, networks: ${service || '[lan]'} }\n  db: { image: x }\n` +
    `networks:\n  lan: { driver: macvlan, driver_opts: { parent: eth0 }${ipam}${more} }\n`
  );
};
const subnet = 'subnet: 192.168.1.0/24';
const gateway = 'gateway: 192.168.1.1';
const range = 'ip_range: 192.168.1.192/27';

const noGateway =
  'address/no-gateway: network "lan": 192.168.1.0/24 has no "gateway": Docker takes the first address, or from ' +
  'version 29 on none, and the containers find no way out\n';
const noRange =
  'address/no-range-on-lan: network "lan" has no "ip_range" on the LAN 192.168.1.0/24: Docker gives "web" the first ' +
  'address that no other container has\n';
const noSubnet =
  'address/no-gateway: network "lan" gives no subnet: Docker chooses one of its own, in which the LAN has no router\n' +
  '  write "subnet", "gateway" and "ip_range" under "ipam"';

const madeUp =
  'subnet/ipv6-made-up: network "lan" has IPv6 and no IPv6 subnet: Docker makes one up, whose gateway nobody on the ' +
  'LAN has\n  leave "enable_ipv6" out, or write the LAN\'s own prefix under "ipam", with its router as "gateway"';

for (const [name, text, expected] of [
  ['IPv6 without a subnet', lan(`{ ${subnet}, ${gateway}, ${range} }`, ', enable_ipv6: true'), [madeUp]],
  ['IPv6 turned off', lan(`{ ${subnet}, ${gateway}, ${range} }`, ', enable_ipv6: false'), []],
  [
    'IPv6 without a subnet, internal',
    lan(`{ ${subnet}, ${gateway}, ${range} }`, ', enable_ipv6: true, internal: true'),
    [],
  ],
  ['all is said', lan(`{ ${subnet}, ${gateway}, ${range} }`), []],
  ['no gateway', lan(`{ ${subnet}, ${range} }`), [`${noGateway}  write "gateway: 192.168.1.1"`]],
  [
    'two ranges of one subnet, of which one only may name the gateway',
    lan(`{ ${subnet}, ${range} }, { ${subnet}, ip_range: 192.168.1.160/27 }`),
    [`${noGateway}  write "gateway: 192.168.1.1"`],
  ],
  [
    'two ranges of one subnet, of which the second names it',
    lan(`{ ${subnet}, ${range} }, { ${subnet}, ip_range: 192.168.1.160/27, ${gateway} }`),
    [],
  ],
  ['a gateway that is none: reported as that', lan(`{ ${subnet}, gateway: here, ${range} }`), []],
  [
    'no range',
    lan(`{ ${subnet}, ${gateway} }`),
    [`${noRange}  write "ip_range: 192.168.1.224/27", and keep it out of the DHCP server's pool`],
  ],
  [
    'no range, and a gateway that the host does not have',
    lan(`{ ${subnet}, gateway: 192.168.1.230 }`),
    [`${noRange}  write "ip_range: 192.168.1.192/27", and keep it out of the DHCP server's pool`],
  ],
  ['no range, but an address', lan(`{ ${subnet}, ${gateway} }`, '', '{ lan: { ipv4_address: 192.168.1.80 } }'), []],
  [
    'no range, and an address of the other family',
    lan(
      `{ ${subnet}, ${gateway} }, { subnet: "fd00:1::/64", ip_range: "fd00:1::1:0/112" }`,
      ', enable_ipv6: true',
      '{ lan: { ipv6_address: "fd00:1::80" } }',
    ),
    [`${noRange}  write "ip_range: 192.168.1.224/27", and keep it out of the DHCP server's pool`],
  ],
  ['no subnet', lan(''), [noSubnet]],
  ['no subnet, internal', lan('', ', internal: true'), []],
  ['no gateway, internal', lan(`{ ${subnet}, ${range} }`, ', internal: true'), []],
  ['nobody is on it', lan('', '', '[default]'), []],
  [
    'routers announce themselves',
    lan(
      `{ ${subnet}, ${gateway}, ${range} }, { subnet: "fd00:1::/64", ip_range: "fd00:1::1:0/112" }`,
      ', enable_ipv6: true',
    ),
    [],
  ],
] as const) {
  test(name, () => assert.equal(reported(text), expected));
}

test('an external network: what is missing there cannot be written here', () => {
  const text = 'services:\n  web: { image: x, networks: [lan] }\nnetworks:\n  lan: { external: true, name: br0 }\n';
  const facts: Facts = {
    ...lanFacts,
    engine: {
      ...lanFacts.engine!,
      networks: [
        {
          id: 'a1',
          name: 'br0',
          driver: 'macvlan',
          scope: 'local',
          internal: false,
          options: { parent: 'eth0' },
          labels: {},
          pools: [{ subnet: '192.168.1.0/24', auxiliaryAddresses: {} }],
        },
      ],
    },
  };
  assert.equal(reported(text, facts), [
    `${noRange}  give "web" an address of its own, and keep it out of the DHCP server's pool`,
  ]);
  const having = (pools: EngineNetwork['pools']) =>
    reported(text, { ...facts, engine: { ...facts.engine!, networks: [{ ...facts.engine!.networks[0]!, pools }] } });
  assert.equal(having([]), []);
  assert.equal(having([{ subnet: '192.168.1.0/24', ipRange: '192.168.1.192/27', auxiliaryAddresses: {} }]), []);
});

test('without a look at the host the help leaves the address open', () => {
  const { engine } = lanFacts;
  assert.equal(reported(lan(`{ ${subnet}, ${range} }`), { version: 1, ...(engine && { engine }) }), [
    `${noGateway}  write "gateway: …" with the address of the LAN's router`,
  ]);
});

test.run();
