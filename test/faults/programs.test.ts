/**
 * The programs that netcompose calls, missing, hanging, cut off or another program of that name: a clear message, an
 * exit code, and a host on which nothing was changed.
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RunResult } from '../../src/host/system/host.ts';
import { runProcess } from '../../src/host/system/processes.ts';
import { look } from '../../src/host/system/run-look.ts';
import { machine } from '../cli/machine.ts';
import { fakeScreen } from '../cli/progress/screen.ts';
import { fakeHost } from '../host/fake-host.ts';
import { isHarmless } from '../laws/everything.ts';

const lan = 'mode: macvlan, parent: eth0, subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.224/27';
const texts = { 'compose.yaml': `name: shop\nservices:\n  web: { image: nginx, x-netmode: { ${lan} } }\n` };
const nothing = { networks: [], shims: [], containers: [] };
const links =
  '[{"ifname":"eth0","ifindex":2,"flags":["UP"],"mtu":1500,' +
  '"addr_info":[{"family":"inet","local":"192.168.1.10","prefixlen":24}]}]';

interface Case {
  readonly name: string;
  /** By how the command begins, with the command's own words; `Compose` stands for it. */
  readonly gives: Readonly<Record<string, Partial<RunResult> | string>>;
  readonly executables?: readonly string[];
  readonly code: number;
  readonly says: readonly (string | RegExp)[];
}

const missing = (name: string) => ({ code: 127, stderr: `"${name}" is not installed, or not on PATH` });
const hangs = (name: string) => ({ code: 124, stderr: `"${name}" did not end within 8 seconds` });
const other = '"ip" was asked for interfaces, and printed something else';

const cases: readonly Case[] = [
  {
    name: 'ip is missing',
    gives: { 'ip ': missing('ip') },
    code: 3,
    says: ['"ip" is not installed, or not on PATH', 'help: install iproute2'],
  },
  { name: 'ip hangs', gives: { 'ip ': hangs('ip') }, code: 3, says: ['"ip" did not end within 8 seconds'] },
  { name: 'ip is cut off', gives: { 'ip -N -j -d addr': links.slice(0, 90) }, code: 3, says: [other, 'iproute2'] },
  { name: 'ip prints text', gives: { 'ip -N -j -d addr': '2: eth0: <UP> mtu 1500' }, code: 3, says: [other] },
  { name: 'ip prints a number', gives: { 'ip -N -j -d addr': '7' }, code: 3, says: [other] },
  {
    name: 'ip leaves out what must be there',
    gives: { 'ip -N -j -d addr': '[{"ifindex":2}]' },
    code: 3,
    says: [`${other}: [0].ifname is missing`],
  },
  {
    name: 'ip has another type for a value',
    gives: { 'ip -N -j -d addr': links.replace('["UP"]', '"UP"') },
    code: 3,
    says: [`${other}: [0].flags is not a list`],
  },
  {
    name: 'ip cannot print JSON',
    gives: { 'ip ': { code: 1, stderr: 'ip: unrecognized option: j\nBusyBox v1.36.1 multi-call binary.' } },
    code: 3,
    says: ['BusyBox'],
  },
  {
    name: 'the routes are cut off',
    gives: { 'ip -j route': '[{"dst":"defa' },
    code: 3,
    says: ['"ip" was asked for routes, and printed something else: "[{"dst":"defa"'],
  },
  {
    name: 'ip talks to the terminal',
    gives: { 'ip -N -j -d addr': '\u001b[2J' },
    code: 3,
    says: ['␛[2J'],
  },
  {
    name: 'sudo is missing',
    gives: {},
    executables: ['/usr/bin/docker-compose'],
    code: 1,
    says: ['shim/needs-root', 'ip link add'],
  },
  {
    name: 'sudo wants a password, and nobody is there',
    gives: {
      'sudo -- ': {
        code: 1,
        stderr: 'sudo: a terminal is required to read the password\nsudo: a password is required',
      },
    },
    code: 3,
    says: ['a password is required', 'run as root, and then the same again:', 'ip link add'],
  },
  {
    name: 'sudo is not for this user',
    gives: { 'sudo -- ': { code: 1, stderr: 'me is not in the sudoers file.' } },
    code: 3,
    says: ['is not in the sudoers file', 'run as root, and then the same again:'],
  },
  {
    name: 'a command fails half-way',
    gives: { 'sudo -- ip link set dev nc-eth0 up': { code: 2, stderr: 'RTNETLINK answers: Operation not permitted' } },
    code: 3,
    says: ['ip link set dev nc-eth0 up', 'Operation not permitted'],
  },
  {
    name: 'a command that changes the host hangs',
    gives: { 'sudo -- ip link set dev nc-eth0 up': hangs('sudo') },
    code: 3,
    says: ['ip link set dev nc-eth0 up', 'did not end within 8 seconds', 'help: the kernel, or what manages'],
  },
  {
    name: 'the engine hangs while it makes a network',
    gives: { 'docker network create': hangs('docker') },
    code: 3,
    says: ['docker network create', 'did not end within 8 seconds', 'NETCOMPOSE_ENGINE_SECONDS=60'],
  },
  {
    name: 'Compose is missing',
    gives: {},
    executables: ['/usr/bin/sudo'],
    code: 4,
    says: [
      'error[engine/compose-missing]: Docker Compose is not installed',
      'help: install the "docker compose" plugin',
    ],
  },
  {
    name: 'Compose is too old',
    gives: { 'docker-compose version': '2.20.3\n' },
    code: 4,
    says: ['error[engine/compose-too-old]: Docker Compose 2.20.3 is too old', 'update it to 2.24.4'],
  },
  {
    name: 'Compose is of the first kind',
    gives: { 'docker-compose version': '1.29.2\n' },
    code: 4,
    says: ['engine/compose-too-old', '1.29.2'],
  },
  {
    name: 'Compose does not say its version',
    gives: { 'docker-compose version': 'unknown\n' },
    code: 4,
    says: ['"docker-compose version --short" failed', 'unknown'],
  },
  {
    name: 'Compose crashes',
    gives: { 'docker-compose version': { code: 139, stderr: 'docker-compose was ended by SIGSEGV' } },
    code: 4,
    says: ['SIGSEGV'],
  },
  {
    name: 'Compose hangs',
    gives: { 'docker-compose version': hangs('docker-compose') },
    code: 4,
    says: ['did not end'],
  },
  {
    name: 'Compose prints no model',
    gives: { 'docker-compose -f': 'Segmentation fault\n' },
    code: 3,
    says: ['did not print a model, but: Segmentation fault'],
  },
  {
    name: 'Compose hangs while it reads the files',
    gives: { 'docker-compose -f': hangs('docker-compose') },
    code: 3,
    says: [
      '"docker-compose config" did not end within 300 seconds; nothing was changed',
      'help: see whether it ends by itself: it may wait for an env_file that is a pipe',
    ],
  },
  {
    name: 'Compose refuses the files, and talks to the terminal',
    gives: { 'docker-compose -f': { code: 15, stderr: 'service "\u001b[2J" refers to nothing\n' } },
    code: 15,
    says: ['service "␛[2J" refers to nothing'],
  },
];

let survived = 0;

for (const { name, gives, executables, code, says } of cases) {
  test(name, async () => {
    const on = machine(texts, executables ? { executables } : {});
    const { run } = on.host;
    const answerOf = (line: string) => Object.entries(gives).find(([beginning]) => line.startsWith(beginning))?.[1];
    Object.assign(on.host, {
      run: (async (argv, options) => {
        const answer = answerOf(argv.join(' '));
        if (answer === undefined) return run(argv, options);
        return {
          ...{ code: 0, stdout: '', stderr: '' },
          ...(typeof answer === 'string' ? { stdout: answer } : answer),
        };
      }) satisfies typeof run,
    });
    const outcome = await on.run('up', '-d');
    const said = `${outcome.out}${outcome.err}`;
    for (const text of says) assert.match(said, text);
    assert.is(outcome.code, code, said);
    isHarmless(said);
    assert.not.match(said, /\n\s+at /);
    assert.equal(on.left(), nothing, said);
    assert.not.ok(on.changes().some((line) => line.startsWith('compose')));
    survived += 1;
  });
}

test('Compose is given a limit while it reads the files', async () => {
  const on = machine(texts);
  const { run } = on.host;
  const given: (number | undefined)[] = [];
  Object.assign(on.host, {
    run: (async (argv, options) => {
      if (argv.includes('config')) given.push(options?.seconds);
      return run(argv, options);
    }) satisfies typeof run,
  });
  assert.is((await on.run('up', '-d')).code, 0);
  assert.equal(given, [300]);
});

for (const [what, command, says] of [
  [
    'a hook before up',
    'before',
    'waiting for the pre_up hook "before "$(printf \'\\033c\')""; Ctrl-C ends it, and undoes what was done\n',
  ],
  ['a hook after down', 'after', 'waiting for the post_down hook "after"; Ctrl-C ends it\n'],
  [
    'Compose while it reads the files',
    'docker-compose -f',
    'waiting for "docker-compose config"; Ctrl-C ends it, nothing was changed yet\n',
  ],
] as const)
  test(`${what} takes long: that it is waited for is said once`, async () => {
    const hooks = '{ pre_up: [[before, "\\ec"]], post_down: [[after]] }';
    for (const seconds of [4, 20]) {
      const on = machine({ 'compose.yaml': `x-netmode: { hooks: ${hooks} }\n${texts['compose.yaml']}` });
      on.screen = fakeScreen();
      const { run, attach } = on.host;
      const passing =
        <T extends typeof run | typeof attach>(call: T) =>
        (...[argv, options]: Parameters<T>) => {
          if (argv.join(' ').startsWith(command)) on.screen!.pass(seconds * 1000);
          return call(argv, options);
        };
      Object.assign(on.host, { run: passing(run), attach: passing(attach) });
      const said = [await on.run('up', '-d', '--trust-hooks'), await on.run('down')].map(({ err }) => err).join('');
      assert.is(said.split(says).length - 1, seconds > 5 ? 1 : 0, said);
      assert.is(said.split('still waiting').length - 1, seconds > 5 ? 1 : 0, said);
    }
  });

test('Compose prints warnings around the version and around the model', async () => {
  const on = machine(texts);
  const { run } = on.host;
  const warned = 'WARN[0000] the attribute `version` is obsolete\n';
  Object.assign(on.host, {
    run: (async (argv, options) => {
      const result = await run(argv, options);
      if (argv[0] !== 'docker-compose') return result;
      const model = argv.includes('json') ? JSON.stringify(JSON.parse(result.stdout), null, 2) : result.stdout;
      return { ...result, stdout: `${warned}${model}\n${warned}` };
    }) satisfies typeof run,
  });
  const { code, err } = await on.run('up', '-d');
  assert.is(code, 0, err);
  assert.equal(on.left().containers, ['shop-web-1']);
});

test('a real program that hangs is ended, and so is not waited for what it has started', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'netcompose-hangs-'));
  const script = join(folder, 'ip');
  writeFileSync(script, '#!/bin/sh\necho begun\nsleep 3600 &\nwait\n');
  chmodSync(script, 0o755);
  try {
    const result = await runProcess([script], { cwd: folder, env: { PATH: process.env['PATH'] }, seconds: 0.3 });
    assert.equal(result, { code: 124, stdout: '', stderr: `"${script}" did not end within 0.8 seconds` });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('what hangs while it is undone too is not waited for again and again: what is left to do is said', async () => {
  const on = machine(texts);
  const { run } = on.host;
  const given: (number | undefined)[] = [];
  let isStuck = false;
  let waited = 0;
  Object.assign(on.host, {
    run: (async (argv, options) => {
      const line = argv.join(' ');
      isStuck ||= line.startsWith('sudo -- ip link set dev nc-eth0 up');
      if (argv[0] === 'sudo' || argv[0] === 'docker') given.push(options?.seconds);
      if (!isStuck || !line.startsWith('sudo -- ')) return run(argv, options);
      waited += 1;
      return { code: 124, stdout: '', stderr: '"sudo" did not end within 8 seconds' };
    }) satisfies typeof run,
  });
  const { code, err } = await on.run('up', '-d');
  assert.is(code, 3, err);
  assert.match(err, /did not end within 8 seconds\nstill to be undone:\n( {2}.*\n)* {2}docker network rm /);
  assert.is(given.filter((seconds) => seconds === undefined || seconds >= 10).length, 0, String(given));
  assert.is(waited, 2, 'the command itself, and the first that undoes it');
  Object.assign(on.host, { run });
  assert.is((await on.run('down')).code, 0);
  assert.equal(on.left(), nothing);
});

test('what only looks has less than ten seconds', async () => {
  let given = Number.POSITIVE_INFINITY;
  const host = fakeHost({
    answer: (_, { seconds = Number.POSITIVE_INFINITY }) => {
      given = seconds;
      return '';
    },
  });
  await look(host, ['ip', '-j', 'addr']);
  assert.ok(given < 10, `${given} seconds`);
});

test('what was survived', () => {
  process.stdout.write(`  failing programs survived: ${survived} of ${cases.length}\n`);
  assert.is(survived, cases.length);
});

test.run();
