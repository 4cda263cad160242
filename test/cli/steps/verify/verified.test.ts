/** Compose is asked again as soon as anything that decides its answer has changed, and only then. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { folder } from '../../in-folder.ts';
import { type Machine, machine } from '../../machine.ts';

const files = {
  'compose.yaml':
    'name: p\nservices:\n  web:\n    image: nginx\n    x-netmode: host\n' +
    '    extends: { file: base.yaml, service: base }\n',
  'base.yaml': 'services:\n  base:\n    image: nginx\n',
  '.env': 'A=1\n',
};
const state = '/home/user/.cache/netcompose-answers/verified/p';

const asked = (on: Machine, from: number) =>
  on.host.ran.slice(from).filter((line) => / config --format/.test(line)).length;

/** How often Compose is asked by an `up -d`. */
async function up(on: Machine, ...words: readonly string[]): Promise<number> {
  const from = on.host.ran.length;
  const { code, err } = await on.run('up', '-d', ...words);
  assert.is(code, 0, err);
  return asked(on, from);
}

test('nothing has changed: Compose is asked once', async () => {
  const on = machine(files);
  assert.is(await up(on), 1);
  assert.is(await up(on), 0);
  assert.is(await up(on), 0);
});

const changes: Readonly<Record<string, (on: Machine) => void>> = {
  'the file': (on) => on.host.files.set(`${folder}/compose.yaml`, `${files['compose.yaml']}# more\n`),
  'a file that it extends': (on) => on.host.files.set(`${folder}/base.yaml`, `${files['base.yaml']}# more\n`),
  'the file of variables': (on) => on.host.files.set(`${folder}/.env`, 'A=2\n'),
  'no file of variables': (on) => on.host.files.delete(`${folder}/.env`),
  'a second file by a default name': (on) => on.host.files.set(`${folder}/compose.override.yaml`, 'services: {}\n'),
  'the environment': (on) => Object.assign(on.host.env, { OTHER: '1' }),
  "Compose's program": (on) => on.host.files.set('/usr/bin/docker-compose', 'another'),
  'damaged memory': (on) => on.host.files.set(state, 'damaged'),
  'truncated memory': (on) => on.host.files.set(state, on.host.files.get(state)!.slice(0, 20)),
  'no memory': (on) => on.host.files.delete(state),
};

for (const [what, change] of Object.entries(changes)) {
  test(`changed: ${what}`, async () => {
    const on = machine(files);
    assert.is(await up(on), 1);
    assert.ok(on.host.files.has(state));
    change(on);
    assert.is(await up(on), 1);
    assert.is(await up(on), 0);
  });
}

for (const name of ['_', 'SHLVL', 'OLDPWD']) {
  test(`what a shell counts for itself is nobody's business: ${name}`, async () => {
    const on = machine(files);
    assert.is(await up(on), 1);
    Object.assign(on.host.env, { [name]: '/another' });
    assert.is(await up(on), 0);
  });

  test(`unless a file names it: ${name}`, async () => {
    const label = `    labels: { a: "$\{${name}:-}" }\n`;
    const on = machine({ ...files, 'base.yaml': `${files['base.yaml']}${label}` });
    assert.is(await up(on), 1);
    Object.assign(on.host.env, { [name]: '/another' });
    assert.is(await up(on), 1);
  });
}

const compose = '/usr/bin/docker-compose';
const version = '/home/user/.cache/netcompose-answers/compose-version';
const versionsAsked = (on: Machine) => on.host.ran.filter((line) => line === 'docker-compose version --short').length;

test("Compose's version is asked once", async () => {
  const on = machine(files);
  await up(on);
  await up(on);
  assert.is(versionsAsked(on), 1);
});

for (const [what, mark] of Object.entries({
  'its size': { size: 2 },
  'its inode': { inode: 2 },
  'its device': { device: 2 },
  'when it last changed': { changed: 1 },
  'where it leads': { path: '/opt/docker-compose' },
  'its owner': { owner: 12 },
})) {
  test(`Compose's version is asked again: another program by ${what}`, async () => {
    const marks: Record<string, object> = {};
    const on = machine(files, { marks });
    await up(on);
    marks[compose] = mark;
    await up(on);
    assert.is(versionsAsked(on), 2);
    await up(on);
    assert.is(versionsAsked(on), 2);
  });
}

for (const [what, spoil] of Object.entries<(on: Machine) => void>({
  'no memory': (on) => on.host.files.delete(version),
  'damaged memory': (on) => on.host.files.set(version, 'damaged\n2.99.0\n'),
  'truncated memory': (on) => on.host.files.set(version, on.host.files.get(version)!.split('\n')[0]!),
})) {
  test(`Compose's version is asked again: ${what}`, async () => {
    const on = machine(files);
    await up(on);
    spoil(on);
    await up(on);
    assert.is(versionsAsked(on), 2);
  });
}

for (const [what, mark] of Object.entries({
  'another user has written': { [version]: { owner: 12 } },
  'everybody may write': { [version]: { mode: 0o666 } },
  'is of a script, which may start another': { [compose]: { isScript: true } },
  'is of a program of many names': { [compose]: { path: '/usr/bin/mise' } },
})) {
  test(`Compose's version is asked each time: what ${what}`, async () => {
    const on = machine(files, { marks: mark });
    await up(on);
    await up(on);
    assert.is(versionsAsked(on), 2);
  });
}

test('a command that fails or pretends keeps no version', async () => {
  const on = machine(files);
  await on.run('--dry-run', 'up');
  on.failing.set('compose up', { code: 9 });
  await on.run('up', '-d');
  assert.not(on.host.files.has(version));
});

test('changed: the command line', async () => {
  const on = machine(files);
  assert.is(await up(on), 1);
  assert.is(await up(on, 'web'), 1);
});

for (const [what, mark] of Object.entries({ 'another user': { owner: 12 }, 'all to write': { mode: 0o666 } })) {
  test(`memory that belongs to ${what} counts for nothing`, async () => {
    const on = machine(files, { marks: { [state]: mark } });
    assert.is(await up(on), 1);
    assert.is(await up(on), 1);
  });
}

test('files that Compose alone reads: it is asked each time', async () => {
  const on = machine({
    ...files,
    'compose.yaml': `${files['compose.yaml']}    env_file: [web.env]\n`,
    'web.env': 'B=1\n',
  });
  assert.is(await up(on), 1);
  assert.is(await up(on), 1);
});

for (const [what, mark] of Object.entries({
  'a script': { isScript: true },
  'a program of another name, such as snap': { path: '/usr/bin/snap' },
})) {
  test(`started by ${what}, which stays as it is when Compose is replaced: it is asked each time`, async () => {
    const on = machine(files, { marks: { '/usr/bin/docker-compose': mark } });
    assert.is(await up(on), 1);
    assert.is(await up(on), 1);
  });
}

test('bytes that are no UTF-8, and look alike once they are read: it is asked each time', async () => {
  const on = machine({ ...files, '.env': 'A=\uFFFD\n' });
  assert.is(await up(on), 1);
  assert.is(await up(on), 1);
});

test('Compose prints something else than a model: said, and nothing is remembered', async () => {
  const on = machine(files);
  const run = on.host.run;
  Object.assign(on.host, {
    run: async (argv: readonly string[], options = {}) =>
      argv.includes('config') ? { code: 0, stdout: 'WARN nonsense: [', stderr: '' } : run(argv, options),
  });
  const { code, err } = await on.run('up', '-d');
  assert.is(code, 3);
  assert.match(err, /did not print a model/);
  assert.not(on.host.files.has(state));
});

test.run();
