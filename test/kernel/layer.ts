/**
 * Lets a suite of this layer run, or says by name why not; where everything must run (`CI=true`), that is a failure.
 */
import type { Test } from 'uvu';
import { createLab, type Lab, whyNot } from './lab.ts';

/** Adds tests, each in a lab of its own that is removed whatever happens. */
export function kernelTests(test: Test, tests: Readonly<Record<string, (lab: Lab) => Promise<void> | void>>): void {
  const reason = whyNot();
  if (reason !== undefined) {
    test(`kernel layer: ${reason}`, () => {
      if (process.env['CI'] === 'true') throw new Error(`the kernel layer cannot run: ${reason}`);
      console.log(`SKIP kernel: ${reason}`);
    });
    return;
  }
  for (const [at, [name, run]] of Object.entries(tests).entries()) {
    test(name, async () => {
      const lab = createLab(String(at));
      try {
        await run(lab);
      } finally {
        lab.remove();
      }
    });
  }
}
