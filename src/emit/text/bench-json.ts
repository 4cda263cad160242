/** What `bench-net` measured, for programs; the shape is documented in docs/bench-net.md. */
import { safeJson } from '../../diagnostics/format/safe.ts';
import type { BenchResult, Figures, Spread } from '../../plan/bench/statistics.ts';
import { baseline } from '../../plan/bench/topology.ts';

/** @param settings what was asked for */
export function benchJson(
  results: readonly BenchResult[],
  settings: { readonly rounds: number; readonly seconds: number },
): string {
  const netmodes = results.map((result) =>
    'reason' in result ? result : { netmode: result.netmode, ...bothWays(result.figures) },
  );
  return `${safeJson({ version: 1, ...settings, baseline, netmodes })}\n`;
}

function bothWays({ host, lan }: Figures): object {
  const one = ({ latency, throughput }: Figures['host']) => ({
    latency: { ratio: mapped(latency.ratio), microseconds: rounded(latency.median) },
    throughput: { ratio: mapped(throughput.ratio), gigabitsPerSecond: rounded(throughput.median) },
  });
  return { host: one(host), lan: one(lan) };
}

const mapped = ({ median, lower, upper }: Spread): Spread => ({
  median: rounded(median),
  lower: rounded(lower),
  upper: rounded(upper),
});

/** More digits no machine repeats. */
const rounded = (value: number) => Number(value.toPrecision(4));
