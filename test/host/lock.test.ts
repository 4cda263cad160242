import { spawn } from 'node:child_process';
import { existsSync, readdirSync, renameSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { holdLease, leases, withLock } from '../../src/host/lock.ts';
import { HostError } from '../../src/host/system/errors.ts';
import { realHost } from '../../src/host/system/real-host.ts';
import { fakeHost } from './fake-host.ts';

const host = realHost();
/** Names of this run's own: the locks are the whole machine's. */
const own = (name: string) => `test-${process.pid}-${name}`;
const helper = new URL('lock-helper.ts', import.meta.url).pathname;

/** Another process that takes a lock or lease, says so, and keeps it. */
async function other(what: 'lock' | 'lease', name: string) {
  const child = spawn(process.execPath, ['--import', 'tsx', helper, what, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  return { pid: child.pid!, kill };
}

if (process.platform === 'linux') {
  test('one at a time', async () => {
    let inside = 0;
    let most = 0;
    const order: number[] = [];
    await Promise.all(
      [1, 2, 3].map((number) =>
        withLock(host, own('one'), async () => {
          most = Math.max(most, ++inside);
          await new Promise((resolve) => setTimeout(resolve, 20));
          order.push(number);
          inside--;
        }),
      ),
    );
    assert.is(most, 1);
    assert.equal(order.sort(), [1, 2, 3]);
  });

  test('gives what the work gives, and is free after it threw', async () => {
    const name = own('throws');
    let message = '';
    await withLock(host, name, async () => Promise.reject(new Error('work'))).catch(
      (error: Error) => (message = error.message),
    );
    assert.is(message, 'work');
    assert.is(await withLock(host, name, async () => 7, { longestWait: 0 }), 7);
  });

  test('who waits can be told to wait no longer', async () => {
    const name = own('interrupted');
    let asked = 0;
    const seen = await withLock(host, name, () =>
      withLock(host, name, async () => 'had it', {
        whileWaiting: () => {
          asked += 1;
          if (asked === 2) throw new Error('interrupted');
        },
      }).catch((error: Error) => error.message),
    );
    assert.is(seen, 'interrupted');
    assert.is(asked, 2);
    assert.is(await withLock(host, name, async () => 'free again', { longestWait: 0 }), 'free again');
  });

  test('the wait is bounded and names the holder; kill -9 frees it', async () => {
    const name = own('held');
    const holder = await other('lock', name);
    const waits: number[] = [];
    try {
      await withLock(host, name, async () => assert.unreachable(), {
        longestWait: 100,
        onWait: (pid) => waits.push(pid),
      });
      assert.unreachable();
    } catch (error) {
      assert.instance(error, HostError);
      assert.match((error as HostError).message, `(process ${holder.pid})`);
      assert.is((error as HostError).help, `wait for it, or end it: kill ${holder.pid}`);
    } finally {
      await holder.kill();
    }
    assert.equal(waits, [holder.pid]);
    assert.is(await withLock(host, name, async () => 'free', { longestWait: 0 }), 'free');
  });

  for (const name of ['lan', 'a name with blanks', 'x'.repeat(200)]) {
    test(`leases on ${name.slice(0, 20)} are seen until released or killed`, async () => {
      const network = own(name);
      assert.equal(await leases(host, network), []);
      const mine = await holdLease(host, network);
      const theirs = await other('lease', network);
      assert.equal(
        await leases(host, network),
        [process.pid, theirs.pid].sort((a, b) => a - b),
      );
      assert.equal(await leases(host, `${network}-2`), []);
      await theirs.kill();
      assert.equal(await leases(host, network), [process.pid]);
      await mine.release();
      assert.equal(await leases(host, network), []);
    });
  }

  test('what the dead have left is swept by whoever claims anything, and nothing of the living', async () => {
    const folder = ['/run/lock', '/dev/shm', '/tmp'].find((path) => existsSync(path))!;
    const filesOf = (pid: number) => readdirSync(folder).filter((name) => name.includes(`.${pid}.`));
    const [dead, living] = [await other('lease', own('swept')), await other('lease', own('kept'))];
    try {
      await dead.kill();
      // Killed before its claim had a name.
      const unnamed = `netcompose-new.${own('x')}`;
      renameSync(join(folder, filesOf(dead.pid)[0]!), join(folder, unnamed));
      const again = await other('lease', own('swept'));
      await again.kill();
      const claim = async () => (await holdLease(host, own('anything'))).release();
      await claim();
      assert.is(filesOf(again.pid).length, 1, 'one that may only just be made is left alone');
      const hourAgo = Date.now() / 1000 - 3600;
      for (const name of [unnamed, ...filesOf(again.pid), ...filesOf(living.pid)])
        utimesSync(join(folder, name), hourAgo, hourAgo);
      await claim();
      assert.equal(filesOf(again.pid), []);
      assert.not.ok(existsSync(join(folder, unnamed)));
      assert.is(filesOf(living.pid).length, 1);
      assert.equal(await leases(host, own('kept')), [living.pid]);
    } finally {
      await living.kill();
    }
  });
} else {
  console.log(`SKIP locks: ${process.platform} has no shims to guard`);
}

test('elsewhere both do nothing', async () => {
  const mac = fakeHost({ platform: 'darwin' });
  const lease = await holdLease(mac, 'lan');
  assert.equal(await leases(mac, 'lan'), []);
  assert.is(await withLock(mac, 'host', () => withLock(mac, 'host', async () => 1)), 1);
  await lease.release();
});

test.run();
