/**
 * For esbuild: packages whose code is run once something of them is used. Most commands read files that need no YAML
 * library and addresses that need none either, and show neither colours nor faults; their start would pay for all.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

/** All are CommonJS, and their exports are known by name. */
const late = ['fastest-levenshtein', 'ip-address', 'picocolors', 'yaml'];

export const latePackages = {
  name: 'late-packages',
  setup(builder) {
    const named = new RegExp(`^(${late.join('|')})$`);
    builder.onResolve({ filter: named }, ({ path, namespace }) =>
      namespace === 'late' ? undefined : { path, namespace: 'late' },
    );
    builder.onLoad({ filter: named, namespace: 'late' }, ({ path }) => ({
      contents: [
        `for (const name of ${JSON.stringify(Object.keys(require(path)))})`,
        '  Object.defineProperty(exports, name, {',
        '    enumerable: true,',
        '    configurable: true,',
        '    get() {',
        `      const value = require(${JSON.stringify(require.resolve(path))})[name];`,
        '      Object.defineProperty(exports, name, { enumerable: true, value });',
        '      return value;',
        '    },',
        '  });',
      ].join('\n'),
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    }));
  },
};
