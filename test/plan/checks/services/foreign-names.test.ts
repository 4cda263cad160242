/** Names that another project's container has on a network that both are on. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkForeignNames } from '../../../../src/plan/checks/services/foreign-names.ts';
import type { EngineContainer } from '../../../../src/plan/facts/facts.ts';
import { parseFacts } from '../../../../src/plan/facts/parsed-facts.ts';
import { linkedToWhatIsThere } from '../../../../src/plan/services/links.ts';
import { lanFacts, planTexts } from '../../../support/in-memory.ts';

const other: EngineContainer = {
  ...{ id: 'c1', name: 'other-db-1', project: 'other', service: 'db', running: true, ports: [] },
  ...{ networkMode: 'netcompose-eth0', networks: { 'netcompose-eth0': { ipv4: '192.168.1.200' } } },
};
const shared = 'x-netmode: { mode: macvlan, ip_range: 192.168.1.192/27 }';
const onBoth = `networks: [default], ${shared}`;

function reported(
  web: string,
  db = '',
  container: Partial<EngineContainer> = {},
  kind: 'engine' | 'podman' = 'engine',
) {
  const facts = { ...lanFacts, engine: { ...lanFacts.engine!, kind, containers: [{ ...other, ...container }] } };
  return planTexts(`services:\n  web: { image: x, ${web} }\n  db: { image: x, ${db} }\n`, { facts })
    .diagnostics.sorted()
    .filter(({ rule }) => rule === 'service/name-of-another-project')
    .map(({ severity, message, help }) => `${severity}: ${message}: ${help}`);
}

const told =
  'warning: "web": the name "db" is also that of "other-db-1" on "netcompose-eth0": ' +
  'write "depends_on: [db]" at "web": then the name leads to this project\'s';

for (const [name, args, expected] of [
  ['a name on the LAN, and the own one on a bridge', [onBoth], [told]],
  ['both on the LAN', [shared, shared], [told]],
  ['what it depends on is linked', [`depends_on: [db], ${onBoth}`], []],
  ['linked by the file', [`links: [db], ${onBoth}`], []],
  ['known by /etc/hosts', [`extra_hosts: ["db:10.0.0.1"], ${onBoth}`], []],
  ['what it shares no network with', [shared], []],
  ['not on the LAN itself', ['networks: [default]'], []],
  ['a name of its own', [onBoth, '', { service: 'sql' }], []],
  ['one that does not run', [onBoth, '', { running: false }], []],
  ['on another network', [onBoth, '', { networks: { bridge: {} } }], []],
  ['its own container', [onBoth, '', { project: 'project' }], []],
  [
    'what it depends on, with resolve_names: false',
    [`depends_on: [db], ${onBoth.replace('}', ', resolve_names: false }')}`],
    [told.replace('depends_on', 'links')],
  ],
  ['with Podman', [onBoth, '', {}, 'podman'], []],
] as const)
  test(`names of other projects: ${name}`, () =>
    assert.equal(reported(...(args as unknown as Parameters<typeof reported>)), expected));

test('several that may ask are one line', () => {
  const [line, ...more] = reported(`${onBoth} }\n  app: { image: x, ${onBoth} }\n  api: { image: x, ${onBoth}`);
  assert.match(line ?? '', 'warning: "web" and 2 more: the name "db" is also that of "other-db-1"');
  assert.equal(more, []);
});

test('of several replicas a link leads to one', () => {
  const [line] = reported(`depends_on: [db], ${onBoth}`, 'deploy: { replicas: 2 }');
  assert.match(line ?? '', 'give the service "db" a name that no other project has');
});

test('what it depends on and has no container, where that is not started', () => {
  const noDeps = (containers: readonly EngineContainer[]) => {
    const facts = { ...lanFacts, engine: { ...lanFacts.engine!, containers } };
    const text = `services:\n  web: { image: x, depends_on: [db], ${onBoth} }\n  db: { image: x }\n`;
    const starting = new Set(['web']);
    const plan = linkedToWhatIsThere(planTexts(text, { facts }).plan!, starting, facts, new Map());
    const reported: (string | undefined)[] = [];
    checkForeignNames(plan, parseFacts(facts), (_rule, _span, _message, more) => reported.push(more?.help), starting);
    return reported;
  };
  assert.equal(noDeps([other]), ['start "db" as well: it has no container yet to which the name could lead']);
  assert.equal(noDeps([other, { ...other, name: 'project-db-1', project: 'project' }]), []);
});

test.run();
