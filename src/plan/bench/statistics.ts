/** Samples of `bench-net` → how each netmode compares with host mode. */
import { type BenchedNetmode, baseline, type Direction, directions } from './topology.ts';

/** One measurement of one direction. */
export interface Sample {
  /** Median round trip of a small request and its answer, in microseconds. */
  readonly latency: number;
  /** Of one TCP stream, in Gbit/s. */
  readonly throughput: number;
}

export type Measure = keyof Sample;
const measures = ['latency', 'throughput'] as const satisfies readonly Measure[];

/** All directions of one netmode, one after the other. */
export type Round = Readonly<Record<Direction, Sample>>;

/** What became of a netmode: its rounds in order, or why there are none. */
export type BenchOutcome =
  | { readonly netmode: BenchedNetmode; readonly rounds: readonly Round[] }
  | { readonly netmode: BenchedNetmode; readonly reason: string };

export interface Spread {
  readonly median: number;
  /** Half of the rounds lie between the quartiles. */
  readonly lower: number;
  readonly upper: number;
}

export interface Figure {
  /** To host mode in the same round: what disturbs this machine for longer than a round disturbs both alike. */
  readonly ratio: Spread;
  /** The median itself, in the measure's unit. */
  readonly median: number;
}

export type Figures = Readonly<Record<Direction, Readonly<Record<Measure, Figure>>>>;

export type BenchResult =
  | { readonly netmode: BenchedNetmode; readonly figures: Figures }
  | { readonly netmode: BenchedNetmode; readonly reason: string };

/** In the order given. Throws a `RangeError` without rounds of host mode, with which all is compared. */
export function compare(outcomes: readonly BenchOutcome[]): readonly BenchResult[] {
  const host = outcomes.find(({ netmode }) => netmode === baseline);
  if (host === undefined || !('rounds' in host)) throw new RangeError('host mode was not measured');
  return outcomes.map((outcome) =>
    'reason' in outcome ? outcome : { netmode: outcome.netmode, figures: figuresOf(outcome.rounds, host.rounds) },
  );
}

function figuresOf(rounds: readonly Round[], base: readonly Round[]): Figures {
  const figure = (direction: Direction, measure: Measure): Figure => {
    const values = rounds.map((round) => round[direction][measure]);
    return {
      ratio: spreadOf(values.map((value, round) => value / base[round]![direction][measure])),
      median: quantile(values, 0.5),
    };
  };
  const of = (direction: Direction) =>
    Object.fromEntries(measures.map((measure) => [measure, figure(direction, measure)])) as Figures[Direction];
  return Object.fromEntries(directions.map((direction) => [direction, of(direction)])) as Figures;
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: quantile(values, 0.5), lower: quantile(values, 0.25), upper: quantile(values, 0.75) };
}

/**
 * Between two values, in proportion.
 *
 * @param values at least one
 * @param part 0 for the smallest, 1 for the largest
 */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const [below, above] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return below + (above - below) * (at - Math.floor(at));
}

/**
 * The netmodes of a round: each has its turn in each place, so that none always follows the same or always comes last.
 */
export function rotated<T>(items: readonly T[], round: number): readonly T[] {
  const first = items.length === 0 ? 0 : round % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}
