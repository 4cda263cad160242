/** How commands reach Compose: which arguments, in which order, with which files. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runIn } from './in-folder.ts';

const composeOnly = { executables: ['/usr/bin/docker-compose'], answer: () => ({ code: 5 }) } as const;
const plain = { 'compose.yaml': 'services:\n  web:\n    image: nginx\n' };

const passed: readonly (readonly string[])[] = [
  ['ps', '-a', '--format', 'json'],
  ['logs', '-f', '--since=5m', 'web'],
  ['exec', 'web', 'sh', '-c', 'echo "$HOME"; exit 3'],
  ['--ansi', 'never', '-p', 'other', '--profile', 'a', 'build', '--no-cache'],
  ['-f', 'compose.yaml', '--env-file', 'x.env', 'pull'],
  ['an-unknown-command', '--with', 'flags'],
  ['--an-unknown-flag', 'ps'],
  ['up', '--an-unknown-flag', '-d'],
  ['up', '--help'],
  ['version'],
  ['down', '--volumes', '--remove-orphans', '-t', '1'],
];

for (const argv of passed) {
  test(`"${argv.join(' ')}" reaches Compose unchanged, and its exit code comes back`, async () => {
    const { code, host, out, err } = await runIn(plain, argv, composeOnly);
    assert.equal(host.ran, [`docker-compose ${argv.join(' ')}`]);
    assert.equal({ code, out, err }, { code: 5, out: '', err: '' });
  });
}

test('without arguments: help', async () => {
  const { code, out, host } = await runIn({}, []);
  assert.is(code, 0);
  assert.match(out, 'Usage: netcompose [OPTIONS] COMMAND [ARGS]');
  assert.equal(host.ran, []);
});

test('help fits a screen, and names what Compose does not know', async () => {
  for (const argv of [['--help'], ['help']]) {
    const { code, out, host } = await runIn({}, argv);
    assert.is(code, 0);
    assert.match(out, '--trust-hooks');
    assert.equal(
      out.split('\n').filter((line) => line.length > 80),
      [],
    );
    assert.equal(host.ran, []);
  }
});

test('help about a command is its own page, or that of Compose', async () => {
  assert.match((await runIn({}, ['help', 'doctor'])).out, 'Usage: netcompose doctor');
  assert.equal((await runIn({}, ['help', 'ps'], composeOnly)).host.ran, ['docker-compose help ps']);
});

const slips = { chekc: 'check', exlpain: 'explain', dwon: 'down', statss: 'stats', lgos: 'logs' };

for (const [slip, meant] of Object.entries(slips)) {
  test(`"${slip}" is a slip: ${meant}`, async () => {
    const { code, err, host } = await runIn(plain, [slip], composeOnly);
    assert.is(code, 2);
    assert.match(err, `there is no command "${slip}"`);
    assert.match(err, `did you mean "${meant}"?`);
    assert.equal(host.ran, []);
  });
}

for (const word of ['-f', '--file=x.yaml', '--profile', '-p']) {
  test(`"check ${word}": the option stands too late`, async () => {
    const { code, err } = await runIn(plain, ['check', word, 'x.yaml']);
    assert.is(code, 2);
    assert.match(err, `${word.split('=')[0]} is an option of docker compose: write it before the command`);
  });
}

test("config --help is Compose's page, whatever is wrong with the project", async () => {
  const broken = { 'compose.yaml': 'services: { a: { image: x, x-netmode: nonsense } }\n' };
  const { out, err, host } = await runIn(broken, ['config', '--help'], composeOnly);
  assert.equal([out, err], ['', '']);
  assert.equal(host.ran, ['docker-compose config --help']);
});

test('explain without a rule lists all of them, group by group', async () => {
  const { code, out } = await runIn({}, ['explain']);
  assert.is(code, 0);
  assert.match(out, /^parent\n {2}parent\//m);
  assert.match(out, /^ {2}parent\/driver-clash +macvlan and ipvlan cannot be on one parent\.$/m);
});

test('a slip in the value of an option is named', async () => {
  for (const words of [['--format', 'jsno'], ['--format=jsno']]) {
    const { code, err } = await runIn(plain, ['check', ...words]);
    assert.is(code, 2);
    assert.match(err, 'help: did you mean "json"?');
  }
});

test('without Compose: what to install, and exit code 4', async () => {
  const { code, err } = await runIn(plain, ['ps']);
  assert.is(code, 4);
  assert.match(err, 'Docker Compose is not installed');
});

const annotated = 'services:\n  web:\n    image: nginx\n    x-netmode: host\n';

test('config gets the files one by one and the override last, from a place that is gone afterwards', async () => {
  const texts = { 'a.yaml': annotated, 'b.yaml': 'services:\n  web:\n    environment: { A: b }\n' };
  let override = '';
  const outcome = await runIn(
    texts,
    ['-f', 'a.yaml', '--project-name', 'p', '-f', 'b.yaml', 'config', '--no-interpolate'],
    {
      executables: ['/usr/bin/docker-compose'],
      home: '/home/me',
      answer: (argv) => {
        override = argv[argv.lastIndexOf('-f') + 1]!;
        return '';
      },
    },
  );
  assert.is(outcome.code, 0, outcome.err);
  assert.match(override, /^\/home\/me\/\.local\/state\/netcompose\/p\/override\.\d+\.yaml$/);
  const { folder } = outcome;
  assert.equal(outcome.host.ran, [
    `docker-compose --project-name p -f ${folder}/a.yaml -f ${folder}/b.yaml -f ${override} config --no-interpolate`,
  ]);
  assert.is(outcome.host.files.has(override), false);
});

test('render of a file that says all itself runs nothing', async () => {
  const lan = 'mode: ipvlan-l2, parent: eth0, subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.192/27';
  const { code, out, err, host } = await runIn(
    { 'compose.yaml': `services:\n  web: { image: x, x-netmode: { ${lan} } }\n` },
    ['render'],
  );
  assert.is(code, 0, err);
  assert.match(out, 'parent: eth0');
  assert.equal(host.ran, []);
});

test('hooks that nobody has trusted do not run', async () => {
  const texts = { 'compose.yaml': `x-netmode: { hooks: { pre_up: [[touch, /run/x]] } }\n${annotated}` };
  const outcome = await runIn(texts, ['plan', '--offline', '--format', 'json']);
  const { actions } = JSON.parse(outcome.out) as { actions: unknown };
  assert.equal(actions, [
    { id: 'hook:pre_up:1', reason: 'a hook of this project, run once trusted', command: ['touch', '/run/x'], undo: [] },
  ]);
});

test('explain shows the page of a rule, and the nearest where there is none', async () => {
  const page = fileURLToPath(new URL('../../docs/rules/parent/driver-clash.md', import.meta.url));
  const { out, code } = await runIn({}, ['explain', 'parent/driver-clash'], {
    files: { [page]: readFileSync(page, 'utf8') },
  });
  assert.is(code, 0);
  assert.match(out, '# parent/driver-clash');
  const lost = await runIn({}, ['explain', 'parent/driver-clash']);
  assert.is(lost.code, 3);
  assert.match(lost.err, 'docs/rules/parent/driver-clash.md" cannot be read: no such file');
  const wrong = await runIn({}, ['explain', 'parent/driver-crash']);
  assert.is(wrong.code, 2);
  assert.match(wrong.err, 'did you mean "parent/driver-clash"?');
  const groupless = await runIn({}, ['explain', 'driver-clash']);
  assert.is(groupless.code, 2);
  assert.match(groupless.err, 'did you mean "parent/driver-clash"?');
});

test('a project from standard input is given to Compose again', async () => {
  const inputs: unknown[] = [];
  const { code, err } = await runIn({}, ['-f', '-', '-p', 'p', 'config'], {
    ...composeOnly,
    input: annotated,
    answer: (argv, { input }) => {
      inputs.push([argv.at(-1), input]);
      return '';
    },
  });
  assert.is(code, 0, err);
  assert.equal(inputs, [['config', annotated]]);
});

test('schema prints the schema', async () => {
  const { out, code } = await runIn({}, ['schema']);
  assert.is(code, 0);
  assert.is((JSON.parse(out) as { $schema: string }).$schema, 'https://json-schema.org/draft/2020-12/schema');
});

test.run();
