#!/usr/bin/env node
/**
 * The styles of pictures, and what their page runs in a browser, as texts in a module: netcompose writes them into
 * files, and a page that runs nothing else says so by their hashes.
 */
import { createHash } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'src/emit/graph');

const [pictureStyle, pageStyle, pageScript] = await Promise.all(
  ['drawn/picture.css', 'page/page.css', 'page/browser/page.ts'].map(bundled),
);
const texts = { pictureStyle, pageStyle: `${pageStyle}${pictureStyle}`, pageScript };
const hashes = {
  pageStyleHash: hashOf(texts.pageStyle),
  pageScriptHash: hashOf(texts.pageScript),
};
const head = '/** Made by scripts/page-parts.mjs; not to be edited. */\n';
const all = Object.entries({ ...texts, ...hashes });
replace(
  'styles.generated.js',
  head + all.map(([name, text]) => `export const ${name} = ${JSON.stringify(text)};\n`).join(''),
);
replace('styles.generated.d.ts', head + all.map(([name]) => `export const ${name}: string;\n`).join(''));

async function bundled(path) {
  const { outputFiles } = await build({
    absWorkingDir: folder,
    entryPoints: [path],
    bundle: true,
    minify: true,
    // Nested rules are written as they were before: an SVG is read by more than browsers.
    target: ['chrome105', 'firefox105', 'safari15'],
    format: 'iife',
    charset: 'ascii',
    legalComments: 'none',
    write: false,
    logLevel: 'warning',
  });
  return outputFiles[0].text.trim();
}

/** As a page's policy names it. */
function hashOf(text) {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** Tests that run at this moment see the old file or the new one, never half of one. */
function replace(file, text) {
  const path = join(folder, file);
  writeFileSync(`${path}.${process.pid}`, text);
  renameSync(`${path}.${process.pid}`, path);
}
