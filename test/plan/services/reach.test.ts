/** Where a service answers: this host's side, and the LAN's. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { placeText, reachText } from '../../../src/emit/text/reach-text.ts';
import type { EngineFacts, Facts } from '../../../src/plan/facts/facts.ts';
import { parseFacts } from '../../../src/plan/facts/parsed-facts.ts';
import { timesOutOnLan } from '../../../src/plan/services/reach.ts';
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

const engine = (changes: Partial<EngineFacts>): Facts => ({ ...lanFacts, engine: { ...lanFacts.engine!, ...changes } });
const remote = engine({ remote: true });
const machine = (...ports: readonly string[]) =>
  ports.flatMap((port) => [`host <engine's machine>:${port}`, `lan <engine's machine>:${port}`]);

for (const [name, facts, ports, expected] of [
  ['on a remote engine: every address', remote, '"8080:80", "0.0.0.0:81:80"', machine('8080', '81')],
  ['on a remote engine: its loopback address', remote, '"127.0.0.1:8080:80"', []],
  [
    'on a remote engine: one of its addresses',
    remote,
    '"10.1.0.5:8080:80"',
    ['host 10.1.0.5:8080', 'lan 10.1.0.5:8080'],
  ],
  ['an address that this host has not', lanFacts, '"192.168.1.11:8080:80"', []],
  [
    'a virtual machine that passes no loopback address but the first',
    engine({ kind: 'desktop', product: 'Colima' }),
    '"127.0.0.9:8080:80", "127.0.0.1:81:80"',
    ['host 127.0.0.1:81'],
  ],
  ['one that passes each', engine({ kind: 'desktop' }), '"127.0.0.9:8080:80"', ['host 127.0.0.9:8080']],
] as const) {
  test(name, () => assert.equal(reach(`ports: [${ports}], x-netmode: bridge`, facts), expected));
}

/** Where this host finds each of several services. */
const places = (services: string) =>
  [...planTexts(`services:\n${services}`, { facts: lanFacts }).plan!.services].map(
    ([name, { reach: all }]) => `${name} ${reachText(all, 'host')}`,
  );

test("a namespace's ports are those of the service that says them, or opens them", () => {
  assert.equal(
    places(
      '  vpn: { image: x, x-netmode: bridge }\n  g: { image: x, x-netmode: "service:vpn", ports: ["81:81"] }\n' +
        '  h: { image: x, x-netmode: { mode: "service:vpn", listen: [81] } }\n',
    ),
    ['vpn localhost:81', 'g localhost:81', 'h -'],
  );
  assert.equal(
    places(
      '  vpn: { image: x, ports: ["80:80", "81:81/udp"], x-netmode: bridge }\n' +
        '  g: { image: x, network_mode: "service:vpn", expose: ["80/udp", "81/udp"] }\n',
    ),
    ['vpn localhost:80, localhost:81/udp', 'g localhost:81/udp'],
  );
});

const native = (ipam: string) => `driver: macvlan, driver_opts: { parent: eth0 }${ipam}`;
const pool = (...subnets: readonly string[]) =>
  `, ipam: { config: [${subnets.map((subnet) => `{ subnet: "${subnet}" }`).join(', ')}] }`;

for (const [name, network, facts, expected] of [
  ["the host's own LAN", native(pool('192.168.1.0/24')), lanFacts, true],
  ["the host's own LAN, with IPv6", native(pool('192.168.1.0/24', 'fd00:1::/64')), lanFacts, true],
  ['another', native(pool('10.20.0.0/16')), lanFacts, false],
  ['one that the file does not tell', native(''), lanFacts, true],
  ['nobody looked at this host', native(pool('10.20.0.0/16')), { version: 1 }, true],
  ['for this host alone', 'x-netmode: { mode: macvlan, host_access: loopback }', lanFacts, false],
  ['not on the LAN', 'x-netmode: { mode: ipvlan-l3, subnet: 10.7.0.0/24 }', lanFacts, false],
  ['a bridge', '', lanFacts, false],
] as const satisfies readonly (readonly [string, string, Facts, boolean])[]) {
  test(`published ports beside a LAN network time out for the LAN: ${name}: ${expected}`, () => {
    const { plan } = planTexts(
      `services:\n  web: { image: x, networks: [back, lan] }\nnetworks:\n  back:\n  lan: { ${network} }\n`,
      { facts },
    );
    assert.is(timesOutOnLan(plan!.services.get('web')!, plan!.networks, parseFacts(facts)), expected);
  });
}

test.run();
