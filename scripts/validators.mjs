#!/usr/bin/env node
/**
 * Compiles `schema/x-netmode.schema.json` to plain functions, so that no schema compiler runs when netcompose starts
 * and what editors check is what the code checks.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The function's name, and the definition in the schema that it checks. */
const validators = { validateTop: 'top', validateService: 'service', validateNetwork: 'network' };

const types = `/** Made by scripts/validators.mjs from schema/x-netmode.schema.json; not to be edited. */
export interface SchemaError {
  readonly keyword: string;
  /** JSON pointer to the value; empty for the whole. */
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
}
export interface Validate {
  (data: unknown): boolean;
  /** What the last call found. */
  errors?: readonly SchemaError[] | null;
}
${Object.entries(validators)
  .map(
    ([name, definition]) =>
      `/** Checks the schema's definition \`${definition}\`. */\nexport const ${name}: Validate;\n`,
  )
  .join('')}`;

const schema = JSON.parse(readFileSync(join(root, 'schema/x-netmode.schema.json'), 'utf8'));
// Editors see variables as they are written. Here they have been filled in: what still looks like one is a literal `$`.
schema.$defs.variable = false;
const ajv = new Ajv2020({
  allErrors: true,
  verbose: false,
  allowUnionTypes: true,
  strictTypes: false,
  strictRequired: false,
  // What editors show instead of a pattern.
  keywords: ['patternErrorMessage'],
  code: { source: true, esm: true },
});
ajv.addSchema(schema, 'x-netmode');
const references = Object.entries(validators).map(([name, definition]) => [name, `x-netmode#/$defs/${definition}`]);
const code = (standalone.default ?? standalone)(ajv, Object.fromEntries(references));

// The compiled code still calls `require` for small helpers of the compiler; they are bundled in.
const bundled = await build({
  stdin: { contents: code, resolveDir: root, sourcefile: 'x-netmode.js' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  write: false,
  banner: {
    js: '/** Made by scripts/validators.mjs from schema/x-netmode.schema.json; not to be edited. */\n// @ts-nocheck',
  },
});

replace('src/netmode/schema.generated.js', bundled.outputFiles[0].text);
replace('src/netmode/schema.generated.d.ts', types);

/** Tests that run at this moment see the old file or the new one, never half of one. */
function replace(file, text) {
  const temporary = join(root, `${file}.${process.pid}`);
  writeFileSync(temporary, text);
  renameSync(temporary, join(root, file));
}
