/**
 * Every pair of listeners: (kind × kind) × (address × address) × protocol × port, against the design's model of a
 * socket.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Facts } from '../../../../src/plan/facts/facts.ts';
import { lanFacts, planTexts, told } from '../../../support/in-memory.ts';

type Kind = 'published' | 'host' | 'macvlan';

/** No address, and each family's wildcard, a loopback and another. */
const addresses = [undefined, '0.0.0.0', '127.0.0.1', '192.168.1.10', '::', '::1', 'fd00:1::10'] as const;

interface Socket {
  readonly kind: Kind;
  readonly address: string | undefined;
  readonly protocol: string;
  readonly port: number;
}

const bracketed = (address: string) => (address.includes(':') ? `[${address}]` : address);

function service(name: string, { kind, address, protocol, port }: Socket): string {
  const at = address === undefined ? '' : `${bracketed(address)}:`;
  const lines = {
    published: [`    ports: ["${at}${port}:80/${protocol}"]`, '    x-netmode: bridge'],
    host: [`    x-netmode: { mode: host, listen: ["${at}${port}/${protocol}"] }`],
    macvlan: [
      `    x-netmode: { mode: macvlan, parent: eth0, subnet: 192.168.1.0/24, gateway: 192.168.1.1, ` +
        `ip_range: 192.168.1.192/27, listen: ["${at}${port}/${protocol}"] }`,
    ],
  }[kind];
  return [`  ${name}:`, '    image: x', ...lines, ''].join('\n');
}

/** The model, said again in the simplest way: what two addresses have in common. */
function meet(a: string | undefined, b: string | undefined): boolean {
  const covers = (address: string | undefined): readonly string[] => {
    if (address === undefined || address === '::')
      return ['v4 127.0.0.1', 'v4 192.168.1.10', 'v6 ::1', 'v6 fd00:1::10'];
    if (address === '0.0.0.0') return ['v4 127.0.0.1', 'v4 192.168.1.10'];
    return [`${address.includes(':') ? 'v6' : 'v4'} ${address}`];
  };
  return covers(a).some((one) => covers(b).includes(one));
}

const kinds = ['published', 'host', 'macvlan'] as const;

const protocols = [
  ['tcp', 'tcp'],
  ['tcp', 'udp'],
  ['udp', 'udp'],
  ['sctp', 'sctp'],
  ['sctp', 'udp'],
] as const;
/** A mutant costs as long as all tests; the first two tell whether protocols are compared. */
const tried = process.env['MUTATED'] === '1' ? protocols.slice(0, 2) : protocols;

for (const first of kinds) {
  for (const second of kinds) {
    test(`${first} against ${second}: every pair of addresses, protocols and ports`, () => {
      for (const a of addresses) {
        for (const b of addresses) {
          for (const [one, other] of tried) {
            for (const port of [7000, 7001]) {
              const left: Socket = { kind: first, address: a, protocol: one, port: 7000 };
              const right: Socket = { kind: second, address: b, protocol: other, port };
              const outcome = planTexts(`services:\n${service('a', left)}${service('b', right)}`);
              const found = outcome.diagnostics
                .sorted()
                .filter(({ rule }) => rule.startsWith('ports/'))
                .map(({ rule, severity }) => `${severity} ${rule}`);
              const clash = first !== 'macvlan' && second !== 'macvlan' && one === other && port === 7000 && meet(a, b);
              const rule = first === 'published' && second === 'published' ? 'published-twice' : 'host-clash';
              assert.equal(found, clash ? [`error ports/${rule}`] : [], JSON.stringify([left, right]));
            }
          }
        }
      }
    });
  }
}

interface Case {
  readonly name: string;
  readonly services: readonly string[];
  readonly told: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: 'ranges that overlap',
    services: [
      'a: { image: x, x-netmode: { mode: host, listen: ["7000-7010"] } }',
      'b: { image: x, x-netmode: { mode: host, listen: ["7010-7020"] } }',
    ],
    told: ['error ports/host-clash: "b" opens ports 7010-7020/tcp of the host, of which "a" opens 7010/tcp'],
  },
  {
    name: 'a short-syntax range of ports, one of which is published again',
    services: ['a: { image: x, ports: ["7000-7002:80-82"] }', 'b: { image: x, ports: ["7001:80"] }'],
    told: ['error ports/published-twice: "b" publishes port 7001/tcp of the host, as "a" does'],
  },
  {
    name: 'a range for one container port: Docker takes whichever is free',
    services: ['a: { image: x, ports: ["7000-7002:80"] }', 'b: { image: x, ports: ["7001:80"] }'],
    told: [],
  },
  {
    name: 'the long syntax',
    services: [
      'a: { image: x, ports: [{ target: 80, published: "7000", host_ip: 127.0.0.1 }] }',
      'b: { image: x, ports: [{ target: 80, published: 7000 }] }',
    ],
    told: ['error ports/published-twice: "b" publishes port 7000/tcp of the host, as "a" does'],
  },
  {
    name: 'a port that Docker chooses',
    services: ['a: { image: x, ports: ["80"] }', 'b: { image: x, ports: ["80"] }'],
    told: [],
  },
  {
    name: 'one service’s own entries',
    services: ['a: { image: x, ports: ["127.0.0.1:7000:80", "192.168.1.10:7000:80", "7000:80/udp"] }'],
    told: [],
  },
  {
    name: 'services that are not started together: a warning',
    services: ['a: { image: x, ports: ["7000:80"] }', 'b: { image: x, profiles: [debug], ports: ["7000:80"] }'],
    told: ['warning ports/published-twice: "b" publishes port 7000/tcp of the host, as "a" does'],
  },
  {
    name: 'one namespace, joined by another service',
    services: [
      'a: { image: x, expose: ["7000"] }',
      'b: { image: x, network_mode: "service:a", expose: ["7000"] }',
      'c: { image: x, network_mode: "service:b", expose: ["7001"] }',
    ],
    told: [
      'error ports/namespace-clash: "b" opens (taken from "expose") port 7000/tcp in the network ' +
        'namespace of service "a", as "a" does',
    ],
  },
  {
    name: 'the host’s namespace, through another service',
    services: [
      'a: { image: x, x-netmode: { mode: host, listen: [7000] } }',
      'b: { image: x, network_mode: "service:a", expose: ["7001"] }',
      'c: { image: x, ports: ["7001:80"] }',
    ],
    told: ['error ports/host-clash: "c" publishes port 7001/tcp of the host, as "b" does'],
  },
  {
    name: 'a container’s namespace',
    services: [
      'a: { image: x, network_mode: "container:vpn", expose: ["7000"] }',
      'b: { image: x, network_mode: "container:vpn", expose: ["7000"] }',
    ],
    told: [
      'error ports/namespace-clash: "b" opens (taken from "expose") port 7000/tcp in the network ' +
        'namespace of container "vpn", as "a" does',
    ],
  },
  {
    name: 'a guess says from where it was taken',
    services: [
      'a: { image: x, expose: ["7000"], x-netmode: host }',
      'b: { image: x, ports: ["7000:7000"], x-netmode: host }',
    ],
    told: ['error ports/host-clash: "b" opens (taken from "ports") port 7000/tcp of the host, as "a" does'],
  },
  {
    name: 'replicas: a fixed port cannot be shared, a range can',
    services: [
      'a: { image: x, scale: 2, ports: ["7000:80"] }',
      'b: { image: x, deploy: { replicas: 2 }, ports: ["7010-7011:80"] }',
    ],
    told: ['error service/replicas-clash: "a": 2 replicas cannot share the published port 7000/tcp'],
  },
  {
    name: 'replicas in host mode',
    services: ['a: { image: x, scale: 3, x-netmode: { mode: host, listen: ["53/udp"] } }'],
    told: ['error service/replicas-clash: "a": 3 replicas cannot share the host\'s port 53/udp'],
  },
];

for (const { name, services, told: expected } of cases) {
  test(name.replaceAll('’', "'"), () => {
    const outcome = planTexts(`services:\n${services.map((one) => `  ${one}\n`).join('')}`);
    assert.equal(
      told(outcome).filter((line) => / (ports|service\/replicas)/.test(line) && !line.includes('ports-ignored')),
      expected,
    );
  });
}

/** What is reported of two sockets, as severity, rule, the text it points at, message and help. */
function explained(services: string, facts?: Facts) {
  const text = `services:\n${services}`;
  return planTexts(text, facts && { facts })
    .diagnostics.sorted()
    .filter(({ rule }) => /^ports\/(?:published-twice|host-clash|namespace-clash)$/.test(rule))
    .map(({ severity, rule, span, message, help }) => {
      const place = span && text.slice(span.start, span.end);
      return `${severity} ${rule} at ${place}: ${message}\n  ${help}`;
    });
}

const hosts = (...listens: readonly string[]) =>
  listens
    .map((listen, at) => `  ${'abc'[at]}: { image: x, x-netmode: { mode: host, listen: [${listen}] } }\n`)
    .join('');
const publishing = (...ports: readonly string[]) =>
  ports.map((port, at) => `  ${'abc'[at]}: { image: x, ports: ["${port}:80"] }\n`).join('');
const exposing: Facts = {
  ...lanFacts,
  engine: { ...lanFacts.engine!, images: { x: [{ first: 7000, last: 7000, protocol: 'tcp' }] } },
};
const listening = (listen: string) => `  b: { image: y, x-netmode: { mode: host, listen: ["${listen}"] } }\n`;
const imageOnly = '  a: { image: x, x-netmode: host }\n';

const another = '\n  let one of them use another port, or another netmode';
const guessed = '\n  let one of them use another port; if the process opens other ports, say which with "listen"';
const elsewhere = '\n  publish it on another port, or on another address of the host';
const each = '\n  publish it on another port, or each of the two on an address of its own';
const shared =
  '\n  those who look for services share this port, and both get what comes in; let one of them only answer there';
const twice = (place: string, help: string) =>
  `error ports/published-twice at ${place}: "b" publishes port 7000/tcp of the host, as "a" does${help}`;

for (const [name, services, expected, facts] of [
  ['what one opens is its own affair', hosts('7000, "127.0.0.1:7000"'), []],
  [
    'what one publishes and opens too',
    '  a: { image: x, ports: ["7000:7000"], x-netmode: bridge, expose: [7000] }\n',
    [],
  ],
  ['one publishes in both families', '  a: { image: x, ports: ["0.0.0.0:7000:80", "[::]:7000:80"] }\n', []],
  [
    'one publishes twice',
    '  a: { image: x, ports: ["7000:80", "0.0.0.0:7000:81"] }\n',
    [
      'error ports/published-twice at "0.0.0.0:7000:81": "a" publishes port 7000/tcp of the host twice, which Docker ' +
        'refuses\n  remove one of the two',
    ],
  ],
  [
    'what the owner publishes for its guest',
    '  a: { image: x, ports: ["7000:7000"] }\n  b: { image: x, network_mode: "service:a", expose: ["7000"] }\n',
    [],
  ],
  [
    'a guest is told of by its own name',
    '  a: { image: x, x-netmode: bridge }\n  b: { image: x, ports: ["7000:7000"], x-netmode: "service:a" }\n' +
      '  c: { image: x, ports: ["7000:80"] }\n',
    [`error ports/published-twice at "7000:80": "c" publishes port 7000/tcp of the host, as "b" does${each}`],
  ],
  ['namespaces that nobody joins', '  a: { image: x, expose: [7000] }\n  b: { image: x, expose: [7000] }\n', []],
  [
    'the later in the file is blamed, though its ports come first',
    hosts('"7005-7010"', '"7000-7006"'),
    [
      'error ports/host-clash at "7000-7006": "b" opens ports 7000-7006/tcp of the host, of which "a" opens ' +
        `7005-7006/tcp${another}`,
    ],
  ],
  [
    'what goes beyond one clashes with the next',
    hosts('"7000-7006"', '"7000-7010"', '7008'),
    [
      'error ports/host-clash at "7000-7010": "b" opens ports 7000-7010/tcp of the host, of which "a" opens ' +
        `7000-7006/tcp${another}`,
      `error ports/host-clash at 7008: "c" opens port 7008/tcp of the host, as "b" does${another}`,
    ],
  ],
  [
    'a wide one is told of what lies in it, from its first port on',
    hosts('7008', '"7002-7004"', '"7000-7008"'),
    [
      'error ports/host-clash at "7000-7008": "c" opens ports 7000-7008/tcp of the host, of which "b" opens ' +
        `7002-7004/tcp${another}`,
      'error ports/host-clash at "7000-7008": "c" opens ports 7000-7008/tcp of the host, of which "a" opens ' +
        `7008/tcp${another}`,
    ],
  ],
  ['ranges beside each other', hosts('"7000-7004"', '"7005-7010"'), []],
  [
    'ranges with one last port',
    hosts('"7003-7010"', '"7000-7010"'),
    [
      'error ports/host-clash at "7000-7010": "b" opens ports 7000-7010/tcp of the host, of which "a" opens ' +
        `7003-7010/tcp${another}`,
    ],
  ],
  [
    'an image first: its process may not open the port',
    imageOnly + listening('7000'),
    [`warning ports/host-clash at "7000": "b" opens port 7000/tcp of the host, as "a" does${another}`],
    exposing,
  ],
  [
    'an image last',
    listening('7000') + imageOnly,
    [
      'warning ports/host-clash at x: "a" opens (taken from the EXPOSE of its image) port 7000/tcp of the host, ' +
        `as "b" does${guessed}`,
    ],
    exposing,
  ],
  [
    'both discover services',
    hosts('"5353/udp"', '"5353/udp"'),
    [`info ports/host-clash at "5353/udp": "b" opens port 5353/udp of the host, as "a" does${shared}`],
  ],
  [
    'all that they have in common is discovery',
    hosts('"5350-5353/udp"', '"5353-5360/udp"'),
    [
      'info ports/host-clash at "5353-5360/udp": "b" opens ports 5353-5360/udp of the host, of which "a" opens ' +
        `5353/udp${shared}`,
    ],
  ],
  [
    'one publishes the port of discovery, which Docker does not share',
    `  a: { image: x, ports: ["5353:5353/udp"] }\n${listening('5353/udp')}`,
    [`error ports/host-clash at "5353/udp": "b" opens port 5353/udp of the host, as "a" does${another}`],
  ],
  [
    'the same, the other way round',
    `${listening('5353/udp')}  a: { image: x, ports: ["5353:5353/udp"] }\n`,
    [`error ports/host-clash at "5353:5353/udp": "a" publishes port 5353/udp of the host, as "b" does${another}`],
  ],
  ['both on every address', publishing('7000', '7000'), [twice('"7000:80"', each)]],
  ['the later on every address', publishing('127.0.0.1:7000', '7000'), [twice('"7000:80"', each)]],
  ['the later on every address of IPv6', publishing('127.0.0.1:7000', '[::]:7000'), [twice('"[::]:7000:80"', each)]],
  ['the earlier on every address', publishing('0.0.0.0:7000', '127.0.0.1:7000'), [twice('"127.0.0.1:7000:80"', each)]],
  ['both on one address', publishing('127.0.0.1:7000', '127.0.0.1:7000'), [twice('"127.0.0.1:7000:80"', elsewhere)]],
] as readonly (readonly [string, string, readonly string[], Facts?])[]) {
  test(`explained: ${name}`, () => assert.equal(explained(services, facts), expected));
}

test('one that has every address is in the way of whoever comes after it, too', () => {
  const ports = ['127.0.0.1:7000:80', '7000:80', '192.168.1.10:7000:80', '192.168.1.10:7001:80'];
  const services = ports.map((port, at) => `  s${at}: { image: x, ports: ["${port}"] }\n`);
  assert.equal(
    told(planTexts(`services:\n${services.join('')}`, { facts: lanFacts })).map((line) => line.split(': ')[1]),
    [
      '"s1" publishes port 7000/tcp of the host, as "s0" does',
      '"s2" publishes port 7000/tcp of the host, as "s1" does',
    ],
  );
});

test('two thousand services on one port are each told once', () => {
  const outcome = planTexts(
    [
      'services:',
      ...Array.from({ length: 2000 }, (_, index) => `  s${index}: { image: x, ports: ["7000:80"] }`),
      '',
    ].join('\n'),
  );
  assert.is(outcome.diagnostics.sorted().filter(({ rule }) => rule === 'ports/published-twice').length, 1999);
});

test.run();
