/** A service's `x-netmode` that says something, but not how the service is attached. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lanFacts, planTexts, told } from '../support/in-memory.ts';

const cases: readonly (readonly [string, readonly string[]])[] = [
  ['x-netmode: { ipv4_address: 192.168.1.80 }', ['error netmode/invalid-value: "web": x-netmode gives no mode']],
  ['x-netmode: { parent: eth0 }', ['error netmode/invalid-value: "web": x-netmode gives no mode']],
  ['x-netmode: { listen: [80], resolve_names: false }', []],
  ['x-netmode: { mode: bridge, aliases: [www] }', []],
  ['x-netmode: { network: backend, ipv4_address: 172.30.0.5 }', []],
];

for (const [line, expected] of cases) {
  test(line, () => {
    const text =
      `services:\n  web:\n    image: nginx\n    ${line}\nnetworks:\n  backend: { ipam: { ` +
      `config: [{ subnet: 172.30.0.0/24 }] } }\n`;
    assert.equal(told(planTexts(text, { facts: lanFacts })), expected);
  });
}

test('a top-level default is a mode', () => {
  const text = 'x-netmode: { default: bridge }\nservices:\n  web: { image: nginx, x-netmode: { aliases: [www] } }\n';
  assert.equal(told(planTexts(text, { facts: lanFacts })), []);
});

test.run();
