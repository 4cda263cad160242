import { spawn } from 'node:child_process';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HostError } from '../../../src/host/system/errors.ts';
import { realHost } from '../../../src/host/system/real-host.ts';

const host = realHost();
const node = process.execPath;
const helper = fileURLToPath(new URL('attach-helper.ts', import.meta.url));

test('run captures both streams and the exit code', async () => {
  const result = await host.run([node, '-e', 'console.log("out"); console.error("err"); process.exit(3)']);
  assert.equal(result, { code: 3, stdout: 'out\n', stderr: 'err\n' });
});

test('run gives input and environment', async () => {
  const script = 'process.stdin.on("data", (d) => process.stdout.write(process.env.WORD + d))';
  const result = await host.run([node, '-e', script], { input: 'text', env: { WORD: 'a' } });
  assert.is(result.stdout, 'atext');
});

test('a file that cannot be read says why', () => {
  const folder = mkdtempSync(join(tmpdir(), 'netcompose-read-'));
  try {
    const path = join(folder, 'file');
    writeFileSync(path, 'text');
    assert.equal(host.read(path), { text: 'text' });
    assert.equal(
      [path, folder, join(path, 'below'), join(folder, 'none')].map((one) => [host.exists(one), host.isDirectory(one)]),
      [
        [true, false],
        [true, true],
        [false, false],
        [false, false],
      ],
    );
    for (const [place, error, detail] of [
      [join(folder, 'none'), 'missing', 'no such file'],
      [join(path, 'below'), 'missing', 'not a directory'],
      [folder, 'unreadable', 'illegal operation on a directory'],
    ] as const) {
      const read = host.read(place);
      assert.is('error' in read && read.error, error);
      assert.match('detail' in read ? read.detail : '', detail);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('run gives no standard input unless told', async () => {
  const result = await host.run([node, '-e', 'process.stdin.on("data", () => {}).on("end", () => console.log("end"))']);
  assert.is(result.stdout, 'end\n');
});

test('a missing command is a result for people', async () => {
  const result = await host.run(['netcompose-no-such-command']);
  assert.is(result.code, 127);
  assert.is(result.stderr, '"netcompose-no-such-command" is not installed, or not on PATH');
});

test('a command ended by a signal gives 128 and its number', async () => {
  const result = await host.run([node, '-e', 'process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 9999)']);
  assert.is(result.code, 143);
  assert.match(result.stderr, 'SIGTERM');
});

test('attach tells of a missing command with a HostError', async () => {
  try {
    await host.attach(['netcompose-no-such-command']);
    assert.unreachable();
  } catch (error) {
    assert.instance(error, HostError);
    assert.is((error as HostError).code, 127);
  }
});

/** Runs `attach` in a process of its own, whose streams and signals the test has in hand. */
function attached(script: string, env: Readonly<Record<string, string>> = {}) {
  const child = spawn(node, ['--import', 'tsx', helper, node, '-e', script], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Its own session: without a controlling terminal, wherever the tests run.
    detached: true,
    env: { ...process.env, ...env },
  });
  let out = '';
  child.stdout.on('data', (data) => (out += data));
  const until = (text: string) =>
    new Promise<void>((resolve) => child.stdout.on('data', () => out.includes(text) && resolve()));
  const ended = new Promise<{ code: number | null; out: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, out })),
  );
  return { child, until, ended };
}

test('attach passes streams and exit code through', async () => {
  const { child, ended } = attached(
    'process.stdin.pipe(process.stdout); process.stdin.on("end", () => process.exitCode = 7)',
  );
  child.stdin.end('through');
  assert.equal(await ended, { code: 7, out: 'through' });
});

test('attach gives input in place of our own', async () => {
  const { child, ended } = attached('process.stdin.pipe(process.stdout)', { ATTACH_INPUT: 'given' });
  child.stdin.end('ours');
  assert.equal(await ended, { code: 0, out: 'given' });
});

for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) {
  test(`attach forwards ${signal} and waits for the child's own end`, async () => {
    const { child, until, ended } = attached(
      `process.on("${signal}", () => { console.log("got it"); process.exit(9) });` +
        'setInterval(() => {}, 999); console.log("ready")',
    );
    await until('ready');
    child.kill(signal);
    assert.equal(await ended, { code: 9, out: 'ready\ngot it\n' });
  });
}

for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) {
  for (const [ends, code, out] of [
    ['', 9, 'ready\ngot 1\ngot 2\ngot 3\n'],
    ['1', 137, 'ready\ngot 1\n'],
  ] as const) {
    const does = ends ? 'ends the child where that is wanted' : "is the child's own matter too";
    test(`a second ${signal} ${does}`, async () => {
      const { child, until, ended } = attached(
        `let got = 0; process.on("${signal}", () => { console.log("got", ++got); if (got === 3) process.exit(9) });` +
          'setInterval(() => {}, 999); console.log("ready")',
        { ATTACH_ENDS: ends },
      );
      // The third ends the child by itself.
      for (const said of ['ready', 'got 1', 'got 2'].filter((one) => out.includes(one))) {
        await until(said);
        child.kill(signal);
      }
      assert.equal(await ended, { code, out });
    });
  }
}

test('attach gives 128 and the number for a child ended by a signal', async () => {
  const { ended } = attached('process.kill(process.pid, "SIGKILL"); setTimeout(() => {}, 9999)');
  assert.is((await ended).code, 137);
});

test('writePrivate writes whole, for the owner only, and sweeps what the dead left', () => {
  const folder = mkdtempSync(join(tmpdir(), 'netcompose-test-'));
  try {
    const path = join(folder, 'deep', 'override.yaml');
    host.writePrivate(path, 'one');
    // A process id that cannot be: the kernel's limit is lower.
    writeFileSync(`${path}.999999999.tmp`, 'left over');
    writeFileSync(`${path}.${process.ppid}.tmp`, 'of a process that lives');
    host.writePrivate(path, 'two');
    assert.is(readFileSync(path, 'utf8'), 'two');
    assert.is(statSync(path).mode & 0o777, 0o600);
    assert.is(statSync(join(folder, 'deep')).mode & 0o777, 0o700);
    assert.equal(readdirSync(join(folder, 'deep')), ['override.yaml', `override.yaml.${process.ppid}.tmp`]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a write that fails says so and leaves nothing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'netcompose-test-'));
  try {
    writeFileSync(join(folder, 'file'), '');
    assert.throws(
      () => host.writePrivate(join(folder, 'file', 'x'), 'text'),
      (error: unknown) => error instanceof HostError && /cannot be written/.test(error.message),
    );
    assert.equal(readdirSync(folder), ['file']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a file's mark follows links, knows scripts, and changes even where size and time are put back", () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'netcompose-mark-')));
  try {
    const [script, program, link] = ['script', 'program', 'link'].map((name) => join(folder, name)) as [
      ...[string, string, string],
    ];
    writeFileSync(script, '#!/bin/sh\n');
    writeFileSync(program, '');
    symlinkSync(script, link);
    const of = (path: string) => [host.mark(path)?.path, host.mark(path)?.isScript];
    assert.equal([link, program].map(of), [
      [script, true],
      [program, false],
    ]);
    const before = host.mark(script);
    const { atime, mtime } = statSync(script);
    writeFileSync(script, '#!/bin/ba\n');
    utimesSync(script, atime, mtime);
    assert.not.equal(host.mark(script), before);
    assert.is(host.mark(join(folder, 'none')), undefined);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
