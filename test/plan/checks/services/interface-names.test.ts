/** Names that no interface can have, and those that another interface of the container may have by then. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lanFacts, planTexts } from '../../../support/in-memory.ts';

function reported(text: string, facts = lanFacts) {
  return planTexts(text, { facts })
    .diagnostics.sorted()
    .filter(({ rule }) => rule === 'netmode/invalid-value' || rule === 'service/interface-name-taken')
    .map(({ severity, rule, span, message, help }) => {
      const place = span && text.slice(span.start, span.end);
      return `${severity} ${rule} at ${place}: ${message}\n  ${help}`;
    });
}

for (const [written, isName] of [
  ['eth0', true],
  ['""', true],
  ['"a b"', false],
  ['abcdefghijklmno', true],
  ['abcdefghijklmnop', false],
] as const) {
  test(`whether it is a name: ${written}`, () =>
    assert.equal(
      reported(`services:\n  a: { image: x, networks: { default: { interface_name: ${written} } } }\n`),
      isName
        ? []
        : [
            `error netmode/invalid-value at ${written}: "a": no interface can be called ` +
              `"${written.replaceAll('"', '')}", as "interface_name" on "default" asks\n` +
              '  at most 15 characters, without spaces, "/" and ":"',
          ],
    ));
}

/** Each network with the name of the interface on it, if it has one; `x` has the prefix `lan`, `m` is macvlan. */
function on(networks: Readonly<Record<string, string>>): string {
  const keys = Object.entries(networks).map(([key, name]) => `${key}: {${name && ` interface_name: ${name} `}}`);
  const prefix = 'driver_opts: { com.docker.network.container_iface_prefix: lan';
  return (
    `services:\n  web: { image: x, networks: { ${keys.join(', ')} } }\n` +
    `networks:\n  a:\n  b:\n  c:\n  x: { ${prefix} } }\n` +
    `  m: { driver: macvlan, ${prefix}, parent: eth0 }, ipam: { config: [{ subnet: 192.168.1.0/24, ` +
    'gateway: 192.168.1.1, ip_range: 192.168.1.192/27 }] } }\n'
  );
}

/** As seen with engine 28.5, in twelve starts each: those that all succeeded are the empty ones. */
const seen: readonly (readonly [networks: Readonly<Record<string, string>>, clashes: readonly string[]])[] = [
  [{ a: 'eth0', b: '' }, ['eth0']],
  [{ a: 'eth1', b: '' }, []],
  [{ a: 'eth1', b: '', c: '' }, ['eth1']],
  [{ a: 'eth2', b: '', c: '' }, []],
  [{ a: 'eth0', b: 'eth1' }, []],
  [{ a: 'eth0', b: 'eth1', c: '' }, ['eth0', 'eth1']],
  [{ a: 'eth5', b: '' }, []],
  [{ a: 'eth00', b: '' }, []],
  [{ a: 'lan0', b: '' }, []],
  [{ a: 'eth0', x: '' }, []],
  [{ a: 'lan0', x: '' }, ['lan0']],
  [{ a: 'eth0', m: '' }, ['eth0']],
  [{ a: 'lan0', m: '' }, []],
  [{ a: 'eth0' }, []],
];
for (const [networks, clashes] of seen) {
  test(`what Docker may call another: ${JSON.stringify(networks)}`, () => {
    const lines = reported(on(networks));
    assert.equal(
      lines.map((line) => /^warning service\/interface-name-taken at (\S+):/.exec(line)?.[1]),
      clashes,
    );
  });
}

test('who the rivals are, and what to write', () =>
  assert.equal(reported(on({ a: 'eth1', b: '', c: '' })), [
    'warning service/interface-name-taken at eth1: "web": "eth1" on "a" is also what Docker may call the interface ' +
      'on "b", "c"; then the container does not start\n' +
      '  write "interface_name" for "b", "c", too, or call this one otherwise, as "lan1"',
  ]));

test('one name twice, and that of the loopback interface', () =>
  assert.equal(reported(on({ a: 'lan0', b: 'lan0', c: 'lo' })), [
    'error service/interface-name-taken at lan0: "web": no second interface can be called "lan0"\n' +
      '  write another "interface_name" for "b": the one on "a" has it',
    'error service/interface-name-taken at lo: "web": no second interface can be called "lo"\n' +
      '  write another "interface_name" for "c": every container has one',
  ]));

const lan = 'mode: macvlan, subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.192/27';
for (const [name, service, help] of [
  ['short', `networks: { back: { interface_name: eth0 } }, x-netmode: { ${lan} }`, 'under "x-netmode"'],
  ['a declared one', 'networks: { back: { interface_name: eth0 } }, x-netmode: { network: lan }', 'under "x-netmode"'],
  [
    'beside a listed one',
    `networks: { back: { interface_name: eth0 }, c: }, x-netmode: { ${lan} }`,
    'for "c" and under "x-netmode"',
  ],
  ['listed, too', 'networks: { back: { interface_name: eth0 }, lan: }, x-netmode: { network: lan }', 'for "lan"'],
  ['the bridge beside it', `x-netmode: { ${lan}, host_access: loopback, interface_name: eth0 }`, 'for "default"'],
] as const) {
  const text =
    `services:\n  web: { image: x, ${service} }\n` + `networks:\n  back:\n  c:\n  lan: { x-netmode: { ${lan} } }\n`;
  test(`the network that x-netmode brings, ${name}: where the file says how its interface is called`, () => {
    const [line, ...others] = reported(text);
    assert.is(line?.split('\n  ')[1], `write "interface_name" ${help}, too, or call this one otherwise, as "lan0"`);
    assert.equal(others, []);
  });
  if (help !== 'under "x-netmode"') continue;
  test(`... and written there, it is told no more, ${name}`, () =>
    assert.equal(reported(text.replace('x-netmode: { ', 'x-netmode: { interface_name: eth1, ')), []));
}

test('a name of x-netmode that is that of another one', () => {
  const both = `networks: { back: { interface_name: a } }, x-netmode: { ${lan}, interface_name: a }`;
  const text = `services:\n  web: { image: x, ${both} }\nnetworks:\n  back:\n`;
  assert.equal(reported(text), [
    'error service/interface-name-taken at a: "web": no second interface can be called "a"\n' +
      '  write another "interface_name" under "x-netmode": the one on "back" has it',
  ]);
});

test("what x-netmode says counts; Podman's numbering is not known", () => {
  const text =
    'services:\n  web: { image: x, networks: [back], x-netmode: { mode: macvlan, interface_name: eth0 } }\n' +
    'networks:\n  back:\n';
  const [line, ...others] = reported(text);
  assert.match(line ?? '', 'warning service/interface-name-taken at eth0: "web": "eth0" on "');
  assert.equal(others, []);
  const podman = { ...lanFacts, engine: { ...lanFacts.engine!, kind: 'podman' as const } };
  assert.equal(reported(text, podman), []);
});

test.run();
