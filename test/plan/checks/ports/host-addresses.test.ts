/** Addresses at which ports are bound, and which the host does not have. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lanFacts, planTexts } from '../../../support/in-memory.ts';

/** What is reported, as severity, the text it points at, message and help. */
const reported = (text: string, starting?: ReadonlySet<string>) =>
  planTexts(text, { facts: lanFacts, ...(starting && { starting }) })
    .diagnostics.sorted()
    .filter(({ rule }) => rule === 'ports/no-such-address')
    .map(
      ({ severity, span, message, help }) =>
        `${severity} at ${span && text.slice(span.start, span.end)}: ${message}\n  ${help}`,
    );

const missing = (place: string, verb: string, address: string) =>
  `warning at ${place}: "web" ${verb} a port on ${address}, which no interface of this host has\n` +
  '  write 192.168.1.10, which it has, or leave the address out; one that comes and goes (keepalived) needs ' +
  '"sysctl -w net.ipv4.ip_nonlocal_bind=1"';
const published = missing('"10.9.0.1:80:80"', 'publishes', '10.9.0.1');

const onBridge = (pools: string, port = '10.9.0.1:80:80') =>
  `services:\n  web: { image: x, ports: ["${port}"], networks: [n] }\n` +
  `networks:\n  n: { ipam: { config: [${pools}] } }\n  other:\n`;
const subnet = 'subnet: 10.9.0.0/24';
const gateway = `{ ${subnet}, gateway: 10.9.0.1 }`;
const inMode = (mode: string, listen: string) =>
  `services:\n  web: { image: x, x-netmode: { ${mode}, listen: ["${listen}"] } }\n` +
  '  db: { image: x, networks: [lan] }\n' +
  'networks:\n  lan: { driver: macvlan, driver_opts: { parent: eth0 }, ipam: { config: [ ' +
  '{ subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.192/27 }] } }\n';

for (const [name, text, expected] of [
  ['the gateway of a bridge', onBridge(gateway), []],
  ['the gateway of one of two pools', onBridge(`{ subnet: 10.8.0.0/24, gateway: 10.8.0.1 }, ${gateway}`), []],
  ['the gateway of another bridge', onBridge('').replace('other:', `other: { ipam: { config: [${gateway}] } }`), []],
  ['the first address of a bridge that gives no gateway', onBridge(`{ ${subnet} }`), []],
  [
    'the first address of its range, which older engines take',
    onBridge(`{ ${subnet}, ip_range: 10.9.0.64/26 }`, '10.9.0.64:80:80'),
    [],
  ],
  ['nobody has it', onBridge(''), [published]],
  [
    'another address of the bridge',
    onBridge(gateway, '10.9.0.2:80:80'),
    [missing('"10.9.0.2:80:80"', 'publishes', '10.9.0.2')],
  ],
  ['no address', onBridge(gateway, '80:80'), []],
  ['in host mode', inMode('mode: host', '10.9.0.1:80'), [missing('"10.9.0.1:80"', 'opens', '10.9.0.1')]],
  ['in host mode, an address of the host', inMode('mode: host', '192.168.1.10:80'), []],
  ['in host mode, no address', inMode('mode: host', '80'), []],
  [
    "in host mode, the LAN's router",
    inMode('mode: host', '192.168.1.1:80'),
    [missing('"192.168.1.1:80"', 'opens', '192.168.1.1')],
  ],
  ['on a LAN its processes bind at its own address', inMode('network: lan', '192.168.1.53:80'), []],
  ['on a bridge its processes bind in the container', inMode('mode: bridge', '10.9.0.1:80'), []],
] as const) {
  test(name, () => assert.equal(reported(text), expected));
}

test('it is told of the services that are started', () => {
  assert.equal(reported(onBridge(''), new Set(['web'])), [published]);
  assert.equal(reported(onBridge(''), new Set(['db'])), []);
  assert.equal(reported(onBridge('').replace('image: x', 'image: x, profiles: [p]')), []);
});

test.run();
