import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { limited } from '../../../src/host/system/limit.ts';

/** Runs Node with this code, and gives what the limit said and the exit code. */
function underLimit(code: string, seconds: number, longest?: number) {
  return new Promise<{ readonly late: number | undefined; readonly exit: number | null }>((resolve) => {
    const child = spawn(process.execPath, ['-e', code], { stdio: 'ignore' });
    const { ended } = limited(child.pid, seconds, () => void child.kill('SIGKILL'), longest);
    child.on('close', (exit) => resolve({ late: ended(), exit }));
  });
}

/** Works until the file is there. */
const busyUntil = (file: string) => `while (!require('fs').existsSync(${JSON.stringify(file)}));`;

test('one that sleeps is ended', async () => {
  const { late, exit } = await underLimit('setTimeout(() => {}, 3600_000)', 0.5, 3600);
  assert.is(exit, null);
  assert.ok(late! < 3600, `${late}`);
});

test('one that works is waited for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'netcompose-limit-'));
  const done = join(folder, 'done');
  try {
    const result = underLimit(busyUntil(done), 0.1, 3600);
    setTimeout(() => writeFileSync(done, ''), 2000);
    assert.equal(await result, { late: undefined, exit: 0 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('one that works without end is ended', async () => {
  const { late, exit } = await underLimit('for (;;);', 0.1, 1);
  assert.is(exit, null);
  assert.ok(late! >= 1, `${late}`);
});

test('while sudo asks for a password it is not ended; it is once its command hangs', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'netcompose-limit-'));
  const sudo = join(folder, 'sudo');
  // A shell that reads has no child, and its process is called as the script is.
  writeFileSync(sudo, '#!/bin/sh\nread password\nsleep 3600\n', { mode: 0o755 });
  const child = spawn(sudo, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  let answered = false;
  try {
    const wasAnswered = new Promise<boolean>((resolve) => void limited(child.pid, 0.1, () => resolve(answered)));
    setTimeout(() => {
      answered = true;
      child.stdin.end('open sesame\n');
    }, 1500);
    assert.ok(await wasAnswered, 'it was ended while it asked');
  } finally {
    process.kill(-child.pid!, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});

test('where a process is not known, as on a system without /proc, it is ended', async () => {
  await new Promise<void>((resolve) => void limited(undefined, 0.1, resolve));
});

test.run();
