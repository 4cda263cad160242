/** What a `fallback` says at each level, and what becomes of addresses and ports. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { overrideOf } from '../../../src/emit/override/override.ts';
import { renderOf } from '../../../src/emit/render/render.ts';
import { reachText } from '../../../src/emit/text/reach-text.ts';
import type { EngineFacts, Facts, HostSocket } from '../../../src/plan/facts/facts.ts';
import { lostText } from '../../../src/plan/services/fallen-text.ts';
import { macOfService } from '../../../src/plan/services/members.ts';
import { lanFacts, type Options, planTexts, told } from '../../support/in-memory.ts';

const engine = (changes: Partial<EngineFacts>): Facts => ({
  ...lanFacts,
  engine: { ...lanFacts.engine!, kind: 'rootless', ...changes },
});
const rootless = engine({});
const listening = (...sockets: readonly HostSocket[]): Facts => ({
  ...rootless,
  host: { ...rootless.host!, sockets },
});

function planned(text: string, options: Options = { facts: rootless }) {
  const outcome = planTexts(text, options);
  assert.ok(outcome.plan, told(outcome).join('\n'));
  const errors = told(outcome).filter((line) => !line.startsWith('info'));
  const { services } = outcome.plan;
  return {
    errors,
    services,
    plan: outcome.plan,
    host: Object.fromEntries([...services].map(([name, { reach }]) => [name, reachText(reach, 'host')])),
  };
}

for (const [name, text, expected] of [
  [
    'the top level says the mode, the service its ports',
    'x-netmode: { fallback: bridge }\nservices:\n' +
      '  web: { image: x, x-netmode: { mode: macvlan, fallback: { ports: ["8080:80"] } } }\n',
    { web: 'bridge localhost:8080' },
  ],
  [
    'a service says another mode than the top level',
    'x-netmode: { fallback: { mode: host } }\nservices:\n' +
      '  a: { image: x, x-netmode: { mode: macvlan, fallback: none } }\n' +
      '  b: { image: x, x-netmode: { mode: macvlan, listen: [80], fallback: { listen: [8080] } } }\n' +
      '  c: { image: x, ports: ["9090:90"], x-netmode: { mode: macvlan, fallback: { mode: bridge } } }\n',
    { a: 'none -', b: 'host localhost:8080', c: 'bridge localhost:9090' },
  ],
  [
    'without a mode it is a bridge; its ports count instead of the others',
    'services:\n  web: { image: x, ports: ["80:80"], ' +
      'x-netmode: { mode: macvlan, fallback: { ports: ["8081:80"] } } }\n',
    { web: 'bridge localhost:8081' },
  ],
  [
    'the network says it for those that join it, and a service says it for itself',
    'services:\n' +
      '  a: { image: x, ports: ["80:80"], x-netmode: { network: lan } }\n' +
      '  b: { image: x, x-netmode: { network: lan, fallback: { ports: ["81:80"] } } }\n' +
      '  c: { image: x, x-netmode: { network: lan, fallback: none } }\n' +
      'networks:\n  lan: { x-netmode: { mode: macvlan, fallback: bridge } }\n',
    { a: 'bridge localhost:80', b: 'bridge localhost:81', c: 'none -' },
  ],
  [
    'a network may leave it to all of its services',
    'services:\n  a: { image: x, x-netmode: { network: lan, fallback: { ports: ["81:80"] } } }\n' +
      'networks:\n  lan: { x-netmode: { mode: macvlan } }\n',
    { a: 'bridge localhost:81' },
  ],
] as const) {
  test(name, () => {
    const { services, host, errors } = planned(text);
    assert.equal(errors, []);
    const found = Object.fromEntries([...services].map(([key, { netmode }]) => [key, `${netmode} ${host[key]}`]));
    assert.equal(found, expected);
  });
}

test('a network that is listed needs a fallback of its own', () => {
  const { errors } = planned(
    'services:\n  a: { image: x, x-netmode: { network: lan, fallback: bridge } }\n' +
      '  b: { image: x, networks: [lan] }\n' +
      'networks:\n  lan: { x-netmode: { mode: macvlan } }\n',
  );
  assert.ok(
    errors.some((line) => line.startsWith('error engine/rootless: network "lan"')),
    errors.join('\n'),
  );
});

for (const [value, netmode] of [
  ['bridge', 'bridge'],
  ['none', 'none'],
] as const) {
  test(`a variable gives the fallback: ${value}`, () => {
    const text = 'services:\n  web: { image: x, x-netmode: { mode: macvlan, fallback: "${MODE:-bridge}" } }\n';
    const { services } = planned(text, { facts: rootless, env: { MODE: value } });
    assert.is(services.get('web')!.netmode, netmode);
  });
}

test('an empty fallback is none', () => {
  const { errors } = planned('services:\n  web: { image: x, x-netmode: { mode: macvlan, fallback: "${MODE:-}" } }\n');
  assert.equal(
    errors.filter((line) => line.startsWith('error')),
    ['error engine/rootless: "web": a rootless engine has no macvlan and no ipvlan'],
  );
});

const atVariable =
  'services:\n  web: { image: x, ports: ["80:80"], x-netmode: { mode: macvlan, parent: "${P:-}", subnet: "${S:-}", ' +
  'ipv4_address: "${A:-}", fallback: bridge } }\n';

test('a parent that is left empty is none, wherever the engine is', () => {
  const { services, errors } = planned(atVariable, { facts: lanFacts });
  assert.equal(errors, []);
  assert.is(services.get('web')!.netmode, 'bridge');
  assert.is(planned(atVariable, {}).services.get('web')!.netmode, 'bridge');
});

test('beside a parent that is there, what is left empty is a mistake', () => {
  const { services, errors } = planned(atVariable, { facts: lanFacts, env: { P: 'eth0', S: '192.168.1.0/24' } });
  assert.is(services.get('web')!.netmode, 'macvlan');
  assert.ok(errors.includes('error netmode/invalid-value: "web": "ipv4_address" is ""'), errors.join('\n'));
  assert.not.ok(errors.some((line) => line.includes('"subnet"')));
});

test('a narrower place fills what a wider one leaves empty', () => {
  const text =
    'x-netmode: { parent: "", fallback: bridge }\nservices:\n' +
    '  web: { image: x, x-netmode: { mode: macvlan, parent: eth0 } }\n';
  assert.is(planned(text, { facts: lanFacts }).services.get('web')!.netmode, 'macvlan');
});

test("an address and a MAC on the network's bridge go, whichever way they are written", () => {
  const { plan, services, errors } = planned(
    'services:\n' +
      '  a: { image: x, networks: ' +
      '{ lan: { ipv4_address: 192.168.1.53, mac_address: "02:42:c0:a8:01:35", aliases: [n] } } }\n' +
      '  b: { image: x, x-netmode: { network: lan, ipv4_address: 192.168.1.54, mac_address: "02:42:c0:a8:01:36" } }\n' +
      '  c: { image: x, networks: [back], ' +
      'x-netmode: { mode: macvlan, ipv4_address: 192.168.1.55, fallback: bridge } }\n' +
      'networks:\n  back:\n  lan: { x-netmode: { mode: macvlan, subnet: 192.168.1.0/24, fallback: bridge } }\n',
  );
  assert.equal(errors, []);
  for (const { networks } of services.values())
    for (const attachment of networks.values()) {
      assert.is(attachment.ipv4Address, undefined);
      assert.is(attachment.macAddress, undefined);
    }
  assert.equal([...services.get('c')!.networks.keys()], ['back']);
  assert.match(overrideOf(plan)!, /lan:\n +ipv4_address: !reset null\n +mac_address: !reset null\n/);
  const { addresses, mac } = services.get('a')!.fallen!;
  assert.equal([addresses.length, mac], [1, '02:42:c0:a8:01:35']);
});

for (const [name, text, to, mac] of [
  ['a mode of the service', 'x-netmode: { mode: macvlan, fallback: bridge }', 'bridge', undefined],
  ["the host's network", 'x-netmode: { mode: macvlan, fallback: host }', 'host', undefined],
  ['a network that it lists', 'networks: [lan]', 'bridge', undefined],
  ['no fallback', 'x-netmode: bridge', undefined, '02:00:00:00:00:07'],
] as const) {
  test(`a MAC address of the service as a whole goes with the LAN: ${name}`, () => {
    const { plan, errors, services } = planned(
      `services:\n  a: { image: x, mac_address: "02:00:00:00:00:07", ${text} }\n` +
        'networks:\n  lan: { x-netmode: { mode: macvlan, subnet: 192.168.1.0/24, fallback: bridge } }\n',
    );
    assert.equal(errors, []);
    const { fallen } = services.get('a')!;
    assert.equal([fallen?.to, fallen?.mac], [to, to && '02:00:00:00:00:07']);
    assert.is((overrideOf(plan) ?? '').includes('    mac_address: !reset null\n'), mac === undefined);
    assert.is(/mac_address/.test(renderOf(plan, { external: false })), mac !== undefined);
    assert.is(macOfService(services.get('a')!)?.value, mac);
  });
}

const two = (a: string, b: string, more = '') =>
  'name: shop\nx-netmode: { fallback: bridge }\nservices:\n' +
  `  a: { image: x, ports: [${a}], x-netmode: macvlan }\n  b: { image: x, ports: [${b}], x-netmode: macvlan }\n${more}`;

test('two with one port each get an address, whatever else there is and in whichever order', () => {
  const { host, errors } = planned(two('"53:53/udp", "8080:80"', '"8080:80"'));
  assert.equal(errors, []);
  assert.match(host['a']!, /^127\.0\.0\.\d+:53\/udp, 127\.0\.0\.\d+:8080$/);
  assert.is.not(host['a']!.split(':')[0], host['b']!.split(':')[0]);
  const later = planned(
    two('"53:53/udp", "8080:80"', '"8080:80"', '  c: { image: x, ports: ["8080:80"], x-netmode: macvlan }\n'),
  );
  assert.equal([later.host['a'], later.host['b']], [host['a'], host['b']]);
  const asleep = planned(
    two('"53:53/udp", "8080:80"', '"8080:80"').replace('b: { image: x', 'b: { image: x, profiles: [p]'),
  );
  assert.is(asleep.host['a'], host['a']);
  const other = planned(two('"53:53/udp", "8080:80"', '"8080:80"').replace('name: shop', 'name: forge'));
  assert.is.not(other.host['a'], host['a']);
});

test('other ports, other protocols, and addresses that the file gives stay', () => {
  assert.equal(planned(two('"8080:80"', '"8081:80"')).host, { a: 'localhost:8080', b: 'localhost:8081' });
  assert.equal(planned(two('"53:53"', '"53:53/udp"')).host, { a: 'localhost:53', b: 'localhost:53/udp' });
  assert.equal(planned(two('"127.0.0.9:80:80"', '"127.0.0.8:80:80"')).host, { a: '127.0.0.9:80', b: '127.0.0.8:80' });
});

test('beside one on a bridge with every address none helps, and that is an error', () => {
  const text =
    'x-netmode: { fallback: bridge }\nservices:\n  a: { image: x, ports: ["80:80"], x-netmode: macvlan }\n' +
    '  b: { image: x, ports: ["80:80"] }\n';
  const { errors, host } = planned(text);
  assert.is(host['a'], 'localhost:80');
  assert.equal(errors, ['error ports/published-twice: "b" publishes port 80/tcp of the host, as "a" does']);
  const beside = planned(text.replace('b: { image: x, ports: ["80:80"]', 'b: { image: x, ports: ["127.0.0.1:80:80"]'));
  assert.equal(beside.errors, []);
  assert.match(beside.host['a']!, /^127\.0\.0\.(?!1:)\d+:80$/);
});

const one =
  'name: shop\nservices:\n  a: { image: x, ports: ["53:53/udp"], x-netmode: { mode: macvlan, fallback: bridge } }\n';

test('systemd-resolved on 127.0.0.53 is in the way of every address, and not of one', () => {
  const resolved: HostSocket = {
    protocol: 'udp',
    address: '127.0.0.53',
    port: 53,
    owner: { pid: 1, name: 'resolved' },
  };
  const { host, errors } = planned(one, { facts: listening(resolved) });
  assert.match(host['a']!, /^127\.0\.0\.\d+:53\/udp$/);
  assert.equal(errors, []);
  const own = host['a']!.split(':')[0]!;
  const there: HostSocket = { protocol: 'udp', address: own, port: 53, owner: { pid: 2, name: 'other' } };
  const next = planned(one, { facts: listening(resolved, there) });
  assert.is.not(next.host['a'], host['a']);
  assert.equal(next.errors, []);
});

test('what its own container has is its own', () => {
  const container = (project: string, ip: string) => ({
    ...{ id: 'c', name: 'c', project, service: 'a', running: true, networkMode: 'x', networks: {} },
    ports: [{ ip, published: 53, target: 53, protocol: 'udp' }],
  });
  const proxy: HostSocket = { protocol: 'udp', address: '0.0.0.0', port: 53, owner: { pid: 9, name: 'docker-proxy' } };
  const facts = (project: string, ip: string): Facts => ({
    ...engine({ containers: [container(project, ip)] }),
    host: { ...rootless.host!, sockets: [{ ...proxy, address: ip }] },
  });
  assert.is(planned(one, { facts: facts('shop', '0.0.0.0') }).host['a'], 'localhost:53/udp');
  assert.is(planned(one, { facts: facts('shop', '127.0.0.7') }).host['a'], 'localhost:53/udp');
  assert.match(planned(one, { facts: facts('forge', '127.0.0.7') }).host['a']!, /^127\.0\.0\.(?!7:)\d+:53\/udp$/);
});

test('as many as there are loopback addresses each get one, and the reserved ones stay free', () => {
  const many = Array.from({ length: 251 }, (_, at) => `  s${at}: { image: x, ports: ["80:80"], x-netmode: macvlan }\n`);
  const { host } = planned(`x-netmode: { fallback: bridge }\nservices:\n${many.join('')}`);
  const places = new Set(Object.values(host));
  assert.is(places.size, 251);
  for (const last of [1, 53, 54]) assert.not.ok(places.has(`127.0.0.${last}:80`));
});

test("a host-mode service finds a peer at the peer's loopback address", () => {
  const { services, host } = planned(
    two('"80:80"', '"80:80"', '  c: { image: x, depends_on: [a], x-netmode: host }\n'),
    { facts: rootless },
  );
  assert.equal(services.get('c')!.extraHosts, [{ host: 'a', address: host['a']!.split(':')[0]! }]);
});

test('a guest publishes at the address of its owner', () => {
  const { host } = planned(two('"80:80"', '"80:80"', '  g: { image: x, ports: ["81:81"], x-netmode: "service:a" }\n'));
  assert.is(host['g'], host['a']!.replace(/^(.*):80, .*$/, '$1:81'));
});

test('a bridge without ports is reached by nobody, and the help says what to write', () => {
  const { diagnostics } = planTexts('services:\n  a: { image: x, x-netmode: { mode: macvlan, fallback: bridge } }\n', {
    facts: rootless,
  });
  assert.is(diagnostics.sorted()[0]!.help, 'say which ports to publish there: "fallback: { ports: […] }"');
});

test('a layer 3 network loses its route, and in host mode there is broadcast', () => {
  const said = (x: string) =>
    told(planTexts(`services:\n  a: { image: x, x-netmode: { ${x} } }\n`, { facts: rootless }))[0]!.replace(
      /^.*: /,
      '',
    );
  assert.is(said('mode: ipvlan-l3, fallback: bridge'), 'it has no address to which the LAN has a route');
  assert.is(
    said('mode: macvlan, fallback: host'),
    'it has no address of its own on the LAN, no MAC address of its own',
  );
});

for (const [value, message] of [
  ['{ mode: macvlan }', '"web": "fallback.mode" is "macvlan"'],
  ['macvlan', '"web": "fallback" is "macvlan"'],
  ['{ port: [80] }', '"web": there is no key "port" in "fallback"'],
  ['{ ports: "80:80" }', '"web": "fallback.ports" is "80:80"'],
  ['{ ports: ["80:80x"] }', '"web": port "80:80x" cannot be read'],
] as const) {
  test(`fallback: ${value}`, () => {
    const outcome = planTexts(`services:\n  web: { image: x, x-netmode: { mode: macvlan, fallback: ${value} } }\n`, {
      facts: rootless,
    });
    assert.ok(
      told(outcome).some((line) => line.includes(message)),
      told(outcome).join('\n'),
    );
  });
}

test('Podman makes no VLAN link, and Docker does', () => {
  const file =
    'services:\n  a: { image: x, x-netmode: { mode: macvlan, vlan: 7, subnet: 10.7.1.0/24, gateway: 10.7.1.1 } }\n';
  const errors = (kind: 'engine' | 'podman') =>
    told(planTexts(file, { facts: engine({ kind }) })).filter((line) => line.startsWith('error parent/not-found'));
  assert.is(errors('engine').length, 0);
  assert.is(errors('podman').length, 1);
  assert.match(errors('podman')[0]!, 'there is no interface "eth0.7", and Podman makes none');
});

for (const [name, x, rule] of [
  ['layer 3', 'mode: ipvlan-l3, subnet: 10.7.1.0/24', true],
  ['a flag', 'mode: macvlan, flag: private', true],
  ['the mode that it has', 'mode: macvlan', false],
] as const) {
  test(`Podman and ${name}`, () => {
    const outcome = planTexts(`services:\n  a: { image: x, x-netmode: { ${x} } }\n`, {
      facts: engine({ kind: 'podman' }),
    });
    assert.is(
      told(outcome).some((line) => line.startsWith('error engine/podman')),
      rule,
      told(outcome).join('\n'),
    );
  });
}

test('ports of a fallback that is no bridge are said to be lost', () => {
  const { errors } = planned(
    'x-netmode: { fallback: host }\nservices:\n' +
      '  a: { image: x, x-netmode: { mode: macvlan, fallback: { ports: ["8080:80"] } } }\n' +
      '  b: { image: x, x-netmode: { mode: macvlan, fallback: { mode: none, ports: ["8081:80"] } } }\n' +
      '  c: { image: x, x-netmode: { mode: macvlan, fallback: { mode: bridge, ports: ["8082:80"] } } }\n',
  );
  assert.is(errors.length, 2);
  assert.match(errors[0]!, /^warning service\/ports-ignored: "a": .* in this host's network instead of macvlan$/);
  assert.match(errors[1]!, /^warning service\/ports-ignored: "b": .* on no network instead of macvlan$/);
});

test('what a listed network would have given is said to be lost too', () => {
  const { services, plan } = planned(
    'services:\n  a: { image: x, x-netmode: { mode: macvlan, fallback: bridge }, networks: { lan: { ' +
      'ipv4_address: 192.168.1.5, mac_address: "02:00:00:00:00:01" }, back: { ipv4_address: 10.9.0.5 } } }\n' +
      'networks:\n  back: { ipam: { config: [{ subnet: 10.9.0.0/24 }] } }\n' +
      '  lan: { x-netmode: { mode: macvlan, subnet: 192.168.1.0/24, fallback: bridge } }\n',
  );
  assert.equal([...plan.networks.keys()].sort(), ['back', 'lan']);
  assert.is(
    lostText(services.get('a')!.fallen!),
    'no address on the LAN (192.168.1.5), no MAC address of its own (02:00:00:00:00:01), ' +
      'no broadcast and multicast of the LAN',
  );
});

test.run();
