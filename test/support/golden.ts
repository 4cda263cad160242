/** Expected outputs as files: compared with, or (UPDATE_GOLDENS=1) written, to be reviewed in the diff. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as assert from 'uvu/assert';

const updating = process.env['UPDATE_GOLDENS'] === '1';

/** @param actual nothing where the file must not be there */
export function matchesGolden(path: string, actual: string | undefined): void {
  if (updating) {
    if (actual === undefined) rmSync(path, { force: true });
    else writeFileSync(path, actual);
    return;
  }
  const expected = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  assert.is(actual, expected, `${path} differs; UPDATE_GOLDENS=1 writes it anew`);
}
