/** Results written into a file that somebody named, on a real file system. */
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { HostError } from '../../../src/host/system/errors.ts';
import { writeOutput } from '../../../src/host/system/replace-files.ts';

const test = suite<{ folder: string }>('writeOutput');

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'netcompose-output-'));
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

const text = (path: string) => readFileSync(path, 'utf8');

test('a new file has the mode that the umask leaves', ({ folder }) => {
  writeOutput(join(folder, 'a.svg'), 'new');
  writeFileSync(join(folder, 'b.svg'), '');
  assert.is(text(join(folder, 'a.svg')), 'new');
  assert.is(statSync(join(folder, 'a.svg')).mode, statSync(join(folder, 'b.svg')).mode);
  assert.equal(readdirSync(folder), ['a.svg', 'b.svg']);
});

test('a file keeps its mode', ({ folder }) => {
  const path = join(folder, 'a.svg');
  writeFileSync(path, 'a longer text than the new');
  chmodSync(path, 0o640);
  writeOutput(path, 'new');
  assert.is(text(path), 'new');
  assert.is(statSync(path).mode & 0o7777, 0o640);
});

test('the other name of a file keeps its text', ({ folder }) => {
  const [path, other] = [join(folder, 'a.svg'), join(folder, 'precious')];
  writeFileSync(other, 'old');
  linkSync(other, path);
  writeOutput(path, 'new');
  assert.equal([text(path), text(other)], ['new', 'old']);
  assert.is(statSync(other).nlink, 1);
});

test('a symbolic link stays, and what it leads to is written, be it there already or not', ({ folder }) => {
  mkdirSync(join(folder, 'graphs'));
  for (const before of ['old', undefined]) {
    const [link, target] = [join(folder, `${before}.svg`), join(folder, 'graphs', `${before}.svg`)];
    if (before !== undefined) writeFileSync(target, before);
    symlinkSync(`graphs/${before}.svg`, link);
    writeOutput(link, 'new');
    assert.is(readlinkSync(link), `graphs/${before}.svg`);
    assert.is(text(target), 'new');
    assert.not(lstatSync(target).isSymbolicLink());
  }
});

test('what is no file is written to, and stays what it is', () => {
  writeOutput('/dev/null', 'new');
  assert.ok(statSync('/dev/null').isCharacterDevice());
});

test('where it cannot be written, that is said, and nothing is left', ({ folder }) => {
  for (const path of [folder, join(folder, 'missing', 'a.svg')]) {
    let thrown: unknown;
    try {
      writeOutput(path, 'new');
    } catch (error) {
      thrown = error;
    }
    assert.instance(thrown, HostError);
    assert.match((thrown as HostError).message, `"${path}" cannot be written: `);
  }
  assert.equal(readdirSync(folder), []);
});

test.run();
