import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findingsOf, importsOf } from './layering.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const longest = 400;

function filesBelow(folder: string, ending: string): readonly { readonly path: string; readonly text: string }[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending) && !path.includes('.generated.'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, folder, path), 'utf8') }));
}

const sources = filesBelow('src', '.ts');

test('the sources are found', () => {
  assert.ok(sources.some(({ path }) => path === 'diagnostics/rules.ts'));
});

test('every folder imports only what lies before it, and the core is pure', () => {
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
    'compose/a.ts',
    "import { x } from '../plan/facts.ts';",
    'imports ../plan/facts.ts: compose may not import plan',
  ],
  [
    'its types',
    'compose/a.ts',
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
    'emit/a.ts',
    "const h = await import('../host/host.ts');",
    'imports ../host/host.ts: emit may not import host',
  ],
  ['for its effect', 'plan/a.ts', "import '../cli/main.ts';", 'imports ../cli/main.ts: plan may not import cli'],
  [
    'in a type',
    'plan/a.ts',
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
    'host/a.ts',
    "import { x } from '../plan/plan.ts';",
    'imports ../plan/plan.ts: host may not import plan',
  ],
  [
    'the file system',
    'compose/a.ts',
    "import { readFileSync } from 'node:fs';",
    'imports node:fs, and compose is pure',
  ],
  ['the network', 'compose/a.ts', "import { isIP, connect } from 'node:net';", 'imports node:net, and compose is pure'],
  [
    'what the library may not know',
    'index.ts',
    "export { x } from './host/host.ts';",
    'imports ./host/host.ts: index.ts may not import host',
  ],
  ['a folder that the design has not', 'utils/a.ts', '', '"utils" is no folder of the design'],
  [
    'something outside',
    'plan/a.ts',
    "import { x } from '../../test/a.ts';",
    'imports ../../test/a.ts, which is outside src',
  ],
  [
    'a heavy package at start',
    'host/a.ts',
    "import { execa } from 'execa';",
    'imports execa where it is loaded at start: use import()',
  ],
  ['the environment', 'netmode/a.ts', 'const x = process.env.HOME;', 'uses process.env, and netmode is pure'],
  ['the terminal', 'plan/a.ts', "process.stdout.write('');", 'uses process.stdout, and plan is pure'],
  ['the clock', 'plan/a.ts', 'const x = Date.now();', 'uses Date.now, and plan is pure'],
  ['chance', 'emit/a.ts', 'const x = Math.random();', 'uses Math.random, and emit is pure'],
  ['a default export', 'cli/a.ts', 'export default function x() {}', 'has a default export'],
];
for (const [name, path, text, finding] of forbidden) {
  test(`the check sees ${name}`, () => assert.equal(findingsOf(path, text), [finding]));
}

const permitted: readonly (readonly [path: string, text: string])[] = [
  [
    'plan/a.ts',
    "import { x } from '../netmode/a.ts';\nimport { posix } from 'node:path';\nimport { parse } from 'yaml';",
  ],
  [
    'host/a.ts',
    "import type { Facts } from '../plan/facts.ts';\nconst { execa } = await import('execa');\nimport type Docker from 'dockerode';",
  ],
  ['netmode/a.ts', "import schema from '../../schema/x-netmode.schema.json' with { type: 'json' };"],
  ['compose/a.ts', "// import { x } from '../plan/facts.ts';\n/* process.env */\nconst x = 'a process opens';"],
  ['compose/a.ts', "import { isIP } from 'node:net';\nconst process = new Map(); process.get('x');"],
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
