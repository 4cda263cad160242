/** What the library's functions add to the core: files as texts, defaults, and diagnostics as values. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  annotate,
  formatDiagnostics,
  formatPlan,
  load,
  netmodes,
  plan,
  readFacts,
  renderOverride,
} from '../src/index.ts';

const cwd = '/srv/app';
const compose = `${cwd}/compose.yaml`;
const rulesOf = (diagnostics: readonly { readonly rule: string }[]) => diagnostics.map(({ rule }) => rule);

test('files are texts by path, with what they include, and variables are those handed in', () => {
  const { project, diagnostics } = load(
    { cwd, env: { MODE: 'host' } },
    {
      [compose]: 'include: [more/db.yaml]\nservices:\n  web:\n    image: nginx\n    x-netmode: ${MODE}\n',
      [`${cwd}/more/../more/db.yaml`]: 'services:\n  db:\n    image: postgres\n',
    },
  );
  assert.equal(diagnostics, []);
  assert.equal([...project!.services.keys()].sort(), ['db', 'web']);
  const { intents } = netmodes(project!);
  assert.is(intents.services.get('web')?.mode?.value, 'host');
  assert.is(intents.services.get('db')?.mode, undefined);
});

test('a reader is asked where one is given, and a folder is none of its files', () => {
  const asked: string[] = [];
  const files = {
    read: (path: string) => {
      asked.push(path);
      return { text: 'services: { web: { image: nginx } }' };
    },
    exists: (path: string) => path === compose,
    isDirectory: () => false,
  };
  assert.is(load({ cwd }, files).project?.services.size, 1);
  assert.ok(asked.includes(compose));
});

test('a file that was not handed in is a diagnostic', () => {
  const { diagnostics } = load({ cwd }, { [compose]: 'include: [gone.yaml]\nservices: { web: { image: nginx } }\n' });
  assert.equal(rulesOf(diagnostics), ['compose/missing-file']);
});

test('faults are returned, and those that a comment silences are not', () => {
  const { project } = load({ cwd }, { [compose]: 'services:\n  web:\n    image: nginx\n    x-netmode: ipvln\n' });
  assert.equal(rulesOf(netmodes(project!).diagnostics), ['netmode/unknown-mode']);
  const text = (comment: string) => `services:\n  web:\n    image: nginx\n    x-netmode: macvlan${comment}\n`;
  const host = {
    interfaces: [{ name: 'eth0', addresses: ['192.168.1.10/24'] }],
    routes: [{ destination: 'default', interface: 'eth0', gateway: '192.168.1.1' }],
  };
  const read = readFacts(JSON.stringify({ version: 1, host }));
  const facts = 'facts' in read ? read.facts : undefined;
  const found = (comment: string) =>
    rulesOf(plan(load({ cwd }, { [compose]: text(comment) }).project!, facts).diagnostics);
  assert.equal(found(''), ['address/no-range-on-lan']);
  assert.equal(found(' # netcompose-ignore address/no-range-on-lan'), []);
});

test('facts that are none say why', () => {
  assert.equal(readFacts('{}'), { fault: 'version is missing' });
});

test('annotating gives a new text, or says why not', () => {
  const set = { mode: 'host' };
  const wish = (name: string) => ({
    place: { kind: 'service' as const, name },
    change: { kind: 'merge' as const, set, unset: [] },
  });
  const file = { path: compose, text: 'services:\n  web: { image: nginx } # shop\n' };
  const done = annotate(file, [wish('web')]);
  assert.is(done.text, 'services:\n  web: { image: nginx, x-netmode: host } # shop\n');
  assert.equal(
    done.outcomes.map(({ after }) => after),
    [set],
  );
  const refused = annotate(file, [wish('db')]);
  assert.is(refused.text, undefined);
  assert.equal(rulesOf(refused.diagnostics), ['netmode/cannot-annotate']);
});

test('diagnostics and plans as text: files are named in full unless a folder is given', () => {
  const { project } = load({ cwd }, { [compose]: 'services: { web: { image: nginx, x-netmode: ipvln } }\n' });
  const found = netmodes(project!).diagnostics;
  assert.match(formatDiagnostics(found, 'pretty'), `--> ${compose}:1:`);
  assert.match(formatDiagnostics(found, 'github', { cwd }), 'file=compose.yaml,');
  const { plan: decided } = plan(project!);
  assert.is(JSON.parse(formatPlan(decided, 'json', { diagnostics: found })).diagnostics[0].file, compose);
  assert.match(formatPlan(decided, 'text'), /^SERVICE/);
});

test('the override is absent where nothing changes', () => {
  const overrideOf = (text: string) => renderOverride(plan(load({ cwd }, { [compose]: text }).project!).plan);
  assert.is(overrideOf('services: { web: { image: nginx } }'), undefined);
  assert.match(overrideOf('services: { web: { image: nginx, x-netmode: host } }')!, 'network_mode: host');
});

test('an option that is undefined is absent', () => {
  const nothing = { files: undefined, profiles: undefined, envFiles: undefined, env: undefined, stdin: undefined };
  // As it may be said where TypeScript does not insist on exact optional properties.
  const options = { cwd, ...nothing, projectName: undefined } as unknown as Parameters<typeof load>[0];
  const { project, diagnostics } = load(options, { [compose]: 'services: { web: { image: "x:${TAG}" } }\n' });
  assert.equal([project?.name, rulesOf(diagnostics)], ['app', ['compose/unset-variable']]);
});

test('a file that was read without an encoding is a diagnostic', () => {
  const files = { [compose]: Buffer.from('services: {}') } as unknown as Record<string, string>;
  const { diagnostics } = load({ cwd }, files);
  assert.equal(rulesOf(diagnostics), ['compose/missing-file']);
  assert.match(diagnostics[0]!.message, 'what was handed in is no text');
});

test('facts are checked, and what may be absent is filled in', () => {
  const { project } = load({ cwd }, { [compose]: 'services: { web: { image: x, x-netmode: macvlan } }\n' });
  const planned = (facts: unknown) => plan(project!, facts as Parameters<typeof plan>[1]).diagnostics;
  assert.equal(planned({ version: 1, engine: { version: '28.5.2' } }), []);
  for (const [facts, fault] of [
    [null, 'these are no facts: it is null'],
    [{ version: 2 }, 'these are no facts: version is 2'],
    [{ version: 1, host: { interfaces: [{}] } }, /these are no facts: host\.interfaces\[0\]\.\w+ is missing/],
    [{ version: 1, engine: {} }, 'these are no facts: engine.version is missing'],
  ] as const)
    assert.throws(
      () => planned(facts),
      (error: unknown) => error instanceof TypeError && (error.message.match(fault)?.index ?? -1) === 0,
    );
});

test.run();
