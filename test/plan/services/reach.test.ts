/** Where a service answers: this host's side, and the LAN's. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { placeText } from '../../../src/emit/text/reach-text.ts';
import type { Facts } from '../../../src/plan/facts/facts.ts';
import { lanFacts, planTexts } from '../../support/in-memory.ts';

function reach(keys: string, facts: Facts = lanFacts) {
  const { plan } = planTexts(`services:\n  web: { image: x, ${keys} }\n`, { facts });
  return plan!.services.get('web')!.reach.map((each) => `${each.from} ${placeText(each)}`);
}

const lan = (rest: string) => `x-netmode: { mode: macvlan, ip_range: 192.168.1.192/27, listen: [80], ${rest} }`;
const pools = 'subnet: [192.168.1.0/24, "fd00:1::/64"], ip_range: [192.168.1.192/27, "fd00:1::f000/116"]';
const both = (addresses: string) => `x-netmode: { mode: macvlan, ${pools}, listen: [80], ${addresses} }`;

for (const [name, keys, expected] of [
  ['a bridge', 'ports: ["8080:80"], x-netmode: bridge', ['host localhost:8080', 'lan 192.168.1.10:8080']],
  [
    'every IPv4 address',
    'ports: ["0.0.0.0:8080:80"], x-netmode: bridge',
    ['host localhost:8080', 'lan 192.168.1.10:8080'],
  ],
  ['this host alone', 'ports: ["127.0.0.1:8080:80"], x-netmode: bridge', ['host 127.0.0.1:8080']],
  [
    'one address',
    'ports: ["192.168.1.10:8080:80"], x-netmode: bridge',
    ['host 192.168.1.10:8080', 'lan 192.168.1.10:8080'],
  ],
  ['nothing published', 'x-netmode: bridge', []],
  ['host mode', 'x-netmode: { mode: host, listen: [8080] }', ['host localhost:8080', 'lan 192.168.1.10:8080']],
  ['host mode, for this host alone', 'x-netmode: { mode: host, listen: ["127.0.0.1:8080"] }', ['host 127.0.0.1:8080']],
  ["what listens on a bridge's own address alone", 'expose: [80], x-netmode: bridge', []],
  ['an address of the LAN', lan('ipv4_address: 192.168.1.53'), ['host 192.168.1.53:80', 'lan 192.168.1.53:80']],
  ['without access from this host', lan('ipv4_address: 192.168.1.53, host_access: none'), ['lan 192.168.1.53:80']],
  ['an address of IPv6', both('ipv6_address: "fd00:1::53"'), ['host [fd00:1::53]:80', 'lan [fd00:1::53]:80']],
  [
    'an address of either family: IPv4',
    both('ipv4_address: 192.168.1.53, ipv6_address: "fd00:1::53"'),
    ['host 192.168.1.53:80', 'lan 192.168.1.53:80'],
  ],
  ['private: the shim is left out too', lan('ipv4_address: 192.168.1.53, flag: private'), ['lan 192.168.1.53:80']],
] as const) {
  test(name, () => assert.equal(reach(keys), expected));
}

test('whatever this host is called', () => {
  assert.equal(reach('ports: ["8080:80"], x-netmode: bridge', { version: 1 }), [
    'host localhost:8080',
    'lan <host>:8080',
  ]);
});

test.run();
