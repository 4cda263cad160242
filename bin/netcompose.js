#!/usr/bin/env node
/** Starts the built program. In a checkout that was never built, builds it first. */
import { existsSync, readFileSync } from 'node:fs';

const only = process.argv.length === 3 ? process.argv[2] : undefined;
const program = new URL('../dist/cli/main.js', import.meta.url);

if (only === '--version' || only === '-v' || only === '-V') {
  // Answered here, so that it costs no more than Node itself.
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  process.stdout.write(`netcompose ${version}\n`);
} else if (existsSync(program) || (await build())) {
  await import(program.href);
}

/** @returns whether there is something to start now; what went wrong has been said */
async function build() {
  const { setUp } = await import('../scripts/setup.mjs');
  try {
    await setUp();
    return true;
  } catch (error) {
    process.stderr.write(`netcompose cannot be built: ${error.message}\n`);
    process.exitCode = 2;
    return false;
  }
}
