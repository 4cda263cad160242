import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HostError } from '../../../src/host/system/errors.ts';
import { replaceFiles } from '../../../src/host/system/replace-files.ts';

function inFolder(work: (path: (name: string) => string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'netcompose-replace-'));
  try {
    work((name) => join(folder, name));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const refusal = (work: () => void): HostError => {
  try {
    work();
  } catch (error) {
    assert.instance(error, HostError);
    return error as HostError;
  }
  throw new Error('it was not refused');
};

test('mode and owner stay', () => {
  inFolder((path) => {
    const file = path('compose.yaml');
    writeFileSync(file, 'old');
    if (process.getuid?.() === 0) chownSync(file, 1234, 4321);
    chmodSync(file, 0o640);
    const { uid, gid } = statSync(file);
    replaceFiles([{ path: file, before: 'old', after: 'new' }]);
    assert.is(readFileSync(file, 'utf8'), 'new');
    const now = statSync(file);
    assert.equal([now.mode & 0o7777, now.uid, now.gid], [0o640, uid, gid]);
    assert.equal(readdirSync(path('.')), ['compose.yaml']);
  });
});

test('a symbolic link stays one, and what it leads to is written', () => {
  inFolder((path) => {
    writeFileSync(path('real.yaml'), 'old');
    symlinkSync('real.yaml', path('compose.yaml'));
    replaceFiles([{ path: path('compose.yaml'), before: 'old', after: 'new' }]);
    assert.ok(lstatSync(path('compose.yaml')).isSymbolicLink());
    assert.is(readFileSync(path('real.yaml'), 'utf8'), 'new');
  });
});

test('a file that somebody has changed meanwhile is left alone, and so are the others', () => {
  inFolder((path) => {
    writeFileSync(path('a'), 'old a');
    writeFileSync(path('b'), 'theirs');
    const error = refusal(() =>
      replaceFiles([
        { path: path('a'), before: 'old a', after: 'new a' },
        { path: path('b'), before: 'old b', after: 'new b' },
      ]),
    );
    assert.match(error.message, `"${path('b')}" has been changed meanwhile`);
    assert.equal([readFileSync(path('a'), 'utf8'), readFileSync(path('b'), 'utf8')], ['old a', 'theirs']);
    assert.equal(readdirSync(path('.')).sort(), ['a', 'b']);
  });
});

test('where the last cannot be written, none is', () => {
  inFolder((path) => {
    writeFileSync(path('a'), 'old a');
    // No file can be made beside it, not even by root.
    const fixed = '/proc/sys/kernel/ostype';
    const error = refusal(() =>
      replaceFiles([
        { path: path('a'), before: 'old a', after: 'new a' },
        { path: fixed, before: readFileSync(fixed, 'utf8'), after: 'new' },
      ]),
    );
    assert.match(error.message, 'cannot be written: ');
    assert.match(error.message, 'nothing was changed');
    assert.is(readFileSync(path('a'), 'utf8'), 'old a');
    assert.equal(readdirSync(path('.')), ['a']);
  });
});

test('a file that is not there is said', () => {
  inFolder((path) => {
    const error = refusal(() => replaceFiles([{ path: path('none'), before: '', after: 'x' }]));
    assert.match(error.message, 'cannot be written');
    assert.equal(readdirSync(path('.')), []);
  });
});

test.run();
