/** What is said of a service that falls back: what it loses, and where its own loopback address is none. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EngineFacts, Facts, HostFacts } from '../../../../src/plan/facts/facts.ts';
import { formatAddress } from '../../../../src/plan/facts/ip.ts';
import { lanFacts, planTexts } from '../../../support/in-memory.ts';

const rootless = (engine: Partial<EngineFacts> = {}, host: Partial<HostFacts> = {}): Facts => ({
  ...lanFacts,
  host: { ...lanFacts.host!, ...host },
  engine: { ...lanFacts.engine!, kind: 'rootless', ...engine },
});

/** What is reported under these rules, as severity, rule, the text it points at, message and help. */
function reported(rules: RegExp, text: string, facts: Facts = rootless(), starting?: ReadonlySet<string>) {
  return planTexts(text, { facts, ...(starting && { starting }) })
    .diagnostics.sorted()
    .filter(({ rule }) => rules.test(rule))
    .map(({ severity, rule, span, message, help }) => {
      const place = span && text.slice(span.start, span.end);
      return `${severity} ${rule} at ${place}: ${message}${help === undefined ? '' : `\n  ${help}`}`;
    });
}

const service = (fallback: string) =>
  `services:\n  web:\n    image: x\n    x-netmode: { mode: macvlan, fallback: ${fallback} }\n`;
const because = 'because a rootless engine has no macvlan and no ipvlan';
const onBridge =
  `"web" is on a bridge instead of macvlan, ${because}: it has no address on the LAN, no MAC address of its own, ` +
  'no broadcast and multicast of the LAN';
const onHost =
  `"web" is in this host's network instead of macvlan, ${because}: it has no address of its own on the LAN, ` +
  'no MAC address of its own';
const sayPorts = '\n  say which ports to publish there: "fallback: { ports: […] }"';

for (const [name, text, expected] of [
  [
    'to a bridge without ports',
    service('bridge'),
    [`info service/falls-back at { mode: macvlan, fallback: bridge }: ${onBridge}${sayPorts}`],
  ],
  [
    'to a bridge with ports',
    service('{ ports: ["80:80"] }'),
    [`info service/falls-back at { mode: macvlan, fallback: { ports: ["80:80"] } }: ${onBridge}`],
  ],
  [
    'to the host, which needs no ports',
    service('host'),
    [`info service/falls-back at { mode: macvlan, fallback: host }: ${onHost}`],
  ],
  ['the service has no fallback', service('""'), []],
  ['and is not started', service('bridge').replace('image: x', 'image: x\n    profiles: [p]'), []],
] as const) {
  test(`what is lost: ${name}`, () => assert.equal(reported(/falls-back/, text), expected));
}

test('what is lost is told where the network is listed, or at the service that lists none', () => {
  const onNetwork = (web: string, key: string) =>
    `services:\n  web: ${web}\nnetworks:\n  ${key}: { x-netmode: { mode: macvlan, fallback: bridge } }\n`;
  const place = (text: string) => reported(/falls-back/, text).map((line) => line.split(': "')[0]);
  assert.equal(place(onNetwork('{ image: x, networks: [lan] }', 'lan')), ['info service/falls-back at [lan]']);
  assert.equal(place(onNetwork('{ image: x }', 'default')), ['info service/falls-back at web']);
});

test('what is lost is told of the services that are started now', () => {
  assert.is(reported(/falls-back/, service('bridge'), rootless(), new Set(['web'])).length, 1);
  assert.equal(reported(/falls-back/, service('bridge'), rootless(), new Set(['db'])), []);
});

for (const [mode, where, help] of [
  ['host', "in this host's network", 'say with "listen" what the process opens, or write "mode: bridge" beside them'],
  ['none', 'on no network', 'remove them, or write "mode: bridge" beside them'],
] as const) {
  test(`ports of a fallback to ${mode}`, () =>
    assert.equal(reported(/ports-ignored/, service(`{ mode: ${mode}, ports: ["80:80"] }`)), [
      'warning service/ports-ignored at "80:80": "web": the ports of its fallback are published on a bridge only, ' +
        `and it is ${where} instead of macvlan\n  ${help}`,
    ]));
}

/** Two that publish one port, so that each gets a loopback address of its own. */
const two =
  'name: shop\nx-netmode: { fallback: bridge }\nservices:\n' +
  '  a: { image: x, ports: ["80:80"], x-netmode: macvlan }\n  b: { image: x, ports: ["80:80"], x-netmode: macvlan }\n';
const loopbacks = /no-such-address|engine\/remote/;
const addresses = ['a', 'b'].map((name) => {
  const [port] = planTexts(two, { facts: rootless() }).plan!.services.get(name)!.ports;
  return formatAddress(port!.address!);
});
const [lo, eth0] = [lanFacts.host!.interfaces[0]!, lanFacts.host!.interfaces[1]!];
const mac = (...aliases: readonly string[]): Partial<HostFacts> => ({
  platform: 'darwin',
  interfaces: [{ ...lo, addresses: ['127.0.0.1/8', ...aliases.map((address) => `${address}/8`)] }, eth0],
});
const otherPorts = 'give it other ports there: "fallback: { ports: […] }"';
const desktop = { kind: 'desktop', product: 'Docker Desktop' } as const;

for (const [name, facts, severity, rule, problem, help] of [
  [
    'on another machine',
    rootless({ remote: true }),
    'warning',
    'engine/remote',
    "on the engine's machine, which nobody else reaches there",
    () => otherPorts,
  ],
  [
    'in a machine that passes all to 127.0.0.1',
    rootless({ kind: 'desktop', product: 'Colima' }),
    'warning',
    'ports/no-such-address',
    'Colima passes every loopback address of its virtual machine on to 127.0.0.1',
    () => otherPorts,
  ],
  ...(
    [
      ['warning', 'OrbStack'],
      ['error', 'Docker Desktop'],
    ] as const
  ).map(
    ([severity, product]) =>
      [
        `on a Mac with ${product}`,
        rootless({ kind: 'desktop', product }, mac()),
        severity,
        'ports/no-such-address',
        'a Mac has only 127.0.0.1 until it is given others',
        (address: string) =>
          `run, anew after each start of the Mac: sudo ifconfig lo0 alias ${address} up; or ${otherPorts}`,
      ] as const,
  ),
] as const) {
  test(`a loopback address of its own, ${name}`, () =>
    assert.equal(
      reported(loopbacks, two, facts),
      ['a', 'b'].map(
        (service, at) =>
          `${severity} ${rule} at "80:80": "${service}" publishes on ${addresses[at]}, because others have its ports ` +
          `too: ${problem}\n  ${help(addresses[at]!)}`,
      ),
    ));
}

test('a loopback address of its own, where it is there', () => {
  // The parent is not there, and nobody asked an engine.
  const far = two.replaceAll('x-netmode: macvlan', 'x-netmode: { mode: macvlan, parent: eth9 }');
  const withoutEngine = (host: Partial<HostFacts>): Facts => ({ version: 1, host: { ...lanFacts.host!, ...host } });
  assert.equal(reported(loopbacks, far, withoutEngine({})), []);
  assert.equal(
    reported(loopbacks, far, withoutEngine(mac())).map((line) => line.split(' at ')[0]),
    ['warning ports/no-such-address', 'warning ports/no-such-address'],
  );
  const { host: _, ...withoutHost } = rootless();
  assert.equal(reported(loopbacks, two, withoutHost), []);
  assert.equal(reported(loopbacks, two), []);
  assert.equal(reported(loopbacks, two, rootless({ kind: 'desktop' })), []);
  assert.equal(reported(loopbacks, two, rootless(desktop)), []);
  assert.equal(reported(loopbacks, two, rootless(desktop, mac(...addresses))), []);
  const first = reported(loopbacks, two, rootless(desktop, mac(addresses[0]!)));
  assert.is(first.length, 1);
  assert.match(first[0]!, `"b" publishes on ${addresses[1]}`);
});

test.run();
