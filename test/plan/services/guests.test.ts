/** What the owner of a network namespace takes over from its guests, and where the two differ. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatAddress } from '../../../src/plan/facts/ip.ts';
import { namespaceOwner } from '../../../src/plan/services/guests.ts';
import { lanFacts, planTexts } from '../../support/in-memory.ts';

const networks =
  'networks:\n  back: { ipam: { config: [{ subnet: 10.9.0.0/24 }, { subnet: "fd09::/64" }] } }\n  front:\n';

/** A guest `g` of `vpn`: what is taken over, the networks of `vpn`, and what is reported. */
function taken(owner: string, guest: string, more = '') {
  const { plan, diagnostics } = planTexts(
    `services:\n  vpn: { image: x, ${owner} }\n  g: { image: x, x-netmode: "service:vpn", ${guest} ` +
      `}\n${more}${networks}`,
    { facts: lanFacts },
  );
  const vpn = plan!.services.get('vpn')!;
  const { conflicts, ...rest } = vpn.takesOver!;
  return {
    rest,
    conflicts: conflicts.map(({ key, guest: who, keeper }) => `${who} ${key} ${keeper}`),
    attachments: [...vpn.networks.values()],
    ports: vpn.ports.map(({ source, guest: from }) => `${from ?? 'vpn'} ${source.published?.first}:${source.target}`),
    reported: diagnostics
      .sorted()
      .filter(({ rule }) => rule === 'service/guests-differ')
      .map(({ message, help, severity, related }) => ({ message, help, severity, related: related?.length })),
  };
}

const none = { guests: ['g'], expose: [], extraHosts: [] };
const host = (name: string, address: string) => ({ host: name, address });

for (const [name, owner, guest, rest, conflicts] of [
  ['nothing is said', 'x-netmode: bridge', 'command: sh', none, []],
  [
    'the guest alone says it',
    'x-netmode: bridge',
    'hostname: g, dns: 10.0.0.1, extra_hosts: ["a:10.0.0.2"], expose: ["80", "53/udp"]',
    {
      ...none,
      hostname: 'g',
      dns: ['10.0.0.1'],
      extraHosts: [host('a', '10.0.0.2')],
      expose: ['80/tcp', '53/udp'],
    },
    [],
  ],
  [
    'the owner alone says it: it has it already',
    'x-netmode: bridge, hostname: v, dns: [10.0.0.1], extra_hosts: ["a:10.0.0.2"]',
    'command: sh',
    none,
    [],
  ],
  [
    'both say the same',
    'x-netmode: bridge, hostname: v, dns: [10.0.0.1], extra_hosts: ["a:10.0.0.2"]',
    'hostname: v, dns: 10.0.0.1, extra_hosts: ["a:10.0.0.2"]',
    none,
    [],
  ],
  [
    'both say another thing, and the owner is kept',
    'x-netmode: bridge, hostname: v, dns: [10.0.0.1], extra_hosts: ["a:10.0.0.2"]',
    'hostname: g, dns: [10.0.0.1, 10.0.0.3], extra_hosts: ["a:10.0.0.4", "b:10.0.0.5"]',
    { ...none, extraHosts: [host('b', '10.0.0.5')] },
    ['g hostname vpn', 'g dns vpn', 'g extra_hosts a vpn'],
  ],
] as const) {
  test(name, () => {
    const found = taken(owner, guest);
    assert.equal(found.rest, rest);
    assert.equal(found.conflicts, conflicts);
    assert.equal(
      found.reported,
      conflicts.map((each) => ({
        message: `"g": "${each.slice(2, -4)}" differs from that of "vpn", in whose network namespace there is only one`,
        help: 'let both say the same, or leave it out here',
        severity: 'warning',
        related: 1,
      })),
    );
  });
}

test('of two guests that differ the first is kept', () => {
  const { rest, conflicts } = taken(
    'x-netmode: bridge',
    'hostname: g',
    '  h: { image: x, x-netmode: "service:vpn", hostname: h }\n',
  );
  assert.equal(rest, { ...none, guests: ['g', 'h'], hostname: 'g' });
  assert.equal(conflicts, ['h hostname g']);
});

const on = (rest: string) => `networks: { back: { ${rest} } }`;
const every =
  'ipv4_address: 10.9.0.5, ipv6_address: "fd09::5", mac_address: "02:00:00:00:00:05", ' +
  'interface_name: eth5, gw_priority: 5';

for (const [name, owner, guest, kept, conflicts] of [
  [
    'each says something else',
    'ipv4_address: 10.9.0.5, aliases: [v]',
    'ipv6_address: "fd09::6", aliases: [v, w]',
    ['10.9.0.5', 'fd09::6'],
    [],
  ],
  ['both say the same', every, every, ['10.9.0.5', 'fd09::5', '02:00:00:00:00:05', 'eth5', 5], []],
  [
    'each says another',
    every,
    every.replaceAll('5', '6'),
    ['10.9.0.5', 'fd09::5', '02:00:00:00:00:05', 'eth5', 5],
    ['ipv4_address', 'ipv6_address', 'mac_address', 'interface_name', 'gw_priority'],
  ],
] as const) {
  test(`addresses on one network: ${name}`, () => {
    const found = taken(`x-netmode: bridge, ${on(owner)}`, on(guest));
    const [{ network, declared, aliases, ...said }, ...others] = found.attachments as [(typeof found.attachments)[0]];
    assert.equal([network, declared, others.length], ['back', true, 0]);
    assert.equal(aliases, owner.includes('aliases') ? ['v', 'w', 'g'] : ['g']);
    assert.equal(
      [
        ...[said.ipv4Address, said.ipv6Address].flatMap((each) => (each ? formatAddress(each.value) : [])),
        ...[said.macAddress, said.interfaceName, said.gwPriority].flatMap((each) => each?.value ?? []),
      ],
      kept,
    );
    assert.equal(
      found.conflicts,
      conflicts.map((key) => `g ${key} on "back" vpn`),
    );
  });
}

test("a network that only the guest lists is the owner's too, and new to it", () => {
  const { attachments } = taken('x-netmode: bridge, networks: [back]', 'networks: { front: { aliases: [f] } }');
  assert.equal(attachments, [
    { network: 'back', declared: true, aliases: ['g'] },
    { network: 'front', declared: false, aliases: ['f', 'g'] },
  ]);
});

test('what both publish is published once, for the owner', () => {
  assert.equal(taken('x-netmode: bridge, ports: ["80:80"]', 'ports: ["80:80", "81:81"]').ports, [
    'vpn 80:80',
    'g 81:81',
  ]);
});

test('the owner of a namespace: the last of a chain; a ring ends, and so does a chain whose end is not there', () => {
  const { plan } = planTexts('services:\n  a: { image: x }\n  b: { image: x }\n  c: { image: x }\n');
  const chain = (owners: Readonly<Record<string, string>>) => {
    const all = new Map(
      [...plan!.services].map(([name, each]) => [name, { ...each, ...(owners[name] && { owner: owners[name] }) }]),
    );
    return namespaceOwner(all.get('a')!, all).service.name;
  };
  assert.is(chain({}), 'a');
  assert.is(chain({ a: 'b', b: 'c' }), 'c');
  assert.is(chain({ a: 'b', b: 'a' }), 'b');
  assert.is(chain({ a: 'b', b: 'missing' }), 'b');
});

test.run();
