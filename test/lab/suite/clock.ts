/**
 * The machine's clock. Usually it is that of the host, and tells how slow the emulation is; where it counts the
 * machine's instructions (`lab.sh run -i`), times are those of a machine of that speed.
 */
import { must } from './process.ts';

export const isCounted = process.env['LAB_CLOCK'] === 'instructions';

const tries = 9;

/** How fast this machine is by its own clock, to compare others with: what starting programs takes. */
export function clockLine(): string {
  const [node, ip] = [['node', '-e', '0'] as const, ['ip', '-V'] as const].map((argv) => {
    const times = Array.from({ length: tries }, () => {
      const start = performance.now();
      must(...argv);
      return performance.now() - start;
    });
    return `"${argv.join(' ')}" ${times.sort((a, b) => a - b)[(tries - 1) / 2]!.toFixed(1)} ms`;
  });
  return `clock: 10^9 instructions a second; ${node}, ${ip}`;
}
