/** What changes against what runs, where not all containers of a service are alike, and where names are strange. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { planDiff } from '../../../../src/emit/text/diff/plan-diff.ts';
import type { EngineContainer, EngineNetwork, Facts } from '../../../../src/plan/facts/facts.ts';
import { standingOf } from '../../../../src/plan/standing/standing.ts';
import { lanFacts, planTexts } from '../../../support/in-memory.ts';

const container = (id: string, networks: readonly string[]): EngineContainer => ({
  id,
  name: id,
  project: 'shop',
  service: 'web',
  running: true,
  networkMode: 'shop_default',
  networks: Object.fromEntries(networks.map((name) => [name, {}])),
  ports: [],
});

function diffOf(
  text: string,
  containers: readonly EngineContainer[],
  networks: readonly EngineNetwork[] = [bridge('172.18.0.0/16')],
) {
  const facts: Facts = { ...lanFacts, engine: { ...lanFacts.engine!, containers, networks } };
  const { plan } = planTexts(text, { facts });
  const standing = standingOf(plan!, facts);
  return { state: standing.services.get('web')?.state, diff: planDiff(plan!, standing, false) };
}

const web = 'name: shop\nservices:\n  web: { image: x, scale: 2, x-netmode: bridge }\n';

test('one container of several is attached otherwise: it is the one that the diff shows', () => {
  const { state, diff } = diffOf(web, [container('a', ['shop_default']), container('b', ['other'])]);
  assert.is(state, 'changes');
  assert.match(diff, '-    network: other\n+    network: shop_default\n');
});

test('all are as planned', () => {
  const { state, diff } = diffOf(web, [container('a', ['shop_default']), container('b', ['shop_default'])]);
  assert.is(state, 'there');
  assert.is(diff, '');
});

test('a name with a line break stays on its line', () => {
  const text = 'name: shop\nservices:\n  web: { image: x, networks: [n], x-netmode: bridge }\n';
  const { diff } = diffOf(`${text}networks:\n  n: { name: "a\\n-b", x-netmode: bridge }\n`, []);
  assert.match(diff, '+    network: a␊-b\n');
});

test('a route to an address that the files give nobody any more goes', () => {
  const shim = 'netcompose-eth0';
  const at = (address: string) => ({ [shim]: { ipv4: address, fixed: [address] } });
  const of = (service: string, address: string) => ({ ...container(service, []), service, networks: at(address) });
  const route = (destination: string) => ({ family: 4, destination, interface: 'nc-eth0', scope: 'global' }) as const;
  const { host, engine } = lanFacts;
  const facts: Facts = {
    ...lanFacts,
    host: {
      ...host!,
      interfaces: [
        ...host!.interfaces,
        {
          ...{ name: 'nc-eth0', index: 9, kind: 'ipvlan', mode: 'l2', link: 'eth0', up: true, loopback: false },
          ...{ wireless: false, mtu: 1500, group: 28259, alias: `netcompose:${shim}`, addresses: [] },
        },
      ],
      routes: [...host!.routes, ...['192.168.1.192/27', '192.168.1.53/32', '192.168.1.54/32'].map(route)],
    },
    engine: { ...engine!, containers: [of('web', '192.168.1.53'), of('api', '192.168.1.54')] },
  };
  const on = (address: string) => `image: x, x-netmode: { mode: ipvlan-l2, ${lan}, ipv4_address: ${address} }`;
  const lan = 'subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.192/27, parent: eth0';
  const text = `name: shop\nservices:\n  web: { ${on('192.168.1.54')} }\n  api: { ${on('192.168.1.55')} }\n`;
  const { plan } = planTexts(text, { facts });
  assert.match(
    planDiff(plan!, standingOf(plan!, facts), false),
    [
      '~ shim nc-eth0',
      '     ipvlan l2 on eth0',
      '     route: 192.168.1.192/27',
      '-    route: 192.168.1.53/32',
      '     route: 192.168.1.54/32',
      '+    route: 192.168.1.55/32',
    ].join('\n'),
  );
});

/** A change of the file, what runs, and the lines that tell of it. */
interface Change {
  readonly says: string;
  readonly service: string;
  readonly more?: string;
  readonly runs: Partial<EngineContainer>;
  readonly networks?: readonly EngineNetwork[];
  readonly lines: readonly string[];
}

const port = (published: number, target: number, ip = '0.0.0.0') => ({ ip, published, target, protocol: 'tcp' });
const bridge = (subnet: string, driver = 'bridge'): EngineNetwork => ({
  ...{ id: 'n', name: 'shop_default', driver, scope: 'local', internal: false, options: {}, labels: {} },
  pools: [{ subnet, gateway: subnet.replace(/0\/.*/, '1'), auxiliaryAddresses: {} }],
});
const fixed = 'networks: { default: { ipv4_address: 10.5.0.9, mac_address: "02-42-00-00-00-01" } }';
const pool = (subnet: string) => `networks: { default: { ipam: { config: [{ subnet: ${subnet} }] } } }\n`;

const changes: readonly Change[] = [
  { says: 'nothing', service: 'image: x', runs: {}, lines: [] },
  {
    says: 'a port is the same in both families, and whichever Docker has chosen',
    service: 'image: x, ports: ["8080:80", "81", "127.0.0.1:90:90", "9000-9002:9000"]',
    runs: {
      ports: [port(8080, 80), port(8080, 80, '::'), port(32768, 81), port(90, 90, '127.0.0.1'), port(9001, 9000)],
    },
    lines: [],
  },
  {
    says: 'another port',
    service: 'image: x, ports: ["8081:80", "53:53/udp"]',
    runs: { ports: [port(8080, 80), port(8080, 80, '::')] },
    lines: ['-    port: 8080 -> 80/tcp', '+    port: 53 -> 53/udp', '+    port: 8081 -> 80/tcp'],
  },
  {
    says: 'no port any more, and one for this host alone',
    service: 'image: x, ports: ["127.0.0.1:8080:80"]',
    runs: { ports: [port(8080, 80)] },
    lines: ['-    port: 8080 -> 80/tcp', '+    port: 127.0.0.1:8080 -> 80/tcp'],
  },
  {
    says: 'another MAC address, however it is spelled',
    service: `image: x, ${fixed}`,
    runs: { networks: { shop_default: { fixed: ['10.5.0.9'], mac: '02:42:00:00:00:02' } } },
    lines: [
      '-    network: shop_default 10.5.0.9 mac 02:42:00:00:00:02',
      '+    network: shop_default 10.5.0.9 mac 02:42:00:00:00:01',
    ],
  },
  {
    says: 'the same MAC address, and one that nobody asked for',
    service: `image: x, ${fixed}`,
    runs: { networks: { shop_default: { fixed: ['10.5.0.9'], mac: '02:42:00:00:00:01' } } },
    lines: [],
  },
  {
    says: 'the MAC address of a whole service',
    service: 'image: x, mac_address: "02:42:00:00:00:01"',
    runs: { networks: { shop_default: { mac: '02:42:00:00:00:09' } } },
    lines: ['-    mac: 02:42:00:00:00:09', '+    mac: 02:42:00:00:00:01'],
  },
  {
    says: 'more containers',
    service: 'image: x, scale: 3',
    runs: {},
    lines: ['-    containers: 1', '+    containers: 3'],
  },
  {
    says: 'another subnet',
    service: 'image: x',
    more: pool('10.5.0.0/24'),
    runs: {},
    networks: [bridge('10.6.0.0/24')],
    lines: ['-    subnet: 10.6.0.0/24 gateway 10.6.0.1', '+    subnet: 10.5.0.0/24'],
  },
  {
    says: 'the subnet that is asked for, and the gateway that Docker has chosen',
    service: 'image: x',
    more: pool('10.6.0.0/24'),
    runs: {},
    networks: [bridge('10.6.0.0/24')],
    lines: [],
  },
  {
    says: 'whatever subnet Docker has chosen',
    service: 'image: x',
    runs: {},
    networks: [bridge('172.18.0.0/16')],
    lines: [],
  },
  {
    says: 'another driver',
    service: 'image: x',
    more: 'networks: { default: {} }\n',
    runs: {},
    networks: [bridge('172.18.0.0/16', 'macvlan')],
    lines: ['-    driver: macvlan', '+    driver: bridge'],
  },
];

for (const { says, service, more = '', runs, networks, lines } of changes)
  test(`what changes: ${says}`, () => {
    const containers = [{ ...container('a', ['shop_default']), ...runs }];
    const text = `name: shop\nservices:\n  web: { ${service} }\n${more}`;
    const { diff } = diffOf(text, containers, networks ?? [bridge('172.18.0.0/16')]);
    assert.equal(
      diff.split('\n').filter((line) => /^[+-] {4}/.test(line)),
      lines,
    );
    assert.is(diff === '', lines.length === 0);
  });

test('a container of "run" is none of the service, and a service that a program runs has none', () => {
  const beside: EngineContainer = { ...container('b', ['other']), oneOff: true };
  assert.is(diffOf(web.replace(', scale: 2', ''), [container('a', ['shop_default']), beside]).diff, '');
  const text = 'name: shop\nservices:\n  web: { provider: { type: x } }\n';
  assert.is(diffOf(text, []).state, undefined);
});

test('what the files have not any more is said with what removes it', () => {
  const old = { ...container('b', ['shop_default']), service: 'old' };
  const { diff } = diffOf(web.replace(', scale: 2', ''), [container('a', ['shop_default']), old]);
  assert.is(
    diff,
    [
      '= service web',
      '- service old: only "up --remove-orphans" removes it',
      '-    network: shop_default',
      '',
      '= stays: 1   - not in the plan: 1',
      '',
    ].join('\n'),
  );
});

test.run();
