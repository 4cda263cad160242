/** A state folder that cannot be written to: the disk is full, it is read-only, or somebody else's. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HostError } from '../../src/host/system/errors.ts';
import { type Machine, machine } from '../cli/machine.ts';

const lan = 'mode: macvlan, parent: eth0, subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.224/27';
const texts = { 'compose.yaml': `name: shop\nservices:\n  web: { image: nginx, x-netmode: { ${lan} } }\n` };
const nothing = { networks: [], shims: [], containers: [] };

const failures = {
  ENOSPC: 'no space left on device',
  EROFS: 'read-only file system',
  EACCES: 'permission denied',
  ENOTDIR: 'not a directory',
} as const;

/** The writes whose path fits fail, from the `at`th on. */
function failWrites(on: Machine, at: number, code: keyof typeof failures): () => number {
  const { writePrivate } = on.host;
  let writes = 0;
  Object.assign(on.host, {
    writePrivate: (path: string, text: string) => {
      writes += 1;
      if (writes >= at)
        throw new HostError({ message: `"${path}" cannot be written: ${code}: ${failures[code]}`, help: 'make room' });
      writePrivate(path, text);
    },
  });
  return () => writes;
}

let [points, survived] = [0, 0];

for (const code of Object.keys(failures) as (keyof typeof failures)[]) {
  test(`${code} at each write of an "up"`, async () => {
    const whole = machine(texts);
    const count = failWrites(whole, Number.POSITIVE_INFINITY, code);
    assert.is((await whole.run('up', '-d')).code, 0);
    assert.ok(count() >= 2, `only ${count()} writes`);
    for (let at = 1; at <= count(); at += 1) {
      points += 1;
      const on = machine(texts);
      failWrites(on, at, code);
      const { code: exit, err } = await on.run('up', '-d');
      if (exit === 0) {
        // What only spares work the next time may be missing.
        assert.equal(on.left(), whole.left());
      } else {
        assert.is(exit, 3, err);
        assert.match(err, `cannot be written: ${code}: ${failures[code]}`);
        assert.match(err, 'help: ');
        assert.equal(on.left(), nothing, `write ${at}`);
        assert.not.ok(on.changes().some((line) => line.startsWith('compose')));
      }
      survived += 1;
    }
  });
}

test('a Compose that has gone since it was looked at: what was made is undone', async () => {
  const on = machine(texts);
  Object.assign(on.host, {
    attach: async () => {
      throw new HostError({ message: '"docker-compose" is not installed, or not on PATH', code: 127 });
    },
  });
  const { code, err } = await on.run('up', '-d');
  assert.is(code, 3);
  assert.match(err, 'is not installed');
  assert.equal(on.left(), nothing);
});

test('what was survived', () => {
  process.stdout.write(`  writes that fail survived: ${survived} of ${points}\n`);
  assert.is(survived, points);
});

test.run();
