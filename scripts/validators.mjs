#!/usr/bin/env node
/**
 * Compiles the schemas in `schema/` to plain functions, so that no schema compiler runs when netcompose starts and what
 * editors check is what the code checks.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file) => JSON.parse(readFileSync(join(root, 'schema', file), 'utf8'));

const netmode = read('x-netmode.schema.json');
// Editors see variables as they are written. Here they have been filled in: what still looks like one is a literal `$`.
netmode.$defs.variable = false;

await compile({
  file: 'x-netmode.schema.json',
  schema: netmode,
  output: 'src/netmode/schema.generated',
  /** The function's name, and the part of the schema that it checks. */
  validators: { validateTop: '#/$defs/top', validateService: '#/$defs/service', validateNetwork: '#/$defs/network' },
  options: {},
});

await compile({
  file: 'facts.schema.json',
  schema: read('facts.schema.json'),
  output: 'src/plan/facts/schema.generated',
  validators: { validateFacts: '' },
  // Absent parts are filled in, and a fault comes with the description of what belongs there.
  options: { useDefaults: true, verbose: true, allErrors: false },
});

async function compile({ file, schema, output, validators, options }) {
  const ajv = new Ajv2020({
    allErrors: true,
    allowUnionTypes: true,
    strictTypes: false,
    strictRequired: false,
    // What editors show instead of a pattern.
    keywords: ['patternErrorMessage'],
    ...options,
    code: { source: true, esm: true },
  });
  ajv.addSchema(schema, file);
  const references = Object.entries(validators).map(([name, part]) => [name, `${file}${part}`]);
  const code = (standalone.default ?? standalone)(ajv, Object.fromEntries(references));
  // The compiled code still calls `require` for small helpers of the compiler; they are bundled in.
  const bundled = await build({
    stdin: { contents: code, resolveDir: root, sourcefile: `${file}.js` },
    // The paths of what is bundled stand in it.
    absWorkingDir: root,
    preserveSymlinks: true,
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    banner: {
      js: `/** Made by scripts/validators.mjs from schema/${file}; not to be edited. */\n// @ts-nocheck`,
    },
  });
  replace(`${output}.js`, bundled.outputFiles[0].text);
  replace(`${output}.d.ts`, typesOf(file, validators));
}

function typesOf(file, validators) {
  return `/** Made by scripts/validators.mjs from schema/${file}; not to be edited. */
export interface SchemaError {
  readonly keyword: string;
  /** JSON pointer to the value; empty for the whole. */
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
  /** The part of the schema that was not met, where the schema is compiled to tell it. */
  readonly parentSchema?: unknown;
  /** What stands there, likewise. */
  readonly data?: unknown;
}
export interface Validate {
  (data: unknown): boolean;
  /** What the last call found. */
  errors?: readonly SchemaError[] | null;
}
${Object.entries(validators)
  .map(
    ([name, part]) =>
      `/** Checks ${part === '' ? 'the whole' : `\`${part}\` of the schema`}. */\nexport const ${name}: Validate;\n`,
  )
  .join('')}`;
}

/** Tests that run at this moment see the old file or the new one, never half of one. */
function replace(file, text) {
  const temporary = join(root, `${file}.${process.pid}`);
  writeFileSync(temporary, text);
  renameSync(temporary, join(root, file));
}
