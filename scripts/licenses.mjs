/** The licence texts of bundled packages, which their licences ask to be passed on. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Its helpers are compiled into `schema.generated.js`, where the bundler no longer sees them as its own. */
const alsoBundled = ['node_modules/ajv'];

/**
 * @param {string} root of the checkout
 * @param {readonly string[]} inputs paths of bundled files, relative to it
 * @returns {string} one text with every package's name, version and licence, sorted
 * @throws where a package has neither a licence text nor names its licence
 */
export function licensesOf(root, inputs) {
  const folders = new Set(alsoBundled);
  for (const input of inputs) {
    const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
    if (folder !== undefined) folders.add(folder);
  }
  const texts = [...folders].sort().map((folder) => licenseOf(join(root, folder)));
  return `netcompose contains these packages.\n\n${texts.join(`\n${'-'.repeat(72)}\n\n`)}`;
}

function licenseOf(folder) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => /^(licen[cs]e|copying|notice)(\..*)?$/i.test(file))
        .sort()
    : [];
  if (files.length === 0 && license === undefined) throw new Error(`"${name}" names no licence`);
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim());
  const by = typeof author === 'string' ? author : author?.name;
  return [
    `${name} ${version}`,
    `Licence: ${license ?? 'as below'}`,
    ...(files.length === 0 && by ? [`By: ${by}`] : []),
    '',
    ...texts,
    '',
  ].join('\n');
}
