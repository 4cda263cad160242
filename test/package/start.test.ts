/** How the program starts: by its own name, by a link, and with words that Node would take for its own. */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { patiently } from '../support/patiently.ts';

const program = fileURLToPath(new URL('../../bin/netcompose.cjs', import.meta.url));

const starts = async (name: string): Promise<void> => {
  const { code, stderr } = await patiently(name, ['schema', '--env-file', 'there-is-no-such.env']);
  assert.is(code, 2, stderr);
  assert.match(stderr, '--env-file is an option of docker compose');
};

test('"--env-file" after the command is not Node’s', () => starts(program));

test('nor where the program is called by a link with a space in its path', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'net compose '));
  try {
    symlinkSync(program, join(folder, 'netcompose'));
    await starts(join(folder, 'netcompose'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('what is given keeps its words as they are', async () => {
  const { code, stderr } = await patiently(program, ['explain', 'no/such "rule" $HOME']);
  assert.is(code, 2);
  assert.match(stderr, '"no/such "rule" $HOME" is not an error');
});

for (const word of ['check', 'ps']) {
  test(`in a folder that has been removed: ${word}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'net compose '));
    try {
      const script = 'mkdir gone && cd gone && rmdir ../gone && exec "$1" "$2"';
      const { code, stderr } = await patiently('sh', ['-c', script, 'sh', program, word], { cwd: folder });
      assert.is(code, 2, stderr);
      assert.match(stderr, 'netcompose: the current folder cannot be found');
      assert.not.match(stderr, /\n\s+at /);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

test.run();
