/** Names that the file gives to shims and that are taken on the host. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Facts, HostInterface } from '../../../../src/plan/facts/facts.ts';
import { lanFacts, planTexts } from '../../../support/in-memory.ts';

const withNames = (names: readonly string[], rest: Partial<HostInterface> = {}): Facts => {
  const added = names.map((name, at) => ({
    ...lanFacts.host!.interfaces[1]!,
    ...{ index: 20 + at, name, addresses: [], ...rest },
  }));
  return { ...lanFacts, host: { ...lanFacts.host!, interfaces: [...lanFacts.host!.interfaces, ...added] } };
};

/** What is reported, as severity, the text it points at, message and help. */
const reported = (text: string, facts: Facts = lanFacts) =>
  planTexts(text, { facts })
    .diagnostics.sorted()
    .filter(({ rule }) => rule === 'shim/name-taken')
    .map(
      ({ severity, span, message, help }) =>
        `${severity} at ${span && text.slice(span.start, span.end)}: ${message}\n  ${help}`,
    );

/** A network on each of eth0 and eth1, with these names for their shims. */
const shims = (a: string, b = 'free') =>
  'name: shop\nservices:\n  web: { image: x, networks: [a, b] }\nnetworks:\n' +
  `  a: { x-netmode: { mode: macvlan, parent: eth0, scope: project, ip_range: 192.168.1.192/27, ` +
  `shim: { name: ${a} } } }\n` +
  `  b: { x-netmode: { mode: macvlan, parent: eth1, scope: project, ip_range: 10.20.1.192/27, ` +
  `shim: { name: ${b} } } }\n`;
const exists = (name: string, network: string) =>
  `error at ${name}: an interface "${name}" exists that netcompose did not make; ` +
  `the shim of "${network}" needs the name\n`;
const help = (name: string) =>
  `  give the shim a name that no interface has, such as "shim: { name: ${name} }", at the network`;

for (const [name, text, expected, facts] of [
  ['free', shims('nc9'), []],
  ['that of an interface', shims('wlan0'), [`${exists('wlan0', 'shop_a')}${help('nc0')}`]],
  [
    'that of its parent',
    shims('eth0'),
    [`error at eth0: the shim of "shop_a" cannot have the name of its parent, "eth0"\n${help('nc0')}`],
  ],
  [
    'there already, made by us',
    shims('mine'),
    [],
    withNames(['mine'], { kind: 'macvlan', link: 'eth0', alias: 'netcompose:shop_a' }),
  ],
  [
    'an interface has the name that would be advised',
    shims('wlan0'),
    [`${exists('wlan0', 'shop_a')}${help('nc2')}`],
    withNames(['nc0', 'nc1']),
  ],
  [
    'another shim has the name that would be advised',
    shims('wlan0', 'nc0'),
    [`${exists('wlan0', 'shop_a')}${help('nc1')}`],
  ],
  [
    'two are advised two names',
    shims('wlan0', 'lo'),
    [`${exists('wlan0', 'shop_a')}${help('nc0')}`, `${exists('lo', 'shop_b')}${help('nc1')}`],
  ],
  [
    'that of its parent, where nobody looked at the host',
    shims('eth0').replace('ip_range', 'subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range'),
    [`error at eth0: the shim of "shop_a" cannot have the name of its parent, "eth0"\n${help('nc0')}`],
    { version: 1 },
  ],
] as const) {
  test(name, () => assert.equal(reported(text, facts), expected));
}

test.run();
