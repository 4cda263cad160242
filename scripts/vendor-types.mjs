/**
 * Types of bundled packages that the library's own types mention: copied in, because the packages are not installed.
 */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** The package, and where in it the declarations lie. */
const vendored = { yaml: { folder: 'dist', entry: 'index.d.ts' } };

/**
 * Copies the declarations into `types/vendor` and lets the emitted declarations point there.
 *
 * @param {string} root of the checkout
 * @param {string} types folder with the emitted declarations
 */
export function vendorTypes(root, types) {
  const texts = readdirSync(types, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.d.ts'));
  for (const [name, { folder, entry }] of Object.entries(vendored)) {
    const copy = join(types, 'vendor', name);
    const mentions = new RegExp(`(from |import\\()(['"])${name}\\2`, 'g');
    let used = false;
    for (const file of texts) {
      const path = join(types, file);
      const text = readFileSync(path, 'utf8');
      const target = relative(dirname(path), join(copy, entry)).replace(/\.d\.ts$/, '.js');
      const changed = text.replace(
        mentions,
        (_, before, quote) => `${before}${quote}${target.startsWith('.') ? '' : './'}${target}${quote}`,
      );
      if (changed === text) continue;
      used = true;
      writeFileSync(path, changed);
    }
    if (!used) continue;
    cpSync(join(root, 'node_modules', name, folder), copy, {
      recursive: true,
      filter: (path) => !/\.[cm]?js$/.test(path),
    });
    // As in the package itself; in an ES module package its imports would need file endings.
    writeFileSync(join(copy, 'package.json'), '{ "type": "commonjs" }\n');
  }
}
