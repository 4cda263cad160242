/** What cannot be read, or is dropped, is told once: what follows from it is no second error. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lanFacts, planTexts, told } from '../../support/in-memory.ts';

const macvlan = (keys: string) => `services:\n  web: { image: x, x-netmode: { mode: macvlan, ${keys} } }\n`;
const range = 'ip_range: 192.168.1.192/27';
const native = (addresses: string, more: string) =>
  `services:\n  web: { image: x, x-netmode: bridge, networks: { n: { ${addresses} } } }\nnetworks:\n  n: { ${more} }\n`;
const pools = (...subnets: readonly string[]) =>
  `ipam: { config: [${subnets.map((subnet) => `{ subnet: "${subnet}" }`).join(', ')}] }`;

for (const [what, text, said] of [
  [
    'an address in a subnet that Docker drops',
    native('ipv6_address: "fd00::5"', pools('10.40.1.0/24', 'fd00::/64')),
    'error subnet/family-not-enabled: network "n": Docker ignores fd00::/64, because IPv6 is not enabled',
  ],
  [
    'an address in the only subnet, which Docker drops',
    native('ipv6_address: "fd00::5"', pools('fd00::/64')),
    'error subnet/family-not-enabled: network "n": Docker ignores fd00::/64, because IPv6 is not enabled',
  ],
  [
    'an address in an IPv4 subnet that Docker drops',
    native('ipv4_address: 10.40.1.5', `enable_ipv4: false, enable_ipv6: true, ${pools('10.40.1.0/24', 'fd00::/64')}`),
    'error subnet/family-not-enabled: network "n": Docker ignores 10.40.1.0/24, because IPv4 is not enabled',
  ],
  [
    'an address in a subnet that cannot be read',
    native('ipv4_address: 10.41.1.5', pools('10.40.1.0/24', '10.41.1.0/33')),
    'error address/range-invalid: "10.41.1.0/33" is not a subnet',
  ],
  [
    'an address, and one of two subnets of "x-netmode" cannot be read',
    macvlan(`${range}, subnet: [192.168.1.0/24, "fd00::/zz"], ipv6_address: "fd00::5"`),
    'error netmode/invalid-value: "web": "subnet" is "fd00::/zz"',
  ],
  [
    'a range that cannot be read',
    macvlan('ip_range: 192.168.1.192/99'),
    'error netmode/invalid-value: "web": "ip_range" is "192.168.1.192/99"',
  ],
  [
    'a gateway that cannot be read',
    macvlan('vlan: 9, subnet: 192.168.9.0/24, ip_range: 192.168.9.192/27, gateway: 192.168.9.256'),
    'error netmode/invalid-value: "web": "gateway" is "192.168.9.256"',
  ],
  [
    'a gateway outside the subnet',
    macvlan('vlan: 9, subnet: 192.168.9.0/24, ip_range: 192.168.9.192/27, gateway: 10.0.0.1'),
    'error address/range-invalid: gateway 10.0.0.1 is outside 192.168.9.0/24',
  ],
  [
    'a parent that cannot be read',
    macvlan('parent: "eth 0!", ip_range: 192.168.9.192/27'),
    'error netmode/invalid-value: "web": "parent" is "eth 0!"',
  ],
  [
    'a VLAN that is none',
    macvlan('vlan: 9000, ip_range: 192.168.9.192/27'),
    'error netmode/invalid-value: "web": "vlan" is 9000',
  ],
] as const)
  test(what, () => assert.equal(told(planTexts(text, { facts: lanFacts })), [said]));

test('what else is wrong with an address is told beside it', () => {
  const addresses = 'ipv6_address: "fd00::1"';
  const pool = '{ subnet: 10.40.1.0/24 }, { subnet: "fd00::/64", gateway: "fd00::1" }';
  assert.equal(told(planTexts(native(addresses, `ipam: { config: [${pool}] }`), { facts: lanFacts })), [
    'error address/reserved: "web": fd00::1 is the gateway',
    'error subnet/family-not-enabled: network "n": Docker ignores fd00::/64, because IPv6 is not enabled',
  ]);
  assert.equal(
    told(planTexts(native('ipv6_address: "fd01::5"', pools('10.40.1.0/24', 'fd00::/64')), { facts: lanFacts })),
    [
      'error address/outside-subnet: "web": fd01::5 is outside fd00::/64',
      'error subnet/family-not-enabled: network "n": Docker ignores fd00::/64, because IPv6 is not enabled',
    ],
  );
});

test.run();
