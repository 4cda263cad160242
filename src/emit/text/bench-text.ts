/** What `bench-net` measured, for people. */
import type { BenchResult, Figure, Measure } from '../../plan/bench/statistics.ts';
import { type Direction, directions } from '../../plan/bench/topology.ts';
import { table } from './table.ts';

const headings: Readonly<Record<Direction, string>> = { host: 'From this host', lan: 'From the LAN' };
const units: Readonly<Record<Measure, string>> = { latency: 'µs', throughput: 'Gbit/s' };

const explanation = [
  'A latency of 1.30 is 30 % slower than host mode in the same round, a throughput of 0.80 is 20 % less.',
  'In brackets the middle half of the rounds; netmodes whose brackets overlap are not told apart by it.',
];

/** A table for each direction, then what could not be measured and why. */
export function benchText(results: readonly BenchResult[]): string {
  const tables = directions.flatMap((direction) => [
    `${headings[direction]}:`,
    table([
      ['NETMODE', 'LATENCY', '', 'THROUGHPUT', ''],
      ...results.flatMap((result) => ('figures' in result ? [row(result.netmode, result.figures[direction])] : [])),
    ]),
  ]);
  const missing = results.flatMap((result) =>
    'reason' in result ? `  ${result.netmode}: ${result.reason.replaceAll('\n', '\n  ')}` : [],
  );
  return [...tables, ...(missing.length > 0 ? ['Not measured:', ...missing, ''] : []), ...explanation, ''].join('\n');
}

function row(netmode: string, { latency, throughput }: Readonly<Record<Measure, Figure>>): readonly string[] {
  return [netmode, ratio(latency), absolute(latency, 'latency'), ratio(throughput), absolute(throughput, 'throughput')];
}

function ratio({ ratio: { median, lower, upper } }: Figure): string {
  const [middle, ...quartiles] = [median, lower, upper].map((value) => value.toFixed(2));
  return quartiles.every((quartile) => quartile === middle) ? middle! : `${middle} (${quartiles.join(' to ')})`;
}

/** Three digits: more than that no machine repeats. */
function absolute({ median }: Figure, measure: Measure): string {
  return `${median >= 100 ? Math.round(median) : median.toPrecision(3)} ${units[measure]}`;
}
