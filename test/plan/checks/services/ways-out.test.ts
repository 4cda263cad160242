/** The network by which a container leaves: the one that it should, and the one that Docker will take. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Facts } from '../../../../src/plan/facts/facts.ts';
import { lanFacts, planTexts } from '../../../support/in-memory.ts';

const older: Facts = {
  ...lanFacts,
  engine: { ...lanFacts.engine!, version: '26.1.5' },
  compose: { version: '2.26.1' },
};
const podman: Facts = { ...lanFacts, engine: { ...lanFacts.engine!, kind: 'podman' } };
const { compose: _, ...withoutCompose } = lanFacts;

/** `web` is on `back`, and on `lan`, whose name comes later. */
const project = (lan = '', back = '', attachments = '{ back: {}, lan: {} }') =>
  `services:\n  web: { image: x, ports: ["8080:80"], networks: ${attachments}, x-netmode: { network: lan } }\n` +
  `networks:\n  back: {${back}}\n` +
  `  lan: { x-netmode: { mode: macvlan, scope: project, ip_range: 192.168.1.192/27${lan} } }\n`;

function outcome(text: string, facts: Facts = lanFacts) {
  const { plan, diagnostics } = planTexts(text, { facts });
  const { wayOut, networks } = plan!.services.get('web')!;
  const priorities = [...networks].flatMap(([key, { gwPriority }]) => (gwPriority ? `${key} ${gwPriority.value}` : []));
  const [reported] = diagnostics.sorted().filter(({ rule }) => rule === 'service/default-route');
  return {
    wayOut,
    priorities,
    ...(reported && { reported: `${reported.severity}: ${reported.message}; ${reported.help}` }),
  };
}

const names =
  'warning: "web" leaves by the network "back", not by "lan": this engine or Compose goes by the order of names; ' +
  'give "lan" a name that sorts first, or use Docker 28 with Compose 2.33, which know gw_priority';
const both =
  'warning: "web" is on "back" and "lan": Podman gives it a default route by each, and which counts changes ' +
  'from run to run; leave it on one of them';
const six = ' enable_ipv6: true, ipam: { config: [{ subnet: 10.9.0.0/24 }, { subnet: "fd00:9::/64" }] } ';
const loopback = ', host_access: loopback';

for (const [name, text, facts, expected] of [
  ['by the LAN, which is given the priority', project(), lanFacts, { wayOut: 'lan', priorities: ['lan 1'] }],
  [
    'a bridge with IPv6 comes first, whatever the priority',
    project('', six),
    lanFacts,
    {
      wayOut: 'lan',
      priorities: ['lan 1'],
      reported:
        'warning: "web" leaves by the network "back", not by "lan": Docker prefers a network that has IPv6, whatever ' +
        'the priority; give "lan" an IPv6 subnet too, or "back" none',
    },
  ],
  ['an internal bridge is no way out', project('', ' internal: true '), older, { wayOut: 'lan', priorities: [] }],
  ['goes by the names', project(), older, { wayOut: 'lan', priorities: [], reported: names }],
  ['Podman is given no priority', project(), podman, { wayOut: 'lan', priorities: [], reported: both }],
  ['nor is a Compose that nobody asked', project(), withoutCompose, { wayOut: 'lan', priorities: [], reported: names }],
  ['nobody asked the engine', project(), { version: 1, host: lanFacts.host! }, { wayOut: 'lan', priorities: [] }],
  [
    'for this host alone: by the bridge, which carries the port',
    project(loopback),
    lanFacts,
    { wayOut: 'back', priorities: ['back 1'] },
  ],
  [
    'for this host alone, and the bridge is internal',
    project(loopback, ' internal: true '),
    lanFacts,
    {
      wayOut: 'back',
      priorities: ['back 1'],
      reported:
        'error: "web" leaves by the network "lan", not by "back": Docker lets no container leave by an internal ' +
        'network, and Docker publishes none of its ports; take "internal" from "back"',
    },
  ],
  [
    'what the file says wins',
    project('', '', '{ back: { gw_priority: 2 }, lan: { gw_priority: 1 } }'),
    lanFacts,
    { wayOut: 'back', priorities: ['back 2', 'lan 1'] },
  ],
  [
    'what the file says is left out where it would be refused',
    project('', '', '{ back: {}, lan: { gw_priority: 1 } }'),
    older,
    { wayOut: 'lan', priorities: [], reported: names },
  ],
  [
    'less than nothing is a priority too',
    project('', '', '{ back: { gw_priority: -1 }, lan: {} }'),
    lanFacts,
    { wayOut: 'lan', priorities: ['back -1'] },
  ],
  [
    'two with one priority: Docker goes by the names, as it was told',
    project('', '', '{ back: { gw_priority: 1 }, lan: { gw_priority: 1 } }'),
    lanFacts,
    { wayOut: undefined, priorities: ['back 1', 'lan 1'] },
  ],
] as readonly (readonly [string, string, Facts, ReturnType<typeof outcome>])[]) {
  test(name, () => assert.equal(outcome(text, facts), expected));
}

test('with one network, or with bridges alone, the question does not arise', () => {
  for (const netmode of ['x-netmode: { network: lan }', 'networks: [back, front], x-netmode: bridge']) {
    const text =
      `services:\n  web: { image: x, ${netmode} }\nnetworks:\n  back:\n  front:\n` +
      '  lan: { driver: macvlan, driver_opts: { parent: eth0 } }\n';
    assert.equal(outcome(text, older), { wayOut: undefined, priorities: [] }, netmode);
  }
});

test('what netcompose leaves as it is gets no priority, and is told by which network it leaves', () => {
  const text =
    'services:\n  web: { image: x, networks: [lan, back] }\nnetworks:\n  back:\n' +
    '  lan: { driver: macvlan, driver_opts: { parent: eth0 } }\n';
  const { wayOut, priorities, reported } = outcome(text, older);
  assert.equal([wayOut, priorities], ['lan', []]);
  assert.is(reported, names);
  assert.is(
    outcome(text).reported,
    'warning: "web" leaves by the network "back", not by "lan": Docker goes by the order of names; ' +
      'write "gw_priority: 1" at "lan", under the service\'s "networks"',
  );
  // A priority that nobody there knows.
  assert.is(outcome(text.replace('[lan, back]', '{ lan: { gw_priority: 1 }, back: {} }'), older).reported, names);
});

test('without ports nothing is lost but the way', () => {
  const text = project(loopback, ' internal: true ').replace('ports: ["8080:80"], ', '');
  assert.match(outcome(text).reported!, /^warning: .*internal network; take/);
});

test('of two bridges, the one that is not internal carries the port', () => {
  const text = project(loopback, ' internal: true ', '{ back: {}, front: {}, lan: {} }').replace(
    'networks:\n  back',
    'networks:\n  front:\n  back',
  );
  assert.equal(outcome(text), { wayOut: 'front', priorities: ['front 1'] });
});

test.run();
