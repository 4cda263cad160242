#!/usr/bin/env node
/**
 * Makes the tarball that is published, the same to the byte wherever it is made: `npm run tarball -- [FOLDER]`. npm
 * puts each file in with the mode it has, which depends on the umask under which the checkout and the build were made.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setUp } from './setup.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = resolve(process.argv[2] ?? '.');
const pack = (...args) =>
  execFileSync('npm', ['pack', '--ignore-scripts', '--json', ...args], { cwd: root, encoding: 'utf8' });

await setUp();
const [{ files }] = JSON.parse(pack('--dry-run'));
for (const { path } of files) {
  const file = join(root, path);
  chmodSync(file, (statSync(file).mode & 0o100) === 0 ? 0o644 : 0o755);
}
process.stdout.write(pack('--pack-destination', folder));
