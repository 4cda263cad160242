/** Everything that was checked in the virtual machines, each check as a test. */
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
function runLab(): Promise<{ readonly code: number | null; readonly checks: readonly Check[] }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', program], {
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
      const lines = written.matchAll(/^(?:(\d+): )?(PASS|FAIL) (.*)$/gm);
      resolve({
        code,
        checks: [...lines].map(([, engine, result, what]) => ({
          name: `${engine ?? 'both'}: ${what}`,
          passed: result === 'PASS',
        })),
      });
    });
  });
}

const { code, checks } = await runLab();
for (const { name, passed } of checks) test(name, () => assert.ok(passed, name));
test('the lab has come to its end', () => assert.is(code, 0));

test.run();
