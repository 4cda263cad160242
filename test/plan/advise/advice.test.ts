/** Advice, from files and facts. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { adviceFor } from '../../../src/plan/advise/advice.ts';
import { knownImage, knownImages, repositoryOf } from '../../../src/plan/advise/images.ts';
import type { Facts } from '../../../src/plan/facts/facts.ts';
import { lanFacts, planTexts } from '../../support/in-memory.ts';

const advised = (service: string, facts: Facts = lanFacts) => {
  const { project } = planTexts(
    `services:\n  vpn: { image: x, container_name: vp }\n  web: ${service}\n` +
      'networks: { back: {}, far: { driver: overlay }, proxy: { external: true }, br: { external: true, name: br0 } }',
  );
  const { netmode, write, reason } = adviceFor(project!, facts).find((one) => one.service === 'web')!;
  return { said: `${netmode}${write ? ' (advised)' : ''}`, reason };
};

const wifi: Facts = {
  ...lanFacts,
  host: {
    ...lanFacts.host!,
    routes: [{ destination: 'default', family: 4, interface: 'wlan0', gateway: '192.168.7.1' }],
  },
};
const remoteFromMac: Facts = {
  ...lanFacts,
  host: { ...lanFacts.host!, platform: 'darwin', drivers: { macvlan: 'missing', ipvlan: 'missing' } },
  engine: { ...lanFacts.engine!, remote: true },
};
const engineOf = (kind: 'desktop' | 'rootless' | 'podman', version = '28.5.2'): Facts => ({
  ...lanFacts,
  engine: { ...lanFacts.engine!, kind, version },
});
const lacking = (facts: Facts, ...drivers: readonly ('macvlan' | 'ipvlan')[]): Facts => ({
  ...facts,
  host: { ...facts.host!, drivers: Object.fromEntries(drivers.map((driver) => [driver, 'missing'])) },
});
const withMacvlan: Facts = {
  ...lanFacts,
  engine: {
    ...lanFacts.engine!,
    networks: [
      {
        ...{ id: '1', name: 'br0', driver: 'macvlan', scope: 'local', internal: false },
        ...{ options: { parent: 'eth0' }, labels: {}, pools: [] },
      },
    ],
  },
};

const withBridge: Facts = {
  ...lanFacts,
  engine: {
    ...lanFacts.engine!,
    networks: withMacvlan.engine!.networks.map((network) => ({ ...network, driver: 'bridge', options: {} })),
  },
};

const cases: readonly (readonly [service: string, said: string, reason: RegExp, facts?: Facts])[] = [
  ['{ image: nginx, ports: ["8080:80"] }', 'bridge', /^a bridge is enough: what it publishes/],
  ['{ image: postgres }', 'bridge', /^a bridge is enough: it publishes nothing, so/],
  ['{ image: x, ports: ["1900:1900/udp"] }', 'bridge', /^it publishes SSDP, .*: if it needs them, ipvlan-l2$/],
  ['{ image: "pihole/pihole:2024", ports: ["53:53/udp"] }', 'bridge', /serves DHCP: then ipvlan-l2$/],
  ['{ image: "ghcr.io/home-assistant/home-assistant:stable" }', 'ipvlan-l2 (advised)', /mDNS and SSDP/],
  ['{ image: homebridge/homebridge }', 'ipvlan-l2 (advised)', /has them$/, wifi],
  ['{ image: homebridge/homebridge }', 'host (advised)', /Wi-Fi carries only one MAC/, lacking(wifi, 'ipvlan')],
  ['{ image: homebridge/homebridge }', 'macvlan (advised)', /this kernel has no ipvlan$/, lacking(lanFacts, 'ipvlan')],
  ['{ image: homebridge/homebridge }', 'host (advised)', /no macvlan/, lacking(lanFacts, 'ipvlan', 'macvlan')],
  ['{ image: homebridge/homebridge }', 'macvlan (advised)', /"br0" has eth0 for macvlan already$/, withMacvlan],
  ['{ image: homebridge/homebridge }', 'macvlan (advised)', /this Podman has no ipvlan$/, engineOf('podman', '4.3.1')],
  ['{ image: homebridge/homebridge }', 'ipvlan-l2 (advised)', /has them$/, engineOf('podman', '5.4.2')],
  [
    '{ image: homebridge/homebridge }',
    'bridge',
    /^it needs mDNS.* no netmode .* virtual machine.*Linux machine of the LAN/,
    engineOf('desktop'),
  ],
  [
    '{ image: homebridge/homebridge }',
    'bridge',
    /rootless engine, .* a rootful engine on this machine can/,
    engineOf('rootless'),
  ],
  ['{ image: homebridge/homebridge }', 'ipvlan-l2 (advised)', /on the LAN of the engine's machine/, remoteFromMac],
  ['{ image: homebridge/homebridge, network_mode: host }', 'host', /host mode carries it/],
  ['{ image: x, networks: [back] }', 'as written', /networks that the file declares$/],
  ['{ image: homebridge/homebridge, networks: [back] }', 'as written', /are bridges: they do not carry mDNS/],
  ['{ image: pihole/pihole, networks: [back, default] }', 'as written', /carry broadcasts .*, if that is used$/],
  ['{ image: homebridge/homebridge, networks: [far, back] }', 'as written', /networks that the file declares$/],
  [
    '{ image: homebridge/homebridge, networks: [proxy] }',
    'as written',
    /declares; if they are bridges, they do not carry/,
  ],
  ['{ image: homebridge/homebridge, networks: [br] }', 'as written', /networks that the file declares$/, withMacvlan],
  ['{ image: homebridge/homebridge, networks: [br] }', 'as written', /which are bridges: they do not/, withBridge],
  ['{ image: x, networks: [proxy] }', 'as written', /networks that the file declares$/],
  ['{ image: x, network_mode: host }', 'host', /^nothing here shows why/],
  ['{ image: x, network_mode: host, cap_add: [CHOWN] }', 'host', /^nothing here shows why/],
  [
    '{ image: x, network_mode: host, cap_add: [CHOWN, net_admin] }',
    'host',
    /^"cap_add: net_admin" is .* host mode; if/,
  ],
  ['{ image: x, network_mode: host, cap_add: [CAP_NET_RAW] }', 'host', /^"cap_add: CAP_NET_RAW" is/],
  ['{ image: x, network_mode: host, privileged: true }', 'host', /^"privileged: true" is/],
  ['{ image: x, network_mode: host, privileged: false }', 'host', /^nothing here shows why/],
  ['{ image: x, network_mode: host, pid: host }', 'host', /^"pid: host" is/],
  ['{ image: x, network_mode: host, devices: ["/dev/net/tun:/dev/net/tun"] }', 'host', /^"devices: \/dev\/net\/tun/],
  ['{ image: vladgh/minidlna, network_mode: host }', 'host', /^it needs SSDP, by which DLNA works: host mode/],
  ['{ image: syncthing/syncthing }', 'bridge', /^a bridge is enough, but .* finds devices on the LAN: then ipvlan-l2$/],
  [
    '{ image: x, ports: ["137-138:137-138/udp", "3702:3702/udp"] }',
    'bridge',
    /^it publishes NetBIOS and WS-Discovery, /,
  ],
  ['{ image: x, ports: ["547:547/udp", "5355:5355/udp"] }', 'bridge', /^it publishes DHCPv6 and LLMNR, /],
  ['{ image: x, network_mode: none }', 'none', /the file wants that/],
  ['{ image: x, network_mode: "service:vpn" }', 'service:vpn (advised)', /stays in the network of "vpn"/],
  ['{ image: x, network_mode: "service:${VPN:-vpn}" }', 'service:vpn', /has a variable: write it yourself/],
  ['{ image: x, network_mode: "container:vp" }', 'as written', /network of "vpn", by its container's name/],
  ['{ image: x, network_mode: "container:other" }', 'as written', /another project/],
  ['{ image: x, network_mode: pasta }', 'as written', /^it is on the Docker network "pasta"$/],
  ['{ image: x, network_mode: pasta }', 'as written', /^Podman gives it .* "pasta"$/, engineOf('podman', '5.4.2')],
  ['{ image: x, network_mode: "slirp4netns:mtu=1400" }', 'as written', /^Podman gives it .*"$/, { version: 1 }],
  ['{ image: x, network_mode: pastas }', 'as written', /Docker network "pastas"$/, engineOf('podman', '5.4.2')],
  ['{ image: homebridge/homebridge, x-netmode: bridge }', 'as annotated', /left alone/],
];

for (const [key, more, facts, said] of [
  ['mac_address', 'mac_address: "02:00:00:00:00:01"', lanFacts, 'ipvlan-l2'],
  ['mac_address', 'networks: { default: { mac_address: "02:00:00:00:00:01" } }', lanFacts, 'ipvlan-l2'],
  [undefined, 'mac_address: "02:00:00:00:00:01"', lacking(lanFacts, 'ipvlan'), 'macvlan (advised)'],
  ['links', 'links: [vpn]', lacking(lanFacts, 'ipvlan', 'macvlan'), 'host'],
  [undefined, 'links: [vpn]', lanFacts, 'ipvlan-l2 (advised)'],
] as const) {
  test(`what Docker refuses beside the netmode is not written: ${more}, ${said}`, () => {
    const found = advised(`{ image: homebridge/homebridge, ${more} }`, facts);
    assert.is(found.said, said);
    assert.is(/"(\w+)" has to go then: write it yourself$/.exec(found.reason)?.[1], key);
  });
}

for (const [other, netmode, network] of [
  ['services: { nat: { image: x, x-netmode: macvlan }, WEB }', 'macvlan'],
  ['services: { nat: { image: x, x-netmode: { mode: macvlan, parent: eth0 } }, WEB }', 'macvlan'],
  ['services: { nat: { image: x, x-netmode: { mode: macvlan, parent: wlan0 } }, WEB }', 'ipvlan-l2'],
  ['services: { nat: { image: x, x-netmode: { mode: macvlan, vlan: 7 } }, WEB }', 'ipvlan-l2'],
  ['x-netmode: { parent: wlan0 }\nservices: { nat: { image: x, x-netmode: macvlan }, WEB }', 'macvlan'],
  ['services: { WEB }\nnetworks: { lan: { driver: macvlan, driver_opts: { parent: eth0 } } }', 'macvlan', 'lan'],
  ['services: { WEB }\nnetworks: { lan: { driver: macvlan, driver_opts: { parent: eth1 } } }', 'ipvlan-l2'],
  ['services: { WEB }\nnetworks: { lan: { driver: ipvlan, driver_opts: { parent: eth0 } } }', 'ipvlan-l2', 'lan'],
  [
    'services: { WEB }\nnetworks: { l: { driver: ipvlan, driver_opts: { parent: eth0, ipvlan_mode: l3 } } }',
    'ipvlan-l2',
  ],
  ['services: { WEB }\nnetworks: { lan: { x-netmode: macvlan } }', 'macvlan', 'lan'],
  ['services: { WEB }\nnetworks: { lan: { x-netmode: ipvlan-l2 } }', 'ipvlan-l2', 'lan'],
  ['services: { WEB }\nnetworks: { lan: { x-netmode: ipvlan-l3 } }', 'ipvlan-l2'],
] as const) {
  test(`what the project has on the parent counts: ${other}`, () => {
    const { project } = planTexts(`${other.replace('WEB', 'web: { image: homebridge/homebridge }')}\n`);
    const found = adviceFor(project!, lanFacts).find(({ service }) => service === 'web')!;
    assert.is(found.netmode, netmode);
    // Beside a network of the same LAN another would be refused.
    assert.equal(found.write, network === undefined ? { replaces: [] } : undefined);
    assert.is(/write "networks: \[(.*)\]" yourself$/.exec(found.reason)?.[1], network);
  });
}

for (const [service, said, reason, facts] of cases) {
  test(`${service}${facts ? ' on another host' : ''}`, () => {
    const found = advised(service, facts);
    assert.is(found.said, said);
    assert.match(found.reason, reason);
  });
}

const engines: Readonly<Record<string, Partial<NonNullable<Facts['engine']>>>> = {
  'Docker Desktop': { kind: 'desktop', product: 'Docker Desktop' },
  OrbStack: { kind: 'desktop', product: 'OrbStack' },
  Colima: { kind: 'desktop', product: 'Colima' },
  'Docker Desktop of another machine': { kind: 'desktop', product: 'Docker Desktop', remote: true },
  'rootless Docker': { kind: 'rootless' },
  'rootless Podman': { kind: 'podman', rootless: true, version: '5.4.2' },
  'another machine': { remote: true },
};
for (const [name, engine] of Object.entries(engines))
  test(`host mode is nowhere said to carry multicasts with ${name}`, () => {
    const facts: Facts = { ...lanFacts, engine: { ...lanFacts.engine!, ...engine } };
    for (const { repositories } of knownImages) {
      const { said, reason } = advised(`{ image: ${repositories[0]} }`, facts);
      assert.not.match(said, 'host');
      assert.not.match(reason, /then host|host mode carries/);
    }
    const { reason } = advised('{ image: homebridge/homebridge, network_mode: host }', facts);
    assert.is(/no netmode carries them/.test(reason), name !== 'another machine', reason);
    assert.is(/virtual machine/.test(reason), engine.kind === 'desktop', reason);
  });

test('what the top level makes of services that say nothing is left alone', () => {
  const { project } = planTexts(
    'x-netmode: { default: host }\nservices:\n  web: { image: homebridge/homebridge }\n' +
      '  db: { image: x, networks: [default] }\n',
  );
  assert.equal(
    adviceFor(project!, lanFacts).map(({ netmode, reason, write }) => [netmode, reason.slice(0, 35), write]),
    [
      ['as annotated', 'the x-netmode at the top level make', undefined],
      ['bridge', 'a bridge is enough: it publishes no', undefined],
    ],
  );
});

test('images are known by their repository, whatever the registry and the tag', () => {
  for (const [image, repository] of [
    ['nginx', 'nginx'],
    ['docker.io/library/nginx:1.27', 'nginx'],
    ['lscr.io/linuxserver/jellyfin:10', 'linuxserver/jellyfin'],
    ['localhost:5000/jellyfin/jellyfin@sha256:0123', 'jellyfin/jellyfin'],
    ['localhost/a/b:c', 'a/b'],
    ['registry:2', 'registry'],
  ] as const)
    assert.is(repositoryOf(image), repository, image);
  for (const image of [
    'ghcr.io/home-assistant/raspberrypi4-64-homeassistant:2024.6',
    'homeassistant/amd64-homeassistant',
    'registry.lan:5000/dockerhub/homeassistant/home-assistant:stable',
    'registry.lan/mirror/home-assistant/generic-x86-64-homeassistant',
    'docker.io/homeassistant/home-assistant:',
    'ghcr.io/home-assistant/home-assistant:stable@sha256:0123',
  ])
    assert.is(knownImage(image), knownImages[0], image);
  for (const image of ['someone/jellyfin', 'x/myjellyfin/jellyfin', 'home-assistant/amd64-addon', 'x-homeassistant'])
    assert.is(knownImage(image), undefined, 'a name that is only alike is not known');
});

test('every image has a source', () => {
  for (const { repositories, source } of knownImages) {
    assert.match(source, /^https:\/\//);
    for (const repository of repositories) assert.is(repositoryOf(repository), repository);
  }
});

test.run();
