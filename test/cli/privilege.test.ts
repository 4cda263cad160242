import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkPrivilege } from '../../src/plan/checks/privilege.ts';
import type { Facts } from '../../src/plan/facts/facts.ts';
import { lanFacts, planTexts } from '../support/in-memory.ts';

const compose = 'services:\n  web: { image: x, x-netmode: { mode: macvlan, ip_range: 192.168.1.192/27 } }\n';
const shim = {
  name: 'nc-eth0',
  index: 9,
  kind: 'macvlan',
  up: true,
  loopback: false,
  wireless: false,
  mtu: 1500,
  mode: 'bridge',
  link: 'eth0',
  alias: 'netcompose:netcompose-eth0',
  addresses: ['169.254.255.28/32'],
  scopes: { '169.254.255.28/32': 'link' },
  multicast: false,
};

const network = {
  ...{ id: '1', name: 'netcompose-eth0', driver: 'macvlan', scope: 'local', internal: false },
  options: { parent: 'eth0', macvlan_mode: 'bridge' },
  labels: { 'netcompose.network': 'netcompose-eth0' },
  pools: [{ subnet: '192.168.1.0/24', gateway: '192.168.1.1', ipRange: '192.168.1.192/27', auxiliaryAddresses: {} }],
};
const route = { destination: '192.168.1.192/27', family: 4, interface: 'nc-eth0' } as const;

function found(host: Partial<NonNullable<Facts['host']>>, networks: readonly (typeof network)[] = []) {
  const engine = { ...lanFacts.engine!, networks };
  const facts = { ...lanFacts, host: { ...lanFacts.host!, ...host }, engine };
  const { plan, diagnostics } = planTexts(compose, { facts });
  checkPrivilege(plan!, facts, diagnostics.report);
  return diagnostics.sorted();
}

test('without root and sudo: the exact commands', () => {
  const [diagnostic, ...others] = found({ privilege: 'none' });
  assert.equal(others, []);
  assert.is(diagnostic?.rule, 'shim/needs-root');
  assert.is(diagnostic?.message, 'the shim "nc-eth0" of "netcompose-eth0" needs root, and sudo is not installed');
  assert.equal(diagnostic?.help?.split('\n').slice(1, 4), [
    '  docker network create --driver macvlan --subnet 192.168.1.0/24 --gateway 192.168.1.1 ' +
      '--ip-range 192.168.1.192/27 --opt parent=eth0 ' +
      '--label netcompose.network=netcompose-eth0 netcompose-eth0',
    '  ip link add link eth0 name nc-eth0 address 02:90:f5:6d:d0:65 group 28259 type macvlan mode bridge',
    '  ip link set dev nc-eth0 alias netcompose:netcompose-eth0',
  ]);
  assert.is(diagnostic?.span?.source.position(diagnostic.span.start).line, 2);
});

const { interfaces, routes } = lanFacts.host!;
const made = { privilege: 'none', interfaces: [...interfaces, shim], routes: [...routes, route] } as const;
const commandsIn = (help: string | undefined) => help?.split('\n').slice(1);

test('once somebody has run them, nothing stands in the way', () => assert.equal(found(made, [network]), []));

test('where some of it is done, the rest', () => {
  assert.equal(
    found({ ...made, interfaces: [...interfaces, { ...shim, up: false }], routes }, [network]).map(({ help }) =>
      commandsIn(help),
    ),
    [['  ip link set dev nc-eth0 up', '  ip route add 192.168.1.192/27 dev nc-eth0 scope global']],
  );
});

test('a shim of the former kind: what makes it harmless first, and the route in one command', () => {
  const former = { ...shim, addresses: [], scopes: {}, multicast: true };
  const [diagnostic] = found(
    { ...made, interfaces: [...interfaces, former], routes: [...routes, { ...route, source: '192.168.1.10' }] },
    [network],
  );
  assert.equal(commandsIn(diagnostic?.help), [
    '  ip link set dev nc-eth0 multicast off',
    '  ip addr add 169.254.255.28/32 dev nc-eth0 scope link',
    '  ip route replace 192.168.1.192/27 dev nc-eth0 scope global',
  ]);
});

test('where the network alone is missing: an "up" would make the shim anew', () => {
  const [diagnostic] = found(made);
  assert.is(commandsIn(diagnostic?.help)?.length, 1);
  assert.match(diagnostic?.help ?? '', 'docker network create');
});

for (const privilege of ['root', 'sudo'] as const)
  test(`with ${privilege}: nothing`, () => assert.equal(found({ privilege }), []));

test('where nobody looked at the host, or the engine: no more than is known', () => {
  const withoutRoot = { ...lanFacts, host: { ...lanFacts.host!, privilege: 'none' } } as const;
  const rules = ({ host, engine }: Partial<Facts>) => {
    const { plan, diagnostics } = planTexts(compose, { facts: withoutRoot });
    checkPrivilege(plan!, { version: 1, ...(host && { host }), ...(engine && { engine }) }, diagnostics.report);
    return diagnostics.sorted().map(({ rule }) => rule);
  };
  assert.equal(rules(withoutRoot), ['shim/needs-root']);
  assert.equal(rules({ host: withoutRoot.host }), ['shim/needs-root']);
  assert.equal(rules({ engine: withoutRoot.engine! }), []);
  // The shims of another machine are made there.
  assert.equal(rules({ host: withoutRoot.host, engine: { ...withoutRoot.engine!, remote: true } }), []);
});

test.run();
