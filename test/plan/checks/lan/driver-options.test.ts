/** Options and their values, of the drivers that Docker takes any option for. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lanFacts, planTexts } from '../../../support/in-memory.ts';

function reported(driver: string, option: string, value: string) {
  const text =
    'services:\n  web: { image: x, networks: [lan] }\nnetworks:\n' +
    `  lan: { driver: ${driver}, driver_opts: { parent: eth1, ${option}: ${value} } }\n`;
  return planTexts(text, { facts: lanFacts })
    .diagnostics.sorted()
    .filter(({ rule }) => rule === 'driver-option/unknown')
    .map(({ message, help, span }) => [message, help, text.slice(span!.start, span!.end)]);
}

for (const [driver, option, values] of [
  ['macvlan', 'macvlan_mode', ['bridge', 'private', 'vepa', 'passthru']],
  ['ipvlan', 'ipvlan_mode', ['l2', 'l3', 'l3s']],
  ['ipvlan', 'ipvlan_flag', ['bridge', 'private', 'vepa']],
] as const) {
  test(`the values of ${option}`, () => {
    for (const value of values) assert.equal(reported(driver, option, value), [], value);
    assert.equal(reported(driver, option, 'whatever'), [
      [`network "lan": "whatever" is not a value of ${option}`, `one of ${values.join(', ')}`, 'whatever'],
    ]);
  });
}

test('a value that is nearly right', () => {
  assert.equal(reported('macvlan', 'macvlan_mode', 'bridged'), [
    ['network "lan": "bridged" is not a value of macvlan_mode', 'did you mean "bridge"?', 'bridged'],
  ]);
});

test('an option that the driver does not have is told at its name', () => {
  const unknown = (option: string) =>
    `network "lan": macvlan has no option "${option}", and Docker ignores it silently`;
  assert.equal(reported('macvlan', 'macvlan-mode', 'bridge'), [
    [unknown('macvlan-mode'), 'did you mean "macvlan_mode"?', 'macvlan-mode'],
  ]);
  assert.equal(reported('macvlan', 'vlan', '10'), [[unknown('vlan'), 'one of parent, macvlan_mode', 'vlan']]);
});

test('generic options of the engine', () => {
  assert.equal(reported('macvlan', 'com.docker.network.container_iface_prefix', 'lan'), []);
});

test('bridges take any option', () => assert.equal(reported('bridge', 'com.example', 'x'), []));

test.run();
