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
  const line = seen.trim().replace(/\s*\n\s*/g, ' | ');
  const short = isRight ? line.slice(0, 120) : ends(line);
  process.stdout.write(
    `${isRight ? 'PASS' : 'FAIL'} ${place}: ${name}${short === '' ? '' : `: ${short}`} [${elapsed} s]\n`,
  );
}

/** Of a long text its beginning and its end, where programs say why they failed. */
const ends = (text: string) => (text.length <= 2000 ? text : `${text.slice(0, 400)} … ${text.slice(-1600)}`);

export const counts = (): { readonly passed: number; readonly failed: number } => ({ passed, failed });
