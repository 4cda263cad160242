/** Links to a project's own services, where other projects are on its networks. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { renderOf } from '../../../src/emit/render/render.ts';
import type { EngineContainer } from '../../../src/plan/facts/facts.ts';
import { linkedToWhatIsThere } from '../../../src/plan/services/links.ts';
import { lanFacts, planTexts } from '../../support/in-memory.ts';

type Options = Parameters<typeof planTexts>[1];

const shared = 'x-netmode: { mode: macvlan, ip_range: 192.168.1.192/27 }';
const own = 'x-netmode: { mode: macvlan, scope: project, ip_range: 192.168.1.192/27 }';
const db = 'db: { image: x }';

/** What is added to `links` of `web`. */
const linksOf = (web: string, others = db, more = '', options: Options = { facts: lanFacts }) =>
  planTexts(`services:\n  web: { image: x, ${web} }\n  ${others}\n${more}`, options).plan!.services.get('web')!.links;

const external = 'networks:\n  old: { external: true, name: old-lan }\n';
const scaled = 'db: { image: x, deploy: { replicas: 2 } }';
const asleep = 'db: { image: x, profiles: [p] }';

const rows: readonly (readonly [name: string, args: Parameters<typeof linksOf>, expected: readonly string[]])[] = [
  ['what it depends on', [`depends_on: [db], networks: [default], ${shared}`], ['db']],
  ['what is on the LAN alone, as itself', [`depends_on: [db], ${shared}`, `db: { image: x, ${shared} }`], ['db']],
  ['what shares no network with it', [`depends_on: [db], ${shared}`], []],
  ['what it does not depend on', [`networks: [default], ${shared}`], []],
  ["a network of the project's own", [`depends_on: [db], networks: [default], ${own}`], []],
  ['without x-netmode', ['depends_on: [db], networks: [default, old]', db, external], []],
  ['what is linked by this name', [`links: [db], depends_on: [db], networks: [default], ${shared}`], []],
  ['what is linked by another name', [`links: ["db:sql"], networks: [default], ${shared}`], ['db']],
  ['what has several containers', [`depends_on: [db], networks: [default], ${shared}`, scaled], []],
  [
    'what is not started',
    [`depends_on: { db: { condition: service_started, required: false } }, networks: [default], ${shared}`, asleep],
    [],
  ],
  [
    'resolve_names: false',
    [
      `depends_on: [db], networks: [default], ` +
        'x-netmode: { mode: macvlan, ip_range: 192.168.1.192/27, resolve_names: false }',
    ],
    [],
  ],
];
for (const [name, args, expected] of rows) test(`links: ${name}`, () => assert.equal(linksOf(...args), expected));

test('Podman knows no links', () => {
  const podman = { facts: { ...lanFacts, engine: { ...lanFacts.engine!, kind: 'podman' as const } } };
  assert.equal(linksOf(`depends_on: [db], networks: [default], ${shared}`, db, '', podman), []);
});

/** What is left of `links` of `web` for a command that starts these, where these of the project have a container. */
function linkedTo(
  starting: readonly string[] | undefined,
  present: readonly Partial<EngineContainer>[],
  before: readonly string[] = [],
) {
  const containers = present.map((one) => ({ ...container, ...one }));
  const facts = { ...lanFacts, engine: { ...lanFacts.engine!, containers } };
  const text = `services:\n  web: { image: x, depends_on: [db], networks: [default], ${shared} }\n  ${db}\n`;
  const { plan: whole } = planTexts(text, { facts });
  const plan = linkedToWhatIsThere(whole!, starting && new Set(starting), facts, new Map([['web', before]]));
  return plan.services.get('web')!.links;
}
const container: EngineContainer = {
  ...{ id: 'c1', name: 'project-db-1', project: 'project', service: 'db', running: false, ports: [] },
  ...{ networkMode: 'project_default', networks: {} },
};
const made: readonly (readonly [name: string, args: Parameters<typeof linkedTo>, expected: readonly string[]])[] = [
  ['where all is started', [undefined, []], ['db']],
  ['where it is started', [['web', 'db'], []], ['db']],
  ['where it has one', [['web'], [{}]], ['db']],
  ['where it has none, and is not started', [['web'], []], []],
  ['of what is not started itself', [['app'], []], ['db']],
  ["where another project's has one", [['web'], [{ project: 'other' }]], []],
  ['where it had one when the other was made', [['web'], [{ service: 'web' }], ['db']], ['db']],
  ['where it had none when the other was made', [['web'], [{ service: 'web' }], []], []],
  ['where the other is to be made again', [['web'], [], ['db']], []],
  ['where only `run` has made one', [['web'], [{ oneOff: true }]], []],
];
for (const [name, args, expected] of made)
  test(`links lead to containers: ${name}`, () => assert.equal(linkedTo(...args), expected));

test('links stay where nobody knows which containers there are', () => {
  const { plan } = planTexts(
    `services:\n  web: { image: x, depends_on: [db], ${shared} }\n  db: { image: x, ${shared} }\n`,
    {
      facts: lanFacts,
    },
  );
  for (const facts of [{}, { engine: { ...lanFacts.engine!, unseen: ['containers' as const] } }])
    assert.is(linkedToWhatIsThere(plan!, new Set(['web']), { version: 1, ...facts }, new Map()), plan);
});

test("they stand behind the file's own", () => {
  const text =
    'services:\n  web:\n    image: x\n    links: [mail]\n    depends_on: [db, mail]\n    networks: [default]\n' +
    `    ${shared}\n  db: { image: x }\n  mail: { image: x }\n`;
  const { plan } = planTexts(text, { facts: lanFacts });
  assert.match(renderOf(plan!, { external: true }).replace(/\s+/g, ' '), 'links: [mail, db]');
});

test.run();
