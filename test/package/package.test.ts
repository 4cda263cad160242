/** What is published works where it is installed, and brings nothing along; a checkout works before it is built. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fencesOf } from '../docs/page.ts';
import { saying } from '../support/hooks.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'netcompose-package-'));
const app = join(folder, 'app');
/** A program that uses the library; no part of this checkout's own, which has no package "netcompose". */
const consumer = fileURLToPath(new URL('consumer.ts.txt', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
/** npm with nothing of this machine's user, and no way out. */
const npmEnv = {
  npm_config_cache: join(folder, 'npm'),
  npm_config_offline: 'true',
  npm_config_yes: 'false',
  npm_config_update_notifier: 'false',
  npm_config_loglevel: 'error',
};

let packed: {
  readonly filename: string;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
};

test.before(
  saying(async () => {
    // Built already: the layer needs it.
    const { stdout } = await execa('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
      cwd: root,
      env: npmEnv,
    });
    [packed] = JSON.parse(stdout);
    mkdirSync(app);
    writeFileSync(join(app, 'package.json'), '{ "name": "app", "private": true, "type": "module" }');
    writeFileSync(
      join(app, 'compose.yaml'),
      'services:\n  web:\n    image: nginx\n    x-netmode: { mode: host, listen: [8080] }\n',
    );
    await execa('npm', ['install', '--no-audit', '--no-fund', join(folder, packed.filename)], {
      cwd: app,
      env: npmEnv,
    });
  }),
);
test.after(() => rmSync(folder, { recursive: true, force: true }));

test('holds what is needed to run it, and no sources or tests', () => {
  const paths = packed.files.map(({ path }) => path);
  for (const needed of [
    'bin/netcompose.cjs',
    'dist/cli/main.cjs',
    'dist/cli/traffic.cjs',
    'dist/index.js',
    'dist/types/index.d.ts',
    'dist/THIRD-PARTY-LICENSES.txt',
    'LICENSE',
    'package.json',
    'schema/x-netmode.schema.json',
  ]) {
    assert.ok(paths.includes(needed), `${needed} is missing`);
  }
  const others = paths.filter(
    (path) => !/^(bin|completions|dist|schema|docs|examples)\/|^(README\.md|LICENSE|package\.json)$/.test(path),
  );
  assert.equal(others, []);
  assert.equal(
    paths.filter((path) => /\.test\.|(?<!\.d)\.ts$|\.map$|\.node$/.test(path)),
    [],
  );
});

test('installs nothing beside itself', () => {
  const installed = JSON.parse(readFileSync(join(app, 'node_modules/netcompose/package.json'), 'utf8'));
  assert.is(installed.dependencies, undefined);
  assert.equal(
    readdirSync(join(app, 'node_modules')).filter((name) => !name.startsWith('.')),
    ['netcompose'],
  );
});

test('passes on the licences of what is bundled', () => {
  const text = readFileSync(join(app, 'node_modules/netcompose/dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
  for (const name of ['yaml', 'commander', 'ajv']) assert.match(text, new RegExp(`^${name} \\d`, 'm'));
  assert.not.match(text, /^(typescript|esbuild|uvu) \d/m);
});

for (const flag of ['--version', '-v', '-V']) {
  test(`installed: npx netcompose ${flag}`, async () => {
    const { stdout, stderr } = await execa('npx', ['netcompose', flag], { cwd: app, env: npmEnv });
    assert.equal([stdout, stderr], [`netcompose ${version}`, '']);
  });
}

test('installed: check', async () => {
  const { stdout } = await execa('npx', ['netcompose', 'check', '--offline', '--format', 'json'], {
    cwd: app,
    env: npmEnv,
  });
  assert.equal(JSON.parse(stdout), { version: 1, diagnostics: [] });
});

test('installed: check on an example', async () => {
  const example = join(app, 'node_modules/netcompose/examples/home-lab/compose.yaml');
  assert.ok(existsSync(example), 'there is no example');
  const { stdout } = await execa('npx', ['netcompose', '-f', example, 'check', '--offline', '--format', 'json'], {
    cwd: app,
    env: npmEnv,
  });
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: readonly { severity: string }[] };
  assert.equal(
    diagnostics.filter(({ severity }) => severity === 'error'),
    [],
  );
});

test('installed: facts, with everything that is loaded late, from the first start and from compiled code', async () => {
  // Of an engine that is not on a unix socket the client library is asked.
  const env = { ...npmEnv, XDG_CACHE_HOME: join(app, 'cache'), DOCKER_HOST: 'tcp://127.0.0.1:1' };
  const kept = () =>
    readdirSync(join(app, 'cache/netcompose'))
      .map((name) => name.replace(/^.*-x64-|^.*-arm64-/, ''))
      .sort();
  const first = ['other-first-dockerode.cjs', 'other-first-main.cjs'];
  const whole = ['other-dockerode.cjs', 'other-main.cjs'];
  for (const [start, left] of [
    ['first', first],
    ['second, which adds what it needs', whole],
    ['third', whole],
  ] as const) {
    const { stdout } = await execa('npx', ['netcompose', 'facts'], { cwd: app, env });
    assert.is((JSON.parse(stdout) as { version: number }).version, 1, start);
    assert.equal(kept(), left, start);
  }
});

test('installed: the library can be imported, and is one file', async () => {
  const program =
    "import * as netcompose from 'netcompose'; console.log(Object.values(netcompose).every((each) => typeof " +
    "each === 'function'));";
  const { stdout } = await execa(process.execPath, ['--input-type', 'module', '--eval', program], { cwd: app });
  assert.is(stdout, 'true');
  const text = readFileSync(join(app, 'node_modules/netcompose/dist/index.js'), 'utf8');
  const quoted = [...text.matchAll(/(?:\(|from|import)\s*(["'])([\w@:/.-]+)\1/g)].map(([, , name]) => name!);
  assert.ok(quoted.includes('node:path'), 'it asks for nothing at all');
  const outside = /^(node:)?(fs|child_process|http|https|http2|dgram|tls|worker_threads)(\/|$)/;
  assert.equal(
    quoted.filter((name) => outside.test(name) || ['dockerode', 'execa', 'commander'].includes(name)),
    [],
  );
});

test('installed: the example of the documentation prints what it says there', async () => {
  const fences = fencesOf(readFileSync(join(app, 'node_modules/netcompose/docs/library.md'), 'utf8'));
  writeFileSync(join(app, 'example.js'), fences.find(({ language }) => language === 'js')!.text);
  const { stdout } = await execa(process.execPath, ['example.js'], { cwd: app });
  assert.is(`${stdout}\n`, fences.find(({ language }) => language === 'text')!.text);
});

for (const [module, resolution] of [
  ['node16', 'node16'],
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
] as const) {
  test(`installed: the library has types, complete in themselves (moduleResolution ${resolution})`, async () => {
    cpSync(consumer, join(app, 'consumer.ts'));
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    // Node's own types are the only ones that a user has to bring; the library's are checked too.
    const types = ['--typeRoots', join(root, 'node_modules/@types'), '--types', 'node'];
    const strict = [
      '--strict',
      '--exactOptionalPropertyTypes',
      '--noUncheckedIndexedAccess',
      '--skipLibCheck',
      'false',
    ];
    const modules = ['--module', module, '--moduleResolution', resolution, '--target', 'es2022'];
    const { stdout, exitCode } = await execa(
      process.execPath,
      [compiler, ...strict, ...modules, '--outDir', `out-${resolution}`, ...types, 'consumer.ts'],
      { cwd: app, reject: false },
    );
    assert.equal([exitCode, stdout], [0, '']);
    const ran = await execa(process.execPath, [`out-${resolution}/consumer.js`], { cwd: app });
    assert.equal(JSON.parse(ran.stdout), {
      modes: { web: 'host' },
      mistakes: 'function',
      errors: ['ports/host-clash'],
      rendered: 'services:\n  web:\n    image: nginx\n    network_mode: host\n',
    });
  });
}

test('the library: require takes it, where Node.js takes ES modules so', async () => {
  writeFileSync(join(app, 'consumer.cjs'), "console.log(typeof require('netcompose').load)\n");
  // The flag is what later versions do without it.
  const { stdout } = await execa(process.execPath, ['--experimental-require-module', 'consumer.cjs'], { cwd: app });
  assert.is(stdout, 'function');
});

test('checkout: npx netcompose', async () => {
  const { stdout } = await execa('npx', ['netcompose', '--version'], { cwd: root, env: npmEnv });
  assert.is(stdout, `netcompose ${version}`);
});

test('checkout without a build: builds itself, once, however many start, and keeps standard output clean', async () => {
  const checkout = join(folder, 'checkout');
  const skipped = new Set(['node_modules', 'dist', '.git', '.cache', 'test']);
  cpSync(root, checkout, {
    recursive: true,
    filter: (path) => !skipped.has(path.slice(root.length)) && !path.includes('.generated.'),
  });
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
  const check = () =>
    execa(process.execPath, [join(checkout, 'bin/netcompose.cjs'), 'check', '--offline', '--format', 'json'], {
      cwd: app,
    });
  const runs = await Promise.all([check(), check()]);
  assert.equal(
    runs.map(({ stdout }) => JSON.parse(stdout)),
    [
      { version: 1, diagnostics: [] },
      { version: 1, diagnostics: [] },
    ],
  );
  const said = runs.map(({ stderr }) => stderr).join('\n');
  assert.is(said.match(/setup: build/g)?.length, 1, said);
  assert.is((await check()).stderr, '');
  assert.equal(readdirSync(join(checkout, '.cache')), []);
});

test.run();
