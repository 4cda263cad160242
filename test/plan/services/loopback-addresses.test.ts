/** Which services get a loopback address of their own on a fallback's bridge, and which one. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { reachText } from '../../../src/emit/text/reach-text.ts';
import type { EngineContainer, Facts, HostSocket } from '../../../src/plan/facts/facts.ts';
import { formatAddress } from '../../../src/plan/facts/ip.ts';
import { lanFacts, planTexts, told } from '../../support/in-memory.ts';

const rootless: Facts = { ...lanFacts, engine: { ...lanFacts.engine!, kind: 'rootless' } };

type Socket = readonly [place: string, protocol?: 'tcp' | 'udp'];
const socket = ([place, protocol = 'udp']: Socket): HostSocket => {
  const [address, port] = place.split(':');
  return { protocol, address: address!, port: Number(port) };
};
const container = (project: string, place: string, more: Partial<EngineContainer> = {}): EngineContainer => {
  const [, ip, port, protocol = 'udp'] = /^(?:([\d.]+):)?(\d+)(?:\/(\w+))?$/.exec(place)!;
  return {
    ...{ id: place, name: place, project, service: 'a', running: true, networkMode: 'x', networks: {} },
    ports: [{ ...(ip !== undefined && { ip }), published: Number(port), target: 1, protocol }],
    ...more,
  };
};
const facts = (sockets: readonly Socket[], containers: readonly EngineContainer[] = []): Facts => ({
  ...rootless,
  host: { ...rootless.host!, sockets: sockets.map(socket) },
  engine: { ...rootless.engine!, containers },
});

const text = (services: string) => `name: shop\nservices:\n${services}`;
const fallen = (name: string, ports: string) =>
  `  ${name}: { image: x, ports: [${ports}], x-netmode: { mode: macvlan, fallback: bridge } }\n`;

/** Where this host finds each service; `*` is a loopback address of its own. */
function places(services: string, seen: Facts = rootless): Readonly<Record<string, string>> {
  const { plan } = planTexts(text(services), { facts: seen });
  return Object.fromEntries(
    [...plan!.services].map(([name, { reach, fallen: lost }]) => {
      const place = reachText(reach, 'host');
      const { loopback } = lost ?? {};
      assert.is(/127\.0\.0\.(?!1:|9:|53:)\d/.test(place), loopback !== undefined, `${name}: ${place}`);
      return [name, place.replaceAll(/127\.0\.0\.(?!1:|9:|53:)\d+/g, '*')];
    }),
  );
}

for (const [name, services, expected] of [
  [
    'a port at an address of the file stays there, and the other moves',
    fallen('a', '"127.0.0.9:81:81", "80:80"') + fallen('b', '"80:80"'),
    { a: '127.0.0.9:81, *:80', b: '*:80' },
  ],
  [
    'every IPv4 address is no choice of the file',
    fallen('a', '"0.0.0.0:80:80"') + fallen('b', '"80:80"'),
    { a: '*:80', b: '*:80' },
  ],
  [
    'what another wants at an address of the file moves nothing else',
    fallen('a', '"127.0.0.9:80:80", "90:90"') + fallen('b', '"80:80"'),
    { a: '127.0.0.9:80, localhost:90', b: '*:80' },
  ],
  [
    "a port that Docker chooses is nobody else's",
    fallen('a', '"80:80", "90"') + fallen('b', '"81:80", "90"'),
    { a: 'localhost:80, localhost:<dynamic>', b: 'localhost:81, localhost:<dynamic>' },
  ],
  [
    'beside one in host mode on one address',
    `${fallen('a', '"82:80"')}${fallen('d', '"100:80"')}  c: { image: x, x-netmode: { mode: host, ` +
      'listen: ["127.0.0.1:80-82"] } }\n',
    { a: '*:82', d: 'localhost:100', c: '127.0.0.1:80-82' },
  ],
  [
    'beside one in host mode on every address none is free',
    `${fallen('a', '"80:80"')}  c: { image: x, x-netmode: { mode: host, listen: [80] } }\n`,
    { a: 'localhost:80', c: 'localhost:80' },
  ],
  [
    "what a guest opens in its owner's namespace is not the host's",
    `${fallen('a', '"80:80"')}  b: { image: x, x-netmode: bridge }\n` +
      '  c: { image: x, x-netmode: { mode: "service:b", listen: ["127.0.0.1:80"] } }\n',
    { a: 'localhost:80', b: '-', c: '-' },
  ],
  [
    'two ranges for one port each: Docker takes whichever is free',
    fallen('a', '"80-89:80"') + fallen('b', '"80-89:80"'),
    { a: 'localhost:80-89', b: 'localhost:80-89' },
  ],
  [
    'a range leaves a port to the one that has no other',
    fallen('a', '"80-89:80"') + fallen('b', '"85:80"'),
    { a: '*:80-89', b: '*:85' },
  ],
  [
    'a range of a bridge, which stays on every address',
    `${fallen('a', '"85:80"')}  b: { image: x, ports: ["80-89:80"] }\n`,
    { a: 'localhost:85', b: 'localhost:80-89' },
  ],
] as const) {
  test(name, () => assert.equal(places(services), expected));
}

test('IPv6 is not lost: every address of it stays, and two that want it are told', () => {
  const outcome = planTexts(text(fallen('a', '"[::]:80:80", "81:81"') + fallen('b', '"[::]:80:80", "81:81"')), {
    facts: rootless,
  });
  for (const { ports, fallen: lost } of outcome.plan!.services.values())
    assert.equal(
      ports.map(({ hostIp }) => hostIp),
      ['::', formatAddress(lost!.loopback!)],
    );
  assert.equal(
    told(outcome).filter((line) => line.startsWith('error')),
    ['error ports/published-twice: "b" publishes port 80/tcp of the host, as "a" does'],
  );
});

const resolver: Socket = ['127.0.0.53:53'];
const dns = fallen('a', '"53:53/udp"');

for (const [name, seen, expected] of [
  ['the resolver', facts([resolver]), '*'],
  ['a process on every address', facts([['0.0.0.0:53']]), 'localhost'],
  ["another project's container on one address", facts([], [container('forge', '127.0.0.7:53')]), '*'],
  ["another project's container on every address", facts([], [container('forge', '0.0.0.0:53')]), 'localhost'],
  [
    "another project's container that has stopped",
    facts([], [container('forge', '127.0.0.7:53', { running: false })]),
    'localhost',
  ],
  [
    'the resolver, and its own container on another address',
    facts([resolver], [container('shop', '127.0.0.7:53')]),
    '*',
  ],
  ['the resolver, and its own container on another port', facts([resolver], [container('shop', '0.0.0.0:80')]), '*'],
  ['the resolver, and its own container by TCP', facts([resolver], [container('shop', '0.0.0.0:53/tcp')]), '*'],
  [
    'what is open for its own container, which has every address',
    facts([['127.0.0.7:53']], [container('shop', '53')]),
    'localhost',
  ],
  ['the same by 0.0.0.0', facts([['127.0.0.7:53']], [container('shop', '0.0.0.0:53')]), 'localhost'],
  ['a host that nobody looked at', { version: 1, engine: rootless.engine! }, 'localhost'],
] as const satisfies readonly (readonly [string, Facts, string])[]) {
  test(`beside ${name}: ${expected}`, () => assert.equal(places(dns, seen), { a: `${expected}:53/udp` }));
}

test('a range is moved from the address of a resolver, as one port is', () => {
  assert.equal(places(fallen('a', '"50-59:53/udp"'), facts([resolver])), { a: '*:50-59/udp' });
});

test('where the engine was not asked, or is on another machine, an open port here says nothing', () => {
  const open = facts([resolver]);
  const asked = dns.replace('mode: macvlan', 'mode: macvlan, parent: ""');
  assert.equal(places(asked, { ...open, engine: lanFacts.engine! }), { a: '*:53/udp' });
  const { engine, ...unasked } = open;
  assert.equal(places(asked, unasked), { a: 'localhost:53/udp' });
  const remote = planTexts(text(asked), { facts: { ...open, engine: { ...engine!, remote: true } } });
  assert.is(remote.plan!.services.get('a')!.fallen!.loopback, undefined);
});

const addressOf = (services: string, seen: Facts) => {
  const { plan } = planTexts(text(services), { facts: seen });
  return plan!.services.get('a')!.ports[0]!.hostIp;
};
const made = '127.0.0.170';

test('the same in every version: it stands in files and scripts', () => {
  assert.is(addressOf(dns, facts([resolver])), made);
});

for (const [name, other, ports, isKept] of [
  ['the next port', [`${made}:54`], '"53:53/udp"', true],
  ['the port before', [`${made}:52`], '"53:53/udp"', true],
  ['the other protocol', [`${made}:53`, 'tcp'], '"53:53/udp"', true],
  ['any, beside a port that Docker chooses', [`${made}:60`], '"53:53/udp", "80/udp"', true],
  ['one of two', [`${made}:53`], '"53:53/udp", "81:81"', false],
  ['one of a range', [`${made}:55`], '"53:53/udp", "54-56:81/udp"', false],
] as const) {
  test(`somebody has the address made for it: ${name}`, () => {
    const found = addressOf(fallen('a', ports), facts([resolver, other]));
    assert.is(found === made, isKept, found);
    assert.match(found!, /^127\.0\.0\.\d+$/);
  });
}

for (const [name, service] of [
  ['no fallback', (port: number) => `image: x, ports: ["${port}:80"], x-netmode: bridge`],
  [
    'ports at addresses of the file',
    (port: number) => `image: x, ports: ["127.0.0.9:${port}:80"], x-netmode: { mode: macvlan, fallback: bridge }`,
  ],
  ['no ports', () => 'image: x, x-netmode: { mode: macvlan, fallback: bridge }'],
] as const) {
  test(`those with ${name} take no address from others, however many they are`, () => {
    const many = Array.from({ length: 254 }, (_, at) => `  Z${at}: { ${service(1000 + at)} }\n`);
    assert.is(addressOf(dns + many.join(''), facts([resolver])), made);
  });
}

test.run();
