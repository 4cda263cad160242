/** What was checked and what was seen. All checks of a suite are made, whatever the earlier ones said. */

let passed = 0;
let failed = 0;
let place = '';
let since = performance.now();

/** Names the checks that follow. */
export function within(name: string): void {
  place = name;
}

export function check(name: string, isRight: boolean, seen: string): void {
  if (isRight) passed += 1;
  else failed += 1;
  const elapsed = ((performance.now() - since) / 1000).toFixed(1);
  since = performance.now();
  const short = seen.trim().replace(/\s*\n\s*/g, ' | ');
  process.stdout.write(
    `${isRight ? 'PASS' : 'FAIL'} ${place}: ` +
      `${name}${short === '' ? '' : `: ${short.slice(0, isRight ? 120 : 1500)}`} [${elapsed} s]\n`,
  );
}

export const counts = (): { readonly passed: number; readonly failed: number } => ({ passed, failed });
