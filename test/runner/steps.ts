/** What must be true of the code besides its tests, each found out by a program whose exit code says so. */

export interface Step {
  readonly name: string;
  /** What Node runs, relative to the checkout. */
  readonly args: readonly string[];
}

/** An old build is never tested: where building fails, that has failed, whatever the layers say of the build before. */
export const build: Step = { name: 'build', args: ['scripts/setup.mjs'] };

export const steps: readonly Step[] = [
  { name: 'types', args: ['node_modules/typescript/bin/tsc', '-p', '.'] },
  { name: 'types in the browser', args: ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.browser.json'] },
  { name: 'format and lint', args: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings'] },
  { name: 'line width', args: ['--import', 'tsx', 'scripts/width.ts'] },
  { name: 'unused files, exports and packages', args: ['node_modules/knip/bin/knip.js'] },
];
