/** What Docker hands out on the LAN, against what this host has. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lanFacts, planTexts } from '../../support/in-memory.ts';

const found = (text: string) =>
  planTexts(text, { facts: lanFacts })
    .diagnostics.sorted()
    .filter(({ rule }) => rule === 'address/range-invalid');

const annotated = (mode: string, range: string, rest = '') =>
  `services:\n  web: { image: x, x-netmode: { mode: ${mode}, ip_range: ${range}${rest} } }\n`;
const native = (driver: string, range: string, rest = '') =>
  `services:\n  web: { image: x, networks: [lan] }\nnetworks:\n  lan:\n    driver: ${driver}\n` +
  '    driver_opts: { parent: eth0 }\n' +
  `    ipam: { config: [{ subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: ${range}${rest} }] }\n`;

for (const [name, text] of [
  ['macvlan', annotated('macvlan', '192.168.1.8/29')],
  ['ipvlan-l2', annotated('ipvlan-l2', '192.168.1.8/29')],
  ['a native macvlan network', native('macvlan', '192.168.1.8/29')],
  ['a native ipvlan network', native('ipvlan', '192.168.1.8/29')],
] as const) {
  test(`a range with the host's own address in it: ${name}`, () => {
    const [diagnostic, ...others] = found(text);
    assert.equal(others, []);
    assert.is(
      diagnostic?.message,
      "Docker hands out addresses of 192.168.1.8/29, which holds this host's own 192.168.1.10",
    );
    assert.is(diagnostic?.severity, 'error');
    assert.is(text.slice(diagnostic!.span!.start, diagnostic!.span!.end), '192.168.1.8/29');
    assert.is(diagnostic?.help, 'write "ip_range: 192.168.1.248/29"');
  });
}

test('what is suggested is accepted', () => {
  assert.equal(found(annotated('macvlan', '192.168.1.248/29')), []);
});

test('the whole LAN as range: the largest part that is free is suggested', () => {
  const [diagnostic] = found(annotated('macvlan', '192.168.1.0/24'));
  assert.is(diagnostic?.help, 'write "ip_range: 192.168.1.128/25"');
});

test('a small subnet: what is left of it, or that nothing is', () => {
  const help = (text: string, address: string) => {
    const eth1 = lanFacts.host!.interfaces.find(({ name }) => name === 'eth1')!;
    const facts = {
      ...lanFacts,
      host: { ...lanFacts.host!, interfaces: [{ ...eth1, addresses: [address] }], routes: [] },
    };
    return planTexts(text, { facts })
      .diagnostics.sorted()
      .filter(({ rule, message }) => rule === 'address/range-invalid' && message.includes('hands out'))
      .map(({ help }) => help);
  };
  const small = (subnet: string, gateway: string) =>
    `services:\n  web: { image: x, networks: [lan] }\nnetworks:\n  lan:\n    driver: macvlan\n` +
    `    driver_opts: { parent: eth1 }\n` +
    `    ipam: { config: [{ subnet: ${subnet}, gateway: ${gateway}, ip_range: ${subnet} }] }\n`;
  assert.equal(help(small('10.1.0.0/29', '10.1.0.1'), '10.1.0.5/29'), ['write "ip_range: 10.1.0.6/31"']);
  assert.equal(help(small('10.1.0.0/30', '10.1.0.1'), '10.1.0.2/30'), [
    'choose a range that neither this host nor its gateway is in',
  ]);
});

test('an address that the network keeps from containers is not handed out', () => {
  assert.equal(found(native('macvlan', '192.168.1.8/29', ', aux_addresses: { host: 192.168.1.10 }')), []);
});

test('the gateway in the range: the route of a shim would cover it, without a shim Docker leaves it out', () => {
  const messages = (text: string) => found(text).map(({ message }) => message);
  assert.equal(messages(annotated('ipvlan-l2', '192.168.1.0/29')), [
    'the shim has the route to 192.168.1.0/29, which holds the gateway 192.168.1.1',
  ]);
  assert.equal(messages(annotated('ipvlan-l2', '192.168.1.0/29', ', host_access: none')), []);
});

test('the shim cannot have the name of its parent, and nothing is said to be removed', () => {
  const [diagnostic] = planTexts(
    'services:\n  web: { image: x, x-netmode: { network: lan } }\n' +
      'networks:\n  lan: { x-netmode: { mode: macvlan, ip_range: 192.168.1.192/27, shim: { name: eth0 } } }\n',
    { facts: lanFacts },
  )
    .diagnostics.sorted()
    .filter(({ rule }) => rule === 'shim/name-taken');
  assert.is(diagnostic?.message, 'the shim of "netcompose-eth0" cannot have the name of its parent, "eth0"');
  assert.is(
    diagnostic?.help,
    'give the shim a name that no interface has, such as "shim: { name: nc0 }", at the network',
  );
});

test.run();
