/** Keys that Docker refuses in another's network namespace or in the host's, and what a netmode replaces. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Facts } from '../../../../src/plan/facts/facts.ts';
import { lanFacts, planTexts } from '../../../support/in-memory.ts';

/** What is reported under these rules, as severity, rule, the text it points at, message and help. */
function reported(services: string, facts: Facts = lanFacts) {
  const text = `services:\n${services}`;
  return planTexts(text, { facts })
    .diagnostics.sorted()
    .filter(({ rule }) => /^netmode\/(?:key-not-for-mode|replaces-native|invalid-value)$/.test(rule))
    .map(({ severity, rule, span, message, help }) => {
      const place = span && text.slice(span.start, span.end);
      return `${severity} ${rule} at ${place}: ${message}\n  ${help}`;
    });
}

const guest = (more: string, mode = 'service:a') =>
  `  a: { image: x }\n  b: { image: x, network_mode: "${mode}", ${more} }\n`;
const refused = (place: string, key: string, help: string, severity = 'error', mode = 'service:a') =>
  `${severity} netmode/key-not-for-mode at ${place}: "b": Docker refuses "${key}" beside "network_mode: ${mode}"\n` +
  `  ${help}`;
const atOwner = 'say it at "a", or write "x-netmode: service:a" in place of "network_mode"';
const elsewhere = 'remove it here: only whoever makes the container "vpn" can give it that';
const podman: Facts = { ...lanFacts, engine: { ...lanFacts.engine!, kind: 'podman' } };

for (const [name, text, expected, facts] of [
  ['ports', guest('ports: ["80:80"]'), [refused('["80:80"]', 'ports', atOwner)]],
  ['an empty list', guest('ports: []'), []],
  ['a host name', guest('hostname: h'), [refused('h', 'hostname', atOwner)]],
  ['links', guest('links: [a]'), [refused('[a]', 'links', 'write "depends_on" instead')]],
  ['networks, which Compose itself refuses', guest('networks: [default]'), []],
  [
    'a service that is not started',
    guest('profiles: [p], ports: ["80:80"]'),
    [refused('["80:80"]', 'ports', atOwner, 'warning')],
  ],
  [
    "a container's guest",
    guest('ports: ["80:80"]', 'container:vpn'),
    [refused('["80:80"]', 'ports', elsewhere, 'error', 'container:vpn')],
  ],
  [
    'the guest of a container that is a service of the file',
    '  a: { image: x, container_name: vpn }\n  b: { image: x, network_mode: "container:vpn", ports: ["80:80"] }\n',
    [refused('["80:80"]', 'ports', atOwner, 'error', 'container:vpn')],
  ],
  [
    'the guest of no container',
    '  b: { image: x, network_mode: "container:" }\n',
    [
      'error netmode/invalid-value at "container:": "b": "network_mode: container:" names no container\n' +
        '  write "service:NAME" with a service of this file, or "container:NAME"',
    ],
  ],
  ['Podman takes them', guest('ports: ["80:80"]'), [], podman],
  ['an empty "network_mode" is none that is replaced', '  a: { image: x, network_mode: "", x-netmode: host }\n', []],
  [
    'a "network_mode" that is replaced',
    '  a: { image: x, network_mode: none, x-netmode: host }\n',
    [
      'warning netmode/replaces-native at none: "a": "network_mode: none" is replaced by host\n' +
        '  remove "network_mode", or remove "x-netmode"',
    ],
  ],
  ['a "network_mode" alone', '  a: { image: x, network_mode: none }\n', []],
] as readonly (readonly [string, string, readonly string[], Facts?])[]) {
  test(`a guest's keys: ${name}`, () => assert.equal(reported(text, facts), expected));
}

test.run();
