/** Paths as seen from the folder of the file that includes or extends another. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rebased, rebasedService, settled } from '../../../src/compose/files/relative-paths.ts';
import { at, type Mapping, toPlain } from '../../../src/compose/tree.ts';
import { parseYaml } from '../../../src/compose/yaml/parse.ts';
import { Diagnostics } from '../../../src/diagnostics/diagnostic.ts';
import { SourceFile } from '../../../src/diagnostics/source.ts';

function parsed(text: string): Mapping {
  const diagnostics = new Diagnostics();
  const tree = parseYaml(new SourceFile('f.yaml', text), false, diagnostics.report)?.trees[0];
  assert.is(tree?.kind, 'mapping');
  return tree as Mapping;
}

const model = (text: string) => toPlain(rebased(parsed(text), '/p/sub', '/p'));
const service = (line: string) => (model(`services:\n  a: { ${line} }\n`) as { services: { a: unknown } }).services.a;

/** One key of a service in `/p/sub` → the same in `/p`. */
const cases: readonly (readonly [string, unknown])[] = [
  ['build: .', { build: './sub' }],
  ['build: ../x', { build: './x' }],
  ['build: ../../x', { build: '../x' }],
  ['build: https://host/x.git', { build: 'https://host/x.git' }],
  ['build: { context: /abs }', { build: { context: '/abs' } }],
  ['build: { dockerfile: D }', { build: { context: './sub', dockerfile: 'D' } }],
  [
    'build: { context: c, additional_contexts: { a: x, b: "service:y", c: "docker-image://z" } }',
    { build: { context: './sub/c', additional_contexts: { a: './sub/x', b: 'service:y', c: 'docker-image://z' } } },
  ],
  [
    'build: { context: c, additional_contexts: ["a=x"], ssh: [default, "k=./key"] }',
    { build: { context: './sub/c', additional_contexts: ['a=./sub/x'], ssh: ['default', 'k=./sub/key'] } },
  ],
  ['env_file: a.env', { env_file: './sub/a.env' }],
  [
    'env_file: [a.env, { path: ../b.env, required: false }]',
    { env_file: ['./sub/a.env', { path: './b.env', required: false }] },
  ],
  ['label_file: [l]', { label_file: ['./sub/l'] }],
  [
    'volumes: ["./d:/d:ro", "named:/n", "/abs:/a", "~/h:/h", ".:/w", "C:/x:/y"]',
    { volumes: ['./sub/d:/d:ro', 'named:/n', '/abs:/a', '~/h:/h', './sub:/w', 'C:/x:/y'] },
  ],
  [
    'volumes: [{ type: bind, source: b, target: /b }, { type: volume, source: v, target: /v }]',
    {
      volumes: [
        { type: 'bind', source: './sub/b', target: '/b' },
        { type: 'volume', source: 'v', target: '/v' },
      ],
    },
  ],
  [
    'develop: { watch: [{ path: ./src/, action: sync, target: /s }] }',
    { develop: { watch: [{ path: './sub/src/', action: 'sync', target: '/s' }] } },
  ],
  ['image: ./not-a-path, command: ["./run"]', { image: './not-a-path', command: ['./run'] }],
];

for (const [line, expected] of cases) test(line, () => assert.equal(service(line), expected));

test('configs, secrets and bound volumes', () => {
  assert.equal(
    model(
      'configs: { c: { file: c.txt } }\nsecrets: { s: { file: ./s.txt } }\nvolumes:\n' +
        '  v: { driver_opts: { type: none, o: bind, device: ./dev } }\n' +
        '  w: { driver_opts: { type: nfs, o: addr=x, device: ":/x" } }\n',
    ),
    {
      configs: { c: { file: './sub/c.txt' } },
      secrets: { s: { file: './sub/s.txt' } },
      volumes: {
        v: { driver_opts: { type: 'none', o: 'bind', device: './sub/dev' } },
        w: { driver_opts: { type: 'nfs', o: 'addr=x', device: ':/x' } },
      },
    },
  );
});

test('an extended service gets the default context of the project that extends it', () => {
  assert.equal(toPlain(rebasedService(parsed('build: { dockerfile: D }\nenv_file: e\n'), '/p/sub', '/p')), {
    build: { dockerfile: 'D' },
    env_file: './sub/e',
  });
});

test('nothing moves within one folder, and what has no paths is kept as it is', () => {
  const tree = parsed('services: { a: { image: x, volumes: ["n:/n"] } }\n');
  assert.is(rebased(tree, '/p', '/p'), tree);
  assert.is(rebased(tree, '/p/sub', '/p'), tree);
});

test("an included project's own variables are filled in where a list hands them through", () => {
  const tree = parsed(
    'services: { a: { environment: [FOO, BAR=1, OTHER], command: [FOO] }, b: { environment: { FOO: } } }\n',
  );
  const own = (name: string) => (name === 'FOO' ? 'x$y' : undefined);
  assert.equal(toPlain(at(settled(tree, own), 'services')!), {
    a: { environment: ['FOO=x$y', 'BAR=1', 'OTHER'], command: ['FOO'] },
    b: { environment: { FOO: null } },
  });
});

test.run();
