/** What several containers of one service cannot share. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lanFacts, planTexts } from '../../../support/in-memory.ts';

function clashes(keys: string, replicas = 3) {
  const text = `services:\n  web: { image: x, deploy: { replicas: ${replicas} }, ${keys} }\n`;
  return planTexts(text, { facts: lanFacts })
    .diagnostics.sorted()
    .filter(({ rule }) => rule === 'service/replicas-clash')
    .map(({ message, help }) => [message, help]);
}

const lan = (rest: string) => `x-netmode: { mode: macvlan, ip_range: 192.168.1.192/27, ${rest} }`;
const leaveOut = 'leave it out, or run one replica';

for (const [name, keys, expected] of [
  [
    'an address',
    lan('ipv4_address: 192.168.1.53'),
    [['"web": 3 replicas cannot share the address 192.168.1.53', leaveOut]],
  ],
  [
    'a MAC address',
    lan('mac_address: "02:42:0a:00:00:05"'),
    [['"web": 3 replicas cannot share the MAC address 02:42:0a:00:00:05', leaveOut]],
  ],
  [
    "a port of the host's",
    'x-netmode: { mode: host, listen: [8080] }',
    [['"web": 3 replicas cannot share the host\'s port 8080/tcp', 'run one replica, or use another netmode']],
  ],
  [
    'a published port',
    'ports: ["8080:80"], x-netmode: bridge',
    [
      [
        '"web": 3 replicas cannot share the published port 8080/tcp',
        'give a range: published "8080-8082" for container port 80',
      ],
    ],
  ],
  [
    'as many ports of the host as of the container',
    'ports: ["8080-8082:80-82"], x-netmode: bridge',
    [['"web": 3 replicas cannot share the published ports 8080-8082/tcp', leaveOut]],
  ],
  [
    'the last ports: a range just ends with them',
    'ports: ["65533:80"], x-netmode: bridge',
    [
      [
        '"web": 3 replicas cannot share the published port 65533/tcp',
        'give a range: published "65533-65535" for container port 80',
      ],
    ],
  ],
  [
    'and goes no further',
    'ports: ["65534:80"], x-netmode: bridge',
    [['"web": 3 replicas cannot share the published port 65534/tcp', leaveOut]],
  ],
  ['a range of ports', 'ports: ["8080-8082:80"], x-netmode: bridge', []],
  ['a port that Docker chooses', 'ports: ["80"], x-netmode: bridge', []],
  ['nothing of its own', lan('listen: [8080]'), []],
] as const) {
  test(name, () => {
    assert.equal(clashes(keys), expected);
    assert.equal(clashes(keys, 1), []);
  });
}

const owned = (owner: string, guest: string) =>
  planTexts(`services:\n  vpn: { image: x, ${owner} }\n  app: { image: x, ${guest} }\n`, { facts: lanFacts })
    .diagnostics.sorted()
    .filter(({ rule }) => rule === 'service/replicas-clash')
    .map(({ severity, message, help }) => [severity, message, help]);

const oneOf = '"app" is in the network of one of 2 replicas of "vpn"';
const run = 'run one replica of "vpn"';
for (const [name, owner, guest, expected] of [
  ['a guest of two', 'scale: 2', 'x-netmode: "service:vpn"', [['error', oneOf, run]]],
  ['a native guest of two', 'scale: 2', 'network_mode: "service:vpn"', [['warning', oneOf, run]]],
  [
    'a guest of none',
    'scale: 0',
    'network_mode: "service:vpn"',
    [['error', '"app" is in the network of "vpn", which has no container', run]],
  ],
  ['a guest of one', 'scale: 1', 'x-netmode: "service:vpn"', []],
  [
    'two guests, each of which opens a port',
    'scale: 1',
    'scale: 2, x-netmode: { mode: "service:vpn", listen: [80] }',
    [['error', '"app": 2 replicas cannot share the port 80/tcp in the network of "vpn"', 'run one replica']],
  ],
] as const) {
  test(name, () => assert.equal(owned(owner, guest), expected));
}

for (const replicas of ['-1', '1.5', '"two"']) {
  test(`nothing follows from ${replicas} replicas, which is said once`, () => {
    const text =
      `services:\n  vpn: { image: x, deploy: { replicas: ${replicas} } }\n` +
      '  app: { image: x, x-netmode: "service:vpn", ports: ["80:80"] }\n';
    const found = planTexts(text, { facts: lanFacts }).diagnostics.sorted();
    assert.equal(
      found.map(({ rule, help }) => [rule, help]),
      [['compose/invalid-model', undefined]],
    );
  });
}

test('an owner with replicas is to have one, whatever its guest publishes', () => {
  const text =
    'services:\n  vpn: { image: x, scale: 2 }\n  app: { image: x, x-netmode: "service:vpn", ports: ["80:80"] }\n';
  const found = planTexts(text, { facts: lanFacts }).diagnostics.sorted();
  assert.equal(
    found.map(({ help }) => help),
    ['run one replica of "vpn"'],
  );
});

test.run();
