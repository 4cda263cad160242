/** `network_mode` with the name of a network: the engine must have it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EngineFacts, Facts } from '../../../../src/plan/facts/facts.ts';
import { lanFacts, planTexts } from '../../../support/in-memory.ts';

const withNetwork: Partial<EngineFacts> = {
  networks: [
    {
      id: 'c0ffee12',
      name: 'front',
      driver: 'bridge',
      scope: 'local',
      internal: false,
      options: {},
      labels: {},
      pools: [],
    },
  ],
};
const engine = (changes: Partial<EngineFacts> = {}): Facts => ({
  ...lanFacts,
  engine: { ...lanFacts.engine!, ...withNetwork, ...changes },
});

const reported = (mode: string, facts: Facts) =>
  planTexts(
    `name: shop\nservices:\n  web: { image: x, network_mode: ${mode} }\n  db: { image: x, networks: [back, far] }\n` +
      `networks:\n  back:\n  far: { name: elsewhere }\n`,
    { facts },
  )
    .diagnostics.sorted()
    .filter(({ rule }) => rule === 'engine/no-such-network')
    .map(({ message, help }) => `${message}: ${help}`);

for (const [mode, expected] of [
  ['front', []],
  // The beginning of an id, and its end.
  ['c0ff', []],
  ['ee12', ['make it first: docker network create ee12']],
  ['fornt', ['did you mean "front"?']],
  ['macvlan', ['did you mean "x-netmode: macvlan"?']],
  // What this very file makes, by the names that Docker knows, and by its key.
  ['shop_default', []],
  ['shop_back', []],
  ['elsewhere', []],
  ['back', ['write "networks: [back]" instead: "network_mode" takes the names that Docker has']],
] as const) {
  test(mode, () =>
    assert.equal(
      reported(mode, engine()),
      expected.map((help) => `"web": the engine has no network "${mode}": ${help}`),
    ),
  );
}

test('nobody knows without an engine, and Podman has words of its own', () => {
  const { host } = lanFacts;
  assert.equal(reported('pasta', { version: 1, host: host! }), []);
  assert.equal(reported('pasta', engine({ kind: 'podman' })), []);
});

test('a shared network that netcompose makes', () => {
  const lan = '  lan: { x-netmode: { mode: macvlan, ip_range: 192.168.1.192/27 } }\n';
  const text = (mode: string) =>
    `services:\n  web: { image: x, network_mode: ${mode} }\n  dns: { image: x, x-netmode: { network: lan } }\n` +
    `networks:\n${lan}`;
  const rules = (mode: string) =>
    planTexts(text(mode), { facts: engine() })
      .diagnostics.sorted()
      .map(({ rule }) => rule)
      .filter((rule) => rule === 'engine/no-such-network');
  assert.equal(rules('netcompose-eth0'), []);
  assert.equal(rules('netcompose-eth1'), ['engine/no-such-network']);
});

test.run();
