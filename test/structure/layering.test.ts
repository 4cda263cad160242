import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  circlesOf,
  crowdedFolders,
  findingsOf,
  importsOf,
  missingRooms,
  type Source,
  sharedNames,
} from './layering.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const longest = 400;

function filesBelow(folder: string, ending: string): readonly Source[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending) && !path.includes('.generated.'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, folder, path), 'utf8') }));
}

const sources = filesBelow('src', '.ts');

test('the sources are found', () => {
  assert.ok(sources.some(({ path }) => path === 'diagnostics/rules.ts'));
});

const paths = sources.map(({ path }) => path);

test('the table names every room, and no other', () => assert.equal(missingRooms(paths), []));
test('no file imports itself by way of others, not even for a type', () => assert.equal(circlesOf(sources), []));
test('no folder has more files than one takes in at a glance', () => assert.equal(crowdedFolders(paths), []));
test('no two files of a wing have one name', () => assert.equal(sharedNames(paths), []));

test('every wing and every room imports only what it may, and the core is pure', () => {
  assert.equal(
    sources.flatMap(({ path, text }) => findingsOf(path, text).map((finding) => `src/${path} ${finding}`)),
    [],
  );
});

test(`no source file is longer than ${longest} lines`, () => {
  assert.equal(
    sources
      .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > longest),
    [],
  );
});

test('every test file calls run()', () => {
  const silent = filesBelow('test', '.test.ts').filter(
    ({ path, text }) => !path.startsWith('fixtures/') && !/\.run\(\)/.test(text),
  );
  assert.equal(
    silent.map(({ path }) => path),
    [],
  );
});

const forbidden: readonly (readonly [name: string, path: string, text: string, finding: string])[] = [
  [
    'a folder that comes later',
    'compose/load.ts',
    "import { x } from '../plan/facts.ts';",
    'imports ../plan/facts.ts: compose may not import plan',
  ],
  [
    'its types',
    'compose/load.ts',
    "import type { X } from '../plan/facts.ts';",
    'imports ../plan/facts.ts: compose may not import plan',
  ],
  [
    'over several lines',
    'diagnostics/a.ts',
    "import {\n  x,\n  type Y,\n} from '../compose/tree.ts';",
    'imports ../compose/tree.ts: diagnostics may not import compose',
  ],
  [
    'by re-export',
    'netmode/a.ts',
    "export * from '../emit/a.ts';",
    'imports ../emit/a.ts: netmode may not import emit',
  ],
  [
    'when run',
    'emit/render/a.ts',
    "const h = await import('../../host/host.ts');",
    'imports ../../host/host.ts: emit may not import host',
  ],
  ['for its effect', 'plan/plan.ts', "import '../cli/main.ts';", 'imports ../cli/main.ts: plan may not import cli'],
  [
    'in a type',
    'plan/plan.ts',
    "let x: import('../host/host.ts').Host;",
    'imports ../host/host.ts: plan may not import host',
  ],
  [
    'from a folder below',
    'diagnostics/format/a.ts',
    "import { x } from '../../compose/tree.ts';",
    'imports ../../compose/tree.ts: diagnostics may not import compose',
  ],
  [
    'values where only types are allowed',
    'host/lock.ts',
    "import { x } from '../plan/plan.ts';",
    'imports ../plan/plan.ts: host may not import plan/plan.ts',
  ],
  [
    'the file system',
    'compose/load.ts',
    "import { readFileSync } from 'node:fs';",
    'imports node:fs, and compose is pure',
  ],
  [
    'the network',
    'compose/load.ts',
    "import { isIP, connect } from 'node:net';",
    'imports node:net, and compose is pure',
  ],
  [
    'what the library may not know',
    'index.ts',
    "export { x } from './host/host.ts';",
    'imports ./host/host.ts: index.ts may not import host',
  ],
  ['a folder that the design has not', 'utils/a.ts', '', '"utils" is no folder of the design'],
  [
    'something outside',
    'plan/plan.ts',
    "import { x } from '../../test/a.ts';",
    'imports ../../test/a.ts, which is outside src',
  ],
  [
    'a heavy package at start',
    'host/lock.ts',
    "import { execa } from 'execa';",
    'imports execa where it is loaded at start: use import()',
  ],
  ['the environment', 'netmode/a.ts', 'const x = process.env.HOME;', 'uses process.env, and netmode is pure'],
  ['the terminal', 'plan/plan.ts', "process.stdout.write('');", 'uses process.stdout, and plan is pure'],
  ['the clock', 'plan/plan.ts', 'const x = Date.now();', 'uses Date.now, and plan is pure'],
  ['chance', 'emit/render/a.ts', 'const x = Math.random();', 'uses Math.random, and emit is pure'],
  ['a default export', 'cli/a.ts', 'export default function x() {}', 'has a default export'],
];
for (const [name, path, text, finding] of forbidden) {
  test(`the check sees ${name}`, () => assert.equal(findingsOf(path, text), [finding]));
}

for (const [name, path, text, finding] of [
  [
    'a room above',
    'plan/networks/a.ts',
    "import { x } from '../checks/b.ts';",
    'imports ../checks/b.ts: only plan/plan.ts, plan/checks, cli may import plan/checks',
  ],
  [
    'a room beside, for a type',
    'compose/yaml/a.ts',
    "import type { X } from '../variables/b.ts';",
    'imports ../variables/b.ts: compose/yaml may not import compose/variables',
  ],
  [
    'a file of the wing, from a room below it',
    'compose/files/a.ts',
    "import type { Files } from '../load.ts';",
    'imports ../load.ts: compose/files may not import compose/load.ts',
  ],
  [
    'a room, from a file of the wing below it',
    'cli/session.ts',
    "import { x } from './steps/b.ts';",
    'imports ./steps/b.ts: cli/session.ts may not import cli/steps',
  ],
  [
    'a room of another wing that is not open',
    'host/observe/a.ts',
    "import type { X } from '../../plan/networks/b.ts';",
    'imports ../../plan/networks/b.ts: host may not import plan/networks',
  ],
  [
    'values of a room that is open for types',
    'host/bench/a.ts',
    "import { x } from '../../plan/bench/b.ts';",
    'imports ../../plan/bench/b.ts: host may not import plan/bench',
  ],
  [
    'a closed room, from another wing',
    'emit/text/a.ts',
    "import { x } from '../../plan/checks/b.ts';",
    'imports ../../plan/checks/b.ts: only plan/plan.ts, plan/checks, cli may import plan/checks',
  ],
  [
    'doctor, which nothing of the plan stands on',
    'plan/bench/a.ts',
    "import { x } from '../doctor/b.ts';",
    'imports ../doctor/b.ts: plan/bench may not import plan/doctor',
  ],
  ['a room that the design has not', 'plan/helpers/a.ts', '', '"plan/helpers" is no room of the design'],
  ['a file where only rooms are', 'plan/a.ts', '', '"plan/a.ts" is no room of the design'],
] as const) {
  test(`the check sees ${name}`, () => assert.equal(findingsOf(path, text), [finding]));
}

const circular: Readonly<
  Record<string, readonly [sources: Readonly<Record<string, string>>, found: readonly string[]]>
> = {
  'two files': [{ 'a.ts': "import './b.ts';", 'b.ts': "import { a } from './a.ts';" }, ['a.ts → b.ts → a.ts']],
  'a circle of types': [
    { 'x/a.ts': "import type { B } from '../b.ts';", 'b.ts': "import type { A } from './x/a.ts';" },
    ['b.ts → x/a.ts → b.ts'],
  ],
  'the shortest, and another for who is not on it': [
    {
      'a.ts': "import './b.ts';",
      'b.ts': "import './c.ts'; import './d.ts';",
      'c.ts': "import './d.ts';",
      'd.ts': "import './a.ts';",
    },
    ['a.ts → b.ts → d.ts → a.ts', 'c.ts → d.ts → a.ts → b.ts → c.ts'],
  ],
  'two circles that do not meet': [
    { 'a.ts': "import './a.ts';", 'b.ts': "import './c.ts';", 'c.ts': "import './b.ts';" },
    ['a.ts → a.ts', 'b.ts → c.ts → b.ts'],
  ],
  'nothing in a tree': [{ 'a.ts': "import './b.ts'; import './c.ts';", 'b.ts': "import './c.ts';", 'c.ts': '' }, []],
};
for (const [name, [files, found]] of Object.entries(circular)) {
  test(`circles: ${name}`, () => {
    assert.equal(circlesOf(Object.entries(files).map(([path, text]) => ({ path, text }))), found);
  });
}

test('a crowded folder is seen, its subfolders not counted', () => {
  const fourteen = Array.from({ length: 14 }, (_, index) => `plan/checks/${index}.ts`);
  assert.equal(crowdedFolders([...fourteen, 'plan/checks/below/a.ts', 'plan/plan.ts']), []);
  assert.equal(crowdedFolders([...fourteen, 'plan/checks/a.ts']), ['plan/checks has 15 files, more than 14']);
});

test('one name twice in a wing is seen, in two wings it is not', () => {
  assert.equal(sharedNames(['plan/checks/a.ts', 'plan/networks/a.ts', 'emit/a.ts', 'plan/b.ts']), [
    'plan/checks/a.ts, plan/networks/a.ts have one name',
  ]);
});

test('a room that is gone is seen', () => {
  const present = paths.filter((path) => !path.startsWith('plan/doctor/'));
  assert.ok(missingRooms(present).includes('plan/doctor'));
});

const permitted: readonly (readonly [path: string, text: string])[] = [
  [
    'plan/plan.ts',
    "import { x } from '../netmode/a.ts';\nimport { posix } from 'node:path';\nimport { parse } from 'yaml';",
  ],
  [
    'host/lock.ts',
    "import type { Facts } from '../plan/facts/facts.ts';\nconst { execa } = await import('execa');\n" +
      "import type Docker from 'dockerode';",
  ],
  ['netmode/a.ts', "import schema from '../../schema/x-netmode.schema.json' with { type: 'json' };"],
  ['compose/load.ts', "// import { x } from '../plan/facts.ts';\n/* process.env */\nconst x = 'a process opens';"],
  ['compose/load.ts', "import { isIP } from 'node:net';\nconst process = new Map(); process.get('x');"],
  ['cli/a.ts', "import { run } from '../host/host.ts';\nprocess.exitCode = 1;"],
];
for (const [path, text] of permitted) {
  test(`the check lets pass: ${text.split('\n')[0]}`, () => assert.equal(findingsOf(path, text), []));
}

test('imports are told apart', () => {
  assert.equal(
    importsOf(
      "import a, { type B } from './a.ts';\nexport type { C } from './c.ts';\nconst d = await import('./d.ts');",
    ),
    [
      { specifier: './a.ts', names: [], typeOnly: false, dynamic: false },
      { specifier: './c.ts', names: ['C'], typeOnly: true, dynamic: false },
      { specifier: './d.ts', names: [], typeOnly: false, dynamic: true },
    ],
  );
});

test.run();
