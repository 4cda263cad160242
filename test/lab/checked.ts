/** Everything that is checked in the virtual machines, each check as a test. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const program = fileURLToPath(new URL('run.ts', import.meta.url));

interface Check {
  readonly name: string;
  readonly passed: boolean;
}

/** Runs the lab, shows what it writes, and gives its exit code and what it has checked. */
function runLab(args: readonly string[]): Promise<{ readonly code: number | null; readonly checks: readonly Check[] }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', program, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    // Whoever runs the layers may end it; the machines end with it.
    process.once('exit', () => child.kill('SIGTERM'));
    let written = '';
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (text: string) => {
      process.stdout.write(text);
      written += text;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const lines = written.matchAll(/^(?:(\w+): )?(PASS|FAIL) (.*)$/gm);
      resolve({
        code,
        checks: [...lines].map(([, machine, result, what]) => ({
          name: `${machine ?? 'both'}: ${what}`,
          passed: result === 'PASS',
        })),
      });
    });
  });
}

/** @param args as `npm run lab` takes them */
export async function testLab(...args: readonly string[]): Promise<void> {
  const { code, checks } = await runLab(args);
  for (const { name, passed } of checks) test(name, () => assert.ok(passed, name));
  test(`the lab has come to its end${args.map((arg) => ` ${arg}`).join('')}`, () => assert.is(code, 0));
}
