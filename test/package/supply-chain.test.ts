/** What netcompose is made of, and that the same comes out wherever it is made. */
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { patiently } from '../support/patiently.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'netcompose-supply-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

interface Locked {
  readonly version: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: true;
  readonly optional?: true;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const json = <T>(path: string) => JSON.parse(readFileSync(join(root, path), 'utf8')) as T;
const locked = json<{ readonly packages: Readonly<Record<string, Locked>> }>('package-lock.json').packages;
const { '': ours, ...others } = locked;
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** Those that MIT may be published with, and that ask for no more than to be passed on. */
const compatible = /^(?:MIT|MIT-0|ISC|0BSD|BSD-2-Clause|BSD-3-Clause|Apache-2\.0|Unlicense|CC0-1\.0|BlueOak-1\.0\.0)$/;
/** Whose licence stands in their package.json in an old form, which the lock file does not take over. */
const saidOtherwise: Readonly<Record<string, string>> = { buildcheck: 'MIT', 'cpu-features': 'MIT', ssh2: 'MIT' };

/** Why each has an install script, and why it is not missed: packages are installed with `--ignore-scripts`. */
const withScripts: Readonly<Record<string, string>> = {
  'cpu-features': 'compiles native code for ssh2, which is not bundled',
  esbuild: 'puts a quicker start in its place; without it the same program is started through Node',
  protobufjs: 'warns of a version of itself; not bundled',
  ssh2: 'compiles native code; not bundled',
};

test('nothing is installed with netcompose, and what it is made with has exact versions', () => {
  const { dependencies, devDependencies, scripts } = json<Locked & { scripts: Record<string, string> }>('package.json');
  assert.is(dependencies, undefined);
  for (const [name, version] of Object.entries(devDependencies!)) {
    assert.match(version, /^\d+\.\d+\.\d+$/, name);
    assert.is(locked[`node_modules/${name}`]?.version, version, name);
  }
  assert.equal(ours!.devDependencies, devDependencies);
  for (const name of ['preinstall', 'install', 'postinstall']) assert.not.ok(name in scripts, name);
});

test('every package is known by the hash of its content', () => {
  assert.ok(Object.keys(others).length > 100);
  for (const [path, { integrity }] of Object.entries(others)) assert.match(integrity ?? '', /^sha512-/, path);
});

test('every licence is compatible', () => {
  for (const [path, { license }] of Object.entries(others)) {
    const name = nameOf(path);
    const said = license ?? saidOtherwise[name] ?? '';
    const choices = said.replace(/^\(|\)$/g, '').split(' OR ');
    assert.ok(
      choices.some((choice) => compatible.test(choice)),
      `${name}: "${said}"`,
    );
  }
});

test('which packages have install scripts is known; they do not run, and none of them is bundled', () => {
  const found = Object.entries(others).flatMap(([path, { hasInstallScript }]) =>
    hasInstallScript ? nameOf(path) : [],
  );
  assert.equal([...new Set(found)].sort(), Object.keys(withScripts).sort());
  assert.match(readFileSync(join(root, 'scripts/setup.mjs'), 'utf8'), "'npm', 'ci', '--ignore-scripts'");
  const bundled = readFileSync(join(root, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
  for (const name of Object.keys(withScripts)) assert.not.match(bundled, new RegExp(`^${name} \\d`, 'm'));
});

test('the page says of every package that is asked for what it is for', () => {
  const page = readFileSync(join(root, 'docs/supply-chain.md'), 'utf8');
  for (const name of Object.keys(ours!.devDependencies!)) assert.match(page, `\`${name}\``, name);
});

/**
 * As `git clone` would make it of what is here now, at another time: what git ignores is left out.
 *
 * @param isPrivate whether the umask keeps others out
 */
async function cleanCheckout(to: string, isPrivate = false): Promise<string> {
  const listed = await patiently('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  });
  assert.is(listed.code, 0, listed.stderr);
  const then = new Date('2001-02-03T04:05:06Z');
  for (const path of listed.stdout.split('\0')) {
    // Tests are no part of it, and many.
    if (path === '' || path.startsWith('test/')) continue;
    const target = join(to, path);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(root, path), target);
    if (isPrivate) chmodSync(target, statSync(target).mode & 0o700);
    utimesSync(target, then, then);
  }
  symlinkSync(join(root, 'node_modules'), join(to, 'node_modules'));
  return to;
}

interface Packed {
  readonly integrity: string;
  readonly files: readonly { readonly path: string; readonly size: number; readonly mode: number }[];
}

async function pack(checkout: string, umask: string): Promise<Packed> {
  const env = {
    ...process.env,
    ...{ npm_config_cache: join(folder, 'npm'), npm_config_offline: 'true', npm_config_loglevel: 'error' },
    ...{ TZ: umask === '077' ? 'Asia/Tokyo' : 'UTC', LC_ALL: umask === '077' ? 'C' : 'C.UTF-8' },
  };
  const into = join(folder, `packed-${umask}`);
  mkdirSync(into);
  const script = 'umask "$1" && exec node scripts/tarball.mjs "$2"';
  const { code, stdout, stderr } = await patiently('sh', ['-c', script, 'sh', umask, into], { cwd: checkout, env });
  assert.is(code, 0, stderr);
  return (JSON.parse(stdout) as [Packed])[0];
}

test('two clean checkouts, at other places and times and with other habits, give the same tarball', async () => {
  const first = await pack(await cleanCheckout(join(folder, 'here')), '022');
  const second = await pack(await cleanCheckout(join(folder, 'a place with spaces/elsewhere'), true), '077');
  const listed = ({ files }: Packed) => files.map(({ path, size, mode }) => `${path} ${size} ${mode.toString(8)}`);
  assert.equal(listed(second), listed(first));
  assert.is(second.integrity, first.integrity);
  assert.match(first.integrity, /^sha512-/);
});

test.run();
