/**
 * What comes in the middle, with a real engine: an interrupt in every phase, `kill -9` while Compose works, an engine
 * that hangs or dies, a disk that is full or read-only. Each is said, the next `up` succeeds, `down` leaves nothing.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { saying } from '../support/hooks.ts';
import { endWhereItHangs } from '../support/patiently.ts';
import { testImage } from './rig/image.ts';
import { findEngine, onPath } from './rig/installed.ts';
import { type Lan, makeLan } from './rig/lan.ts';
import { netcompose, program } from './rig/netcompose.ts';
import { type Rig, startRig } from './rig/rig.ts';
import { until } from './rig/swarm.ts';
import { type Snapshot, snapshot } from './snapshot.ts';

interface Context {
  rig: Rig;
  lan: Lan;
  before: Snapshot;
  /** The project's folder. */
  cwd: string;
  /** Once it is there, `db` is healthy. */
  healthy: string;
}

const test = suite<Context>('faults');
let [points, survived] = [0, 0];

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'faults', defaultRoute: true });
    context.rig = await startRig();
    context.before = await snapshot(context.rig);
    context.cwd = join(context.rig.directory, 'shop');
    context.healthy = join(context.cwd, 'state/healthy');
    mkdirSync(join(context.cwd, 'state'), { recursive: true });
    writeFileSync(join(context.cwd, 'compose.yaml'), compose);
  }),
);
test.after(async ({ rig, lan }) => {
  await rig?.stop();
  await lan?.remove();
});

const service = `image: ${testImage}, command: [sleep, infinity], stop_signal: SIGKILL`;
/** Compose makes `db`, and waits with the rest until it is healthy. */
const compose = `
services:
  db:
    { ${service}, volumes: ["./state:/state"],
      healthcheck: { test: [CMD, test, -e, /state/healthy], interval: 100ms, retries: 100000 } }
  web:
    { ${service}, depends_on: { db: { condition: service_healthy } },
      x-netmode: { mode: macvlan, ip_range: 192.168.213.192/27 } }
`;

/** The program in front of another runs a line of a shell first. */
function inFrontOf({ cwd, rig }: Context, name: 'ip' | 'docker', line: string): Readonly<Record<string, string>> {
  const folder = join(cwd, `front-${name}`);
  mkdirSync(folder, { recursive: true });
  const real = name === 'docker' ? join(findEngine(rig.engine)!.bin, name) : onPath(name);
  writeFileSync(join(folder, name), `#!/bin/sh\n${line}\nexec ${real} "$@"\n`);
  chmodSync(join(folder, name), 0o755);
  return { PATH: [folder, rig.env['PATH']].join(delimiter) };
}

type Env = Readonly<Record<string, string>>;

const call = ({ rig, cwd }: Context, args: readonly string[], env: Env = {}) => netcompose(rig, args, { cwd, env });

interface Moment {
  readonly env?: Env;
  /** Of the engine's events since it began, those that count. */
  readonly event: RegExp;
  /** Which of them, from 1. */
  readonly at?: number;
  /** Of which kinds the engine tells; those of an `up` unless said otherwise. */
  readonly kinds?: readonly string[];
  /** What is done then; `pid` leads its process group. */
  readonly act: (pid: number) => void;
}

interface Ending {
  /** Nothing where it had ended before. */
  readonly acted: boolean;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly said: string;
}

/** Runs netcompose, and does something once the engine has told of an event; to the end of all that it has started. */
async function inTheMiddle({ rig, cwd }: Context, args: readonly string[], moment: Moment): Promise<Ending> {
  const { env = {}, event, at = 1, kinds = ['create', 'connect', 'start'], act } = moment;
  const since = String(Date.now() / 1000);
  const child = spawn(process.execPath, [program, ...args], {
    ...{ cwd, env: { ...rig.env, ...env }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  });
  endWhereItHangs(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += String(data)));
  const ended = new Promise<Pick<Ending, 'code' | 'signal'>>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  );
  const filters = kinds.flatMap((name) => ['--filter', `event=${name}`]);
  const format = '{{.Type}} {{.Action}} {{.Actor.Attributes.name}}';
  const events = spawn('docker', ['events', '--since', since, ...filters, '--format', format], { env: rig.env });
  let [seen, acted] = [0, false];
  createInterface({ input: events.stdout }).on('line', (line) => {
    if (event.test(line)) seen += 1;
    if (acted || seen < at || child.exitCode !== null) return;
    acted = true;
    act(child.pid!);
  });
  const ending = await ended;
  events.kill();
  return { acted, ...ending, said };
}

/** As it was before: nothing is left. */
async function isClean({ rig, before }: Context, said: string): Promise<void> {
  assert.equal(await snapshot(rig), before, said);
  survived += 1;
}

async function downIsClean(context: Context, said: string): Promise<void> {
  rmSync(context.healthy, { force: true });
  const { code, stderr } = await call(context, ['down']);
  assert.is(code, 0, `${said}: ${stderr}`);
  await isClean(context, said);
}

async function upSucceeds(context: Context, said: string): Promise<void> {
  writeFileSync(context.healthy, '');
  const { code, stderr } = await call(context, ['up', '-d']);
  assert.is(code, 0, `${said}: ${stderr}`);
  assert.is((await context.rig.docker('inspect', '--format', '{{.State.Running}}', 'shop-web-1')).stdout, 'true');
}

const waits = /^container start shop-db-1$/;

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 130],
  ['SIGHUP', 129],
] as const) {
  test(`${signal} while it looks, changes the host, waits for Compose and tidies`, async (context) => {
    points += 3;
    const kill = `kill -${signal.slice(3)} $PPID`;
    for (const [phase, pattern] of [
      ['looks', '*-batch*'],
      ['changes the host', '*alias*'],
    ] as const) {
      const env = inFrontOf(context, 'ip', `case "$*" in ${pattern}) ${kill};; esac`);
      const { code, stderr } = await call(context, ['up', '-d'], env);
      assert.is(code, 130, `${phase}: ${stderr}`);
      await isClean(context, phase);
    }
    const { acted, said, ...how } = await inTheMiddle(context, ['up', '-d'], {
      ...{ event: waits, act: (pid) => process.kill(pid, signal) },
    });
    assert.equal({ acted, ...how }, { acted: true, code, signal: null }, said);
    // `web` is there when it looks again, and not before.
    writeFileSync(context.healthy, '');
    const there = `[ -n "$(docker ps --quiet --filter name=shop-web-1)" ]`;
    const env = inFrontOf(context, 'ip', `if ${there}; then ${kill}; sleep 1; fi`);
    const tidying = await inTheMiddle(context, ['up', '-d'], { env, event: /never/, act: () => undefined });
    assert.ok(tidying.code === 130 || tidying.signal === signal, `${JSON.stringify(tidying)}`);
    await upSucceeds(context, 'up after both');
    await downIsClean(context, 'down after both');
  });
}

test('"kill -9" of it, or of Compose too, at every second event while Compose works', async (context) => {
  // The first is the shared network's: test/kernel/killed.test.ts is about that.
  for (let at = 2; ; at += 2) {
    writeFileSync(context.healthy, '');
    const withCompose = at % 4 === 0;
    const { acted } = await inTheMiddle(context, ['up', '-d'], {
      ...{ event: /./, at, act: (pid) => process.kill(withCompose ? -pid : pid, 'SIGKILL') },
    });
    if (!acted) {
      assert.ok(at > 6, `no ${at} events`);
      points += 1;
      await downIsClean(context, 'not killed');
      break;
    }
    points += 1;
    const said = `killed ${withCompose ? 'with' : 'without'} Compose at event ${at}`;
    if (withCompose) await upSucceeds(context, said);
    await downIsClean(context, said);
  }
});

test('"kill -9" of it, or of Compose too, at every second event while Compose takes down', async (context) => {
  for (let at = 1; ; at += 2) {
    await upSucceeds(context, 'before');
    const withCompose = at % 4 === 1;
    const { acted } = await inTheMiddle(context, ['down'], {
      ...{ event: /./, at, kinds: ['die', 'disconnect', 'destroy'] },
      act: (pid) => process.kill(withCompose ? -pid : pid, 'SIGKILL'),
    });
    points += 1;
    const said = `killed ${withCompose ? 'with' : 'without'} Compose at event ${at} of "down"`;
    // What goes on without it is waited for by the next.
    await downIsClean(context, acted ? said : 'not killed');
    if (acted) continue;
    assert.ok(at > 4, `no ${at} events`);
    break;
  }
});

test('the engine dies while Compose works', async (context) => {
  points += 1;
  const { rig } = context;
  const run = inTheMiddle(context, ['up', '-d'], { event: waits, act: () => process.kill(rig.pid(), 'SIGKILL') });
  const { acted, code, said } = await run;
  assert.ok(acted && code !== 0 && code !== null, said);
  assert.ok(/could not undo, please run:\n(?: {2}.+\n)* {2}docker network rm /.test(said), said);
  assert.not.match(said, /\n\s+at /);
  await rig.revive();
  await upSucceeds(context, 'up after it');
  await downIsClean(context, 'down after it');
});

test('the engine hangs while it is to make a network', async (context) => {
  points += 1;
  const { rig } = context;
  const env = inFrontOf(context, 'docker', `case "$*" in network*create*) kill -STOP ${rig.pid()};; esac`);
  const { code, stderr } = await call(context, ['up', '-d'], { ...env, NETCOMPOSE_ENGINE_SECONDS: '1' });
  process.kill(rig.pid(), 'SIGCONT');
  assert.is(code, 3, stderr);
  assert.match(stderr, /docker network create .* did not end within 1\.\d seconds/);
  assert.match(stderr, 'help: see whether "docker version" answers; NETCOMPOSE_ENGINE_SECONDS=60 waits longer');
  await downIsClean(context, 'down after it');
});

/** Whether any process has this in its command line. */
const isRunning = (word: string): boolean =>
  readdirSync('/proc').some((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(word);
    } catch {
      return false;
    }
  });

const hanging = {
  'a hook': {
    file: `x-netmode: { hooks: { pre_up: [[tail, -f, hangs.yaml]] } }\n${compose}`,
    says: 'waiting for the pre_up hook "tail -f hangs.yaml"; Ctrl-C ends it, and undoes what was done\n',
  },
  'an env_file that is a pipe': {
    file: compose.replace('volumes:', 'env_file: pipe, volumes:'),
    says: 'waiting for "docker compose config"; Ctrl-C ends it, nothing was changed yet\n',
  },
} as const;
for (const [what, { file, says }] of Object.entries(hanging)) {
  test(`${what} hangs: it is said, and an interrupt leaves nothing`, async (context) => {
    points += 1;
    const { rig, cwd } = context;
    await execa('mkfifo', ['-m', '600', join(cwd, 'pipe')]);
    writeFileSync(join(cwd, 'hangs.yaml'), file);
    const child = spawn(process.execPath, [program, '-f', 'hangs.yaml', 'up', '-d', '--trust-hooks'], {
      ...{ cwd, env: rig.env, detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
    });
    endWhereItHangs(child);
    let said = '';
    child.stderr.on('data', (data) => {
      said += String(data);
      if (said.endsWith(says)) child.kill('SIGINT');
    });
    const [code] = await once(child, 'close');
    rmSync(join(cwd, 'pipe'));
    assert.is(code, 130, said);
    assert.match(said, says);
    await until(async () => !isRunning('hangs.yaml'), 'what it has started goes on');
    const state = readdirSync(join(rig.env['XDG_STATE_HOME']!, 'netcompose/shop'));
    assert.equal(
      state.filter((name) => /\d/.test(name)),
      [],
      'nothing is left of what was only for Compose',
    );
    await isClean(context, what);
  });
}

for (const [what, options, words] of [
  ['a full disk', 'size=16k', 'ENOSPC: no space left on device'],
  ['a read-only file system', 'ro', 'EROFS: read-only file system'],
] as const) {
  test(`the state folder on ${what}`, async (context) => {
    points += 1;
    const folder = join(context.rig.directory, options);
    mkdirSync(folder);
    await execa('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
    try {
      await execa('sh', ['-c', `cat /dev/zero > ${folder}/file`], { reject: false });
      const { code, stderr } = await call(context, ['up', '-d'], { XDG_STATE_HOME: folder });
      assert.is(code, 3, stderr);
      assert.match(stderr, `cannot be written: ${words}`);
      assert.match(stderr, 'help: ');
      await isClean(context, what);
    } finally {
      await execa('umount', [folder]);
    }
  });
}

test('what was survived', () => {
  process.stdout.write(`  survived with a real engine: ${survived} of ${points}\n`);
  assert.is(survived, points);
});

test.run();
