/**
 * A disk that is really full, and a file system that is really read-only, under everything that netcompose writes but
 * its state folder (test/engine/faults.test.ts): it is said, and every file is what it was, byte for byte.
 */
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { run } from '../../src/cli/run.ts';
import { removePersisted, writePersisted } from '../../src/host/persist/persisted-files.ts';
import { HostError } from '../../src/host/system/errors.ts';
import { realHost } from '../../src/host/system/real-host.ts';
import { sandboxFolder } from '../engine/rig/sandbox.ts';
import { hostBelow, persistedFiles } from './persisted.ts';

const compose = 'name: shop\nservices:\n  web:\n    image: nginx\n';
const filler = 'filler';

/** How it is made so that nothing can be written any more, and what the system says then. */
const disks = {
  'a full disk': {
    spoil: (folder: string) => fill(folder),
    says: /cannot be written: ENOSPC: no space left on device/,
    help: 'make room on that disk',
  },
  'a read-only file system': {
    spoil: (folder: string) => mount('-o', 'remount,bind,ro', folder),
    says: /cannot be written: EROFS: read-only file system/,
    help: 'that file system is read-only: mount it to be written',
  },
} as const;

const mount = (...args: readonly string[]) => void execFileSync('mount', args);

/** To its last byte. */
function fill(folder: string): void {
  assert.throws(() => writeFileSync(join(folder, filler), Buffer.alloc(1 << 20)), /ENOSPC/);
}

/** A small file system of its own, with these files, on which nothing can be written any more. */
function spoiltDisk(spoil: (folder: string) => void, texts: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(sandboxFolder(), 'disk-'));
  mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder);
  for (const [path, text] of Object.entries(texts)) writeFileSync(join(folder, path), text);
  mkdirSync(join(folder, 'etc/systemd/network'), { recursive: true });
  spoil(folder);
  return folder;
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path !== filler)
    .map((path) => {
      const stats = lstatSync(join(folder, path));
      return `${path} ${stats.mode.toString(8)} ${stats.isFile() ? readFileSync(join(folder, path), 'utf8') : ''}`;
    })
    .sort();
}

/** The program in a folder of this machine. */
async function inFolder(cwd: string, argv: readonly string[]) {
  let said = '';
  const write = (text: string) => void (said += text);
  const host = { ...realHost(), cwd };
  const code = await run(argv, host, { out: write, err: write, color: { out: false, err: false } });
  return { code, said };
}

/** What "persist" below that folder says, where it cannot. */
async function failing(folder: string): Promise<HostError> {
  try {
    await writePersisted(hostBelow(folder), persistedFiles);
  } catch (error) {
    if (error instanceof HostError) return error;
    throw error;
  }
  throw new Error('it has written everything');
}

for (const [what, { spoil, says, help }] of Object.entries(disks)) {
  test(`graph -o and annotate on ${what}`, async () => {
    const texts = { 'compose.yaml': compose, 'facts.json': '{ "version": 1 }', 'old.svg': 'an older one\n' };
    const folder = spoiltDisk(spoil, texts);
    const before = filesBelow(folder);
    for (const argv of [
      ['graph', '--facts', 'facts.json', '-o', 'new.svg'],
      ['graph', '--facts', 'facts.json', '-o', 'old.svg'],
      ['annotate', 'web', '--mode', 'host'],
    ]) {
      const { code, said } = await inFolder(folder, argv);
      assert.is(code, 3, `${argv.join(' ')}: ${said}`);
      assert.match(said, says);
      assert.not.match(said, /\n\s+at /);
      assert.equal(filesBelow(folder), before, argv.join(' '));
    }
  });

  test(`persist on ${what}`, async () => {
    const folder = spoiltDisk(spoil, {});
    const before = filesBelow(folder);
    const { message, help: advice } = await failing(folder);
    assert.match(message, says);
    assert.is(advice, help);
    assert.equal(filesBelow(folder).filter(isFile), before.filter(isFile));
  });
}

const isFile = (line: string) => / 10\d{4} /.test(line);

test('persist where there is room for some of the files only: all are as they were', async () => {
  for (const pages of [1, 2]) {
    const folder = spoiltDisk((path) => fill(path), {});
    const older = persistedFiles.slice(0, 1).map((file) => ({ ...file, text: `${file.text}# older\n` }));
    writeFileSync(join(folder, filler), '');
    await writePersisted(hostBelow(folder), older);
    fill(folder);
    execFileSync('truncate', ['--size', `-${pages * 4096}`, join(folder, filler)]);
    const before = filesBelow(folder).filter(isFile);
    assert.match((await failing(folder)).message, disks['a full disk'].says);
    assert.equal(filesBelow(folder).filter(isFile), before, `${pages} pages`);
    execFileSync('truncate', ['--size', '0', join(folder, filler)]);
    await writePersisted(hostBelow(folder), persistedFiles);
    await removePersisted(hostBelow(folder));
  }
});

test.run();
