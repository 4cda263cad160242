/** Manual pages, the one-file program, the action and the hook: in the programs that they are for. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { commands } from '../../src/cli/commands.ts';
import { patiently } from '../support/patiently.ts';
import { makePlace, type Place, root } from './place.ts';

const test = suite<{ place: Place }>('programs');
test.before((context) => {
  context.place = makePlace();
});
test.after(({ place }) => place.remove());

const pages = readdirSync(join(root, 'dist/man')).sort();

test('every command has a manual page, and the package names each', () => {
  const expected = Object.entries(commands).flatMap(([name, { usage }]) => (usage ? `netcompose-${name}.1` : []));
  assert.equal(pages, [...expected, 'netcompose.1'].sort());
  const { man } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { man: readonly string[] };
  assert.equal(
    man.map((path) => path.replace('./dist/man/', '')),
    pages,
  );
});

test('man and mandoc have no word against them, but that they bear no date', async ({ place }) => {
  const paths = pages.map((name) => join(root, 'dist/man', name));
  const env = { ...place.env, MANWIDTH: '80' };
  const man = await patiently('man', ['--warnings', '-l', ...paths], { cwd: place.folder, env });
  assert.equal([man.code, man.stderr], [0, '']);
  assert.match(man.stdout, 'netcompose annotate [options] [services...]');
  const lint = await patiently('mandoc', ['-T', 'lint', '-W', 'warning', ...paths], { env: place.env });
  assert.equal(
    lint.stdout.split('\n').filter((line) => line !== '' && !line.includes('missing date')),
    [],
  );
});

test('one file, in an empty folder with Node and nothing else', async ({ place }) => {
  const folder = join(place.folder, '../alone');
  mkdirSync(folder);
  const alone = join(folder, 'netcompose.cjs');
  copyFileSync(join(root, 'dist/netcompose.cjs'), alone);
  // Below such a package.json, Node takes a file without an ending for a module.
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'compose.yaml'), 'services:\n  web: { image: nginx, x-netmode: macvaln }\n');
  const run = (...args: readonly string[]) =>
    patiently(alone, args, { cwd: folder, env: { PATH: process.env['PATH'], HOME: folder } });
  assert.match((await run('--version')).stdout, /^netcompose \d/);
  const check = await run('check', '--offline');
  assert.is(check.code, 1, check.stderr);
  assert.match(check.stdout, 'did you mean "macvlan"?');
  assert.match((await run('explain', 'parent/down')).stdout, '# parent/down');
  assert.is(
    (await run('completion', 'fish')).stdout,
    readFileSync(join(root, 'completions/netcompose.fish'), 'utf8').trimEnd(),
  );
  assert.is((JSON.parse((await run('facts')).stdout) as { version: number }).version, 1);
});

test('the action: its own commands, as they stand there, annotate the pull request', async ({ place }) => {
  const action = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as {
    readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: string }>>;
    readonly runs: {
      readonly using: string;
      readonly steps: readonly { readonly shell: string; readonly env: object; readonly run: string }[];
    };
  };
  assert.is(action.runs.using, 'composite');
  const [step] = action.runs.steps;
  assert.equal(step!.env, { FILES: '${{ inputs.files }}', FACTS: '${{ inputs.facts }}' });
  writeFileSync(join(place.folder, 'a b.yaml'), 'services:\n  web: { image: nginx, x-netmode: macvaln }\n');
  const run = (files: string) =>
    // As a runner starts "shell: bash".
    patiently('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', step!.run], {
      cwd: place.folder,
      env: { ...place.env, GITHUB_ACTION_PATH: root, FILES: files, FACTS: '' },
    });
  const wrong = await run('a b.yaml\n');
  assert.is(wrong.code, 1, wrong.stderr);
  assert.match(wrong.stdout, /^::error file=a b\.yaml,line=2,/m);
  const fine = await run('');
  assert.is(fine.code, 0, fine.stdout + fine.stderr);
});

test('"npm pack" prints the name of the file alone: pre-commit takes it all for that', async ({ place }) => {
  const { code, stdout, stderr } = await patiently('npm', ['pack', '--dry-run'], { cwd: root, env: place.env });
  assert.is(code, 0, stderr);
  assert.match(stdout, /^netcompose-[\d.]+\.tgz\n?$/);
});

test('the hook of pre-commit', async ({ place }) => {
  const manifest = join(root, '.pre-commit-hooks.yaml');
  const env = { ...place.env, PRE_COMMIT_HOME: join(place.folder, '../pre-commit'), GIT_CONFIG_GLOBAL: '/dev/null' };
  const call = (command: string, ...args: readonly string[]) => patiently(command, args, { cwd: place.folder, env });
  const valid = await call('pre-commit', 'validate-manifest', manifest);
  assert.is(valid.code, 0, valid.stdout);
  const hooks = parse(readFileSync(manifest, 'utf8')) as readonly object[];
  // The same hook with this netcompose: one of language "node" would be installed from the network.
  const local = hooks.map((hook) => ({ ...hook, language: 'system' }));
  writeFileSync(
    join(place.folder, '.pre-commit-config.yaml'),
    JSON.stringify({ repos: [{ repo: 'local', hooks: local }] }),
  );
  await call('git', 'init', '-q');
  await call('git', 'add', 'compose.yaml', '.pre-commit-config.yaml');
  const fine = await call('pre-commit', 'run');
  assert.is(fine.code, 0, fine.stdout + fine.stderr);
  assert.match(fine.stdout, 'Passed');
  writeFileSync(join(place.folder, 'compose.yaml'), 'services:\n  web: { image: nginx, x-netmode: macvaln }\n');
  await call('git', 'add', 'compose.yaml');
  const wrong = await call('pre-commit', 'run');
  assert.is(wrong.code, 1);
  assert.match(wrong.stdout, 'did you mean "macvlan"?');
});

test.run();
