/** The tests and all that they import, as one function: calling it loads everything anew, in a tenth of a second. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

/** Files and folders of `test/`: what is pure and looks at plans. */
const places = [
  ...['plan/checks', 'plan/services', 'plan/networks', 'plan/host-changes', 'plan/facts'],
  ...[
    'plan/decide.test.ts',
    'plan/file-order.test.ts',
    'docs/rules.test.ts',
    'fixtures.test.ts',
    'cli/privilege.test.ts',
  ],
];

/**
 * Writes the bundle.
 *
 * @param texts what stands in place of source files, by their names relative to the root
 */
export async function bundleTests(root: string, outfile: string, texts: ReadonlyMap<string, string>): Promise<void> {
  await build({
    stdin: {
      contents: [
        // A failing property is enough; the smallest input is nobody's question here.
        "import fc from 'fast-check'; fc.configureGlobal({ endOnFailure: true });",
        ...testFiles(root).flatMap((file) => [`import 'now:${file}';`, `import './test/${file}';`]),
      ].join('\n'),
      resolveDir: root,
    },
    absWorkingDir: root,
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    supported: { 'dynamic-import': false },
    // Its client of the engine is not made for bundles, and no test here reaches one.
    external: ['dockerode'],
    logLevel: 'warning',
    logOverride: { 'empty-import-meta': 'silent' },
    plugins: [plugin(root, texts)],
  });
}

function testFiles(root: string): readonly string[] {
  return places.flatMap((place) =>
    place.endsWith('.ts')
      ? [place]
      : readdirSync(join(root, 'test', place), { recursive: true, encoding: 'utf8' })
          .filter((file) => file.endsWith('.test.ts'))
          .sort()
          .map((file) => join(place, file)),
  );
}

function plugin(root: string, texts: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'tests',
    setup(builder) {
      builder.onResolve({ filter: /^uvu$/ }, () => ({ path: join(root, 'scripts/mutation/collect.ts') }));
      builder.onResolve({ filter: /^now:/ }, ({ path }) => ({ path: path.slice('now:'.length), namespace: 'now' }));
      builder.onLoad({ filter: /./, namespace: 'now' }, ({ path }) => ({
        contents: `globalThis.collection.file = ${JSON.stringify(path)};`,
      }));
      builder.onLoad({ filter: /\/(?:src|test|scripts)\/.*\.ts$/ }, ({ path }) => {
        const text = texts.get(relative(root, path)) ?? readFileSync(path, 'utf8');
        // Tests find their files from where they are themselves.
        const url = JSON.stringify(pathToFileURL(path).href);
        return { contents: text.replaceAll('import.meta.url', url), loader: 'ts' };
      });
    },
  };
}
