/** What is told of a wrong key or value of `x-netmode` helps to write the right one. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import schema from '../../schema/x-netmode.schema.json' with { type: 'json' };
import { netmodeWords } from '../../src/netmode/modes.ts';
import { planTexts } from '../support/in-memory.ts';

const service = (netmode: string) => `services:\n  a: { image: x, x-netmode: ${netmode} }\n`;
const keys = Object.keys(schema.$defs.service.else.properties);
const listed = netmodeWords.join(', ');

for (const [name, text, message, help] of [
  ['a netmode of a service', service('vpn'), 'there is no netmode "vpn"', `one of ${listed}, service:NAME`],
  [
    "Docker's word for a container outside",
    service('container:vpn'),
    'there is no netmode "container:vpn"',
    'write "network_mode: container:vpn" in place of "x-netmode"',
  ],
  ['the default', `x-netmode: { default: vpn }\n${service('host')}`, 'there is no netmode "vpn"', `one of ${listed}`],
  ['a key unlike any', service('{ vip: x }'), 'there is no key "vip"', `one of ${keys.join(', ')}`],
  ['a key nearly right', service('{ floating_adresses: x }'), 'no key', 'did you mean "floating_addresses"?'],
  ['a VLAN above', service('{ vlan: 4095 }'), '"vlan" is 4095', 'write a whole number from 1 to 4094'],
  ['a VLAN in words', service('{ vlan: ten }'), '"vlan" is "ten"', 'write a whole number from 1 to 4094'],
  [
    'an empty list',
    service('{ mode: macvlan, floating_addresses: [] }'),
    '"floating_addresses" is an empty list',
    'write it like "192.168.1.60"',
  ],
] as const) {
  test(name, () => {
    const [found] = planTexts(text).diagnostics.sorted();
    assert.match(found!.message, message);
    assert.is(found!.help, help);
  });
}

test.run();
