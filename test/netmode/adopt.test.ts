/** Native networking taken over: the annotated file resolves to the same. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { toPlain } from '../../src/compose/tree.ts';
import { renderOf } from '../../src/emit/render/render.ts';
import { runIn } from '../cli/in-folder.ts';
import { lanFacts, planTexts } from '../support/in-memory.ts';

type Data = { readonly [key: string]: Data } & { readonly [key: string]: unknown };

async function adopted(text: string, names: readonly string[] = []) {
  const outcome = await runIn({ 'compose.yaml': text }, ['annotate', ...names, '--adopt'], { env: { LAN: 'eth0' } });
  assert.is(outcome.code, 0, outcome.err);
  return { text: outcome.host.files.get('/project/compose.yaml')!, err: outcome.err };
}

/** What Compose gets, with what Docker takes for granted left out, and the MAC address that x-netmode gives besides. */
function resolved(text: string): unknown {
  const { plan } = planTexts(text, { facts: lanFacts, env: { LAN: 'eth0' } });
  const rendered = renderOf(plan!, { external: false });
  const again = planTexts(rendered, { env: { LAN: 'eth0' } });
  const model = toPlain(again.project!.model) as Data;
  const networks = Object.entries((model['networks'] ?? {}) as Data).map(([key, network]) => {
    const options = { ...((network?.['driver_opts'] ?? {}) as Data) } as Record<string, unknown>;
    if (options['macvlan_mode'] === 'bridge') delete options['macvlan_mode'];
    if (options['ipvlan_mode'] === 'l2') delete options['ipvlan_mode'];
    if (options['ipvlan_flag'] === 'bridge') delete options['ipvlan_flag'];
    return [key, network && { ...(network as object), driver_opts: options, ...pools(network) }];
  });
  const services = Object.entries((model['services'] ?? {}) as Data).map(([name, service]) => {
    const attached = Object.entries((service?.['networks'] ?? {}) as Data).map(([key, attachment]) => {
      const { mac_address: mac, ...rest } = (attachment ?? {}) as Data;
      const given = plan!.services.get(name)!.networks.get(key)!.macAddress;
      assert.is(mac, given?.value);
      const isMade = given !== undefined && given.span === plan!.services.get(name)!.service.span;
      return [key, isMade ? rest : attachment];
    });
    return [name, attached.length > 0 ? { ...(service as object), networks: Object.fromEntries(attached) } : service];
  });
  return { ...model, services: Object.fromEntries(services), networks: Object.fromEntries(networks) };
}

/** Without the addresses that are kept for the shim: netcompose makes it, and chooses where it has none. */
function pools({ ipam }: Data): object {
  const config = (ipam?.['config'] ?? []) as unknown as readonly Data[];
  return {
    ipam: config.map(({ aux_addresses: kept = {}, ...pool }) => ({
      ...(pool as object),
      kept: Object.values(kept as object).filter(
        (address) => address !== '192.168.1.223' && address !== 'fd00:1::ffff',
      ),
    })),
  };
}

const joined = 'services:\n  web:\n    image: nginx\n    networks:\n      lan: { ipv4_address: 192.168.1.50 }\n';

const network = (lines: string) =>
  `${joined}networks:\n  lan:\n${lines
    .trim()
    .split('\n')
    .map((line) => `    ${line}\n`)
    .join('')}`;

const same: readonly (readonly [string, string, RegExp])[] = [
  [
    'host',
    'services:\n  web:\n    image: nginx\n    network_mode: host\n    tty: true\n',
    /\n {4}x-netmode: host\n {4}tty/,
  ],
  ['none', 'services:\n  web: { image: nginx, network_mode: none }\n', /{ image: nginx, x-netmode: none }/],
  [
    'macvlan',
    network(`
driver: macvlan
driver_opts:
  parent: eth0
ipam:
  config:
    - subnet: 192.168.1.0/24
      gateway: 192.168.1.1
      ip_range: 192.168.1.192/27`),
    /mode: macvlan\n {6}parent: eth0\n {6}subnet: \S+\n {6}gateway: \S+\n {6}ip_range: \S+\n {6}scope: project\n$/,
  ],
  [
    'macvlan in private mode, with a name and labels',
    network(`
name: home_lan
driver: macvlan
labels: { a: b }
driver_opts: { parent: eth0.10, macvlan_mode: private }
ipam: { config: [{ subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.192/27 }] }`),
    /flag: private/,
  ],
  [
    'ipvlan with both families',
    network(`
driver: ipvlan
enable_ipv6: true
driver_opts: { parent: eth0, ipvlan_mode: l2 }
ipam:
  config:
    - { subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.192/27 }
    - { subnet: "fd00:1::/64", gateway: "fd00:1::1", ip_range: "fd00:1::8000/113" }`),
    /subnet: \[192.168.1.0\/24, fd00:1::\/64\]/,
  ],
  [
    'ipvlan at layer 3',
    network(`
driver: ipvlan
driver_opts: { parent: eth0, ipvlan_mode: l3 }
ipam: { config: [{ subnet: 10.9.0.0/24 }] }`).replace('192.168.1.50', '10.9.0.50'),
    /mode: ipvlan-l3\n {6}parent: eth0\n {6}subnet: 10.9.0.0\/24/,
  ],
  [
    'a variable as parent',
    network(`
driver: macvlan
driver_opts: { parent: "\${LAN}" }
ipam: { config: [{ subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.192/27 }] }`),
    /parent: "\${LAN}"/,
  ],
  [
    'the address of a shim made by hand',
    network(`
driver: macvlan
driver_opts: { parent: eth0 }
ipam:
  config:
    - subnet: 192.168.1.0/24
      gateway: 192.168.1.1
      ip_range: 192.168.1.192/27
      aux_addresses: { my-shim: 192.168.1.223 }`),
    /shim: {ipv4_address: 192.168.1.223}\n {6}scope: project\n$/,
  ],
];

for (const [name, text, written] of same) {
  test(`${name} resolves to the same`, async () => {
    const after = await adopted(text);
    assert.match(after.text, written);
    assert.not.match(after.text, /network_mode|driver/);
    assert.equal(resolved(after.text), resolved(text), after.text);
  });
}

const left: readonly (readonly [string, string, string])[] = [
  [
    'a guest',
    'services:\n  vpn: { image: x }\n  app: { image: x, network_mode: "service:vpn" }\n',
    '"app" stays as it is: it is in the network of another (service:vpn)',
  ],
  [
    'a variable',
    'services:\n  web: { image: x, network_mode: "${MODE:-host}" }\n',
    '"web" stays as it is: its network_mode is a variable',
  ],
  [
    "Docker's own bridge",
    'services:\n  web: { image: x, network_mode: bridge }\n',
    '"web" stays as it is: there is no netmode that is "network_mode: bridge"',
  ],
  [
    'an option without a key',
    network('driver: macvlan\ndriver_opts: { parent: eth0, com.example: x }'),
    'network "lan" stays as it is: x-netmode has no key for the driver option "com.example"',
  ],
  [
    'no parent',
    network('driver: macvlan'),
    'network "lan" stays as it is: it has no parent: Docker gives it an interface that leads nowhere',
  ],
  [
    'an address that is kept for another',
    network(
      'driver: macvlan\ndriver_opts: { parent: eth0 }\n' +
        'ipam: { config: [{ subnet: 192.168.1.0/24, aux_addresses: { printer: 192.168.1.9 } }] }',
    ),
    'network "lan" stays as it is: it keeps addresses for others (aux_addresses), for which x-netmode has no key',
  ],
  [
    'addresses of another driver',
    network('driver: macvlan\ndriver_opts: { parent: eth0 }\nipam: { driver: dhcp }'),
    'network "lan" stays as it is: its addresses are those of "dhcp"',
  ],
];

for (const [name, text, said] of left) {
  test(`${name} stays, and it is said why`, async () => {
    const after = await adopted(text);
    assert.is(after.text, text);
    assert.match(after.err, said);
  });
}

test('what people have noted is kept', async () => {
  const text = network(`
driver: macvlan # LAN
driver_opts:
  # the interface
  parent: eth0 # yours?
ipam:
  config:
    - subnet: "192.168.1.0/24" # adjust "#this"
      gateway: 192.168.1.1`);
  const after = await adopted(text);
  assert.match(
    after.text,
    '  lan:\n    # the interface\n    # yours?\n    # adjust "#this"\n    x-netmode: # LAN\n      mode: macvlan\n',
  );
});

test('an annotation that is there stays in force', async () => {
  const text = (lines: string) => `services:\n  web:\n    image: nginx\n${lines}    tty: true\n`;
  const after = await adopted(text('    network_mode: host\n    x-netmode: ipvlan-l2\n'));
  assert.is(after.text, text('    x-netmode: ipvlan-l2\n'));
  const other = await adopted(text('    network_mode: host\n    x-netmode: { listen: [80] }\n'));
  assert.is(other.text, text('    x-netmode: { listen: [80], mode: host }\n'));
});

test('only what is named', async () => {
  const text = 'services:\n  a: { image: x, network_mode: host }\n  b: { image: x, network_mode: host }\n';
  assert.is(
    (await adopted(text, ['b'])).text,
    text.replace('b: { image: x, network_mode:', 'b: { image: x, x-netmode:'),
  );
});

test('what others share is not taken out for one', async () => {
  const text =
    'x-base: &base\n  image: x\n  network_mode: host\nservices:\n  a:\n    <<: *base\n  b:\n' +
    '    <<: *base\n    tty: true\n';
  const outcome = await runIn({ 'compose.yaml': text }, ['annotate', 'a', '--adopt']);
  assert.is(outcome.code, 1);
  assert.match(outcome.err, '"a": "network_mode" is not its own but comes from here');
  assert.match(outcome.err, '--> compose.yaml:3:3');
});

test.run();
