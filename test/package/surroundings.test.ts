/** Where the program is run, and where its output goes. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { patiently } from '../support/patiently.ts';

const folder = mkdtempSync(join(tmpdir(), 'netcompose-around-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, 'compose.yaml'), 'services: { web: { image: nginx, x-netmode: hots } }\n');

const program = fileURLToPath(new URL('../../bin/netcompose.cjs', import.meta.url));

/** A line of shell in which `"$@"` is the program. */
const shell = (line: string) =>
  patiently('bash', ['-c', line, 'bash', program], {
    cwd: folder,
    env: { ...process.env, HOME: folder },
  });

const cases: readonly (readonly [name: string, line: string, code: number, says: string])[] = [
  ['nobody reads any more', 'set -o pipefail; "$@" check --offline | true', 1, ''],
  ['nobody reads errors', '"$@" nosuch --offline 2> >(true); exit "$?"', 4, ''],
  ['the output is full', '"$@" check --offline > /dev/full', 3, 'the output cannot be written: ENOSPC'],
  ['both are full', '"$@" check --offline > /dev/full 2>&1', 3, ''],
  ['there is no output at all', '"$@" check --offline >&- 2>&-', 1, ''],
];

for (const [name, line, code, says] of cases) {
  test(name, async () => {
    mkdirSync(folder, { recursive: true });
    const { code: exit, stdout, stderr } = await shell(line);
    assert.is(exit, code, `${stdout}${stderr}`);
    assert.match(`${stdout}${stderr}`, says);
    assert.not.match(stderr, /\n\s+at /);
  });
}

test.run();
