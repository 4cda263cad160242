/** One thing that is fuzzed: what it is given, and what must hold of it. */
import fc from 'fast-check';

export interface Finding {
  readonly target: string;
  /** What makes the same inputs again. */
  readonly seed: number;
  /** Which of them it is, and how it was made smaller: fast-check's own notation. */
  readonly path: string;
  /** The smallest input that was found, as JSON. */
  readonly input: string;
  readonly error: string;
}

interface Round {
  readonly seed: number;
  readonly runs: number;
  /** Runs this one input of the seed's and no other. */
  readonly path?: string;
  /** Called with each input before it is tried, so that one that never ends is known; and how many it stands for. */
  readonly begin: (input: string, count: number) => void;
}

export interface Target {
  readonly name: string;
  /** How many inputs make a round: fewer where each takes long. */
  readonly runs: number;
  /** How many times as much time as another it gets. */
  readonly weight: number;
  /** Tries inputs until one fails, and makes that smaller. */
  round(round: Round): Promise<Finding | undefined>;
}

export interface TargetOptions<Input> {
  readonly weight?: number;
  /** How many inputs one is made of. */
  readonly count?: (input: Input) => number;
  /** It looks for the smallest input by itself, and throws a `Smaller`: making one smaller by trying takes too long. */
  readonly reduces?: boolean;
}

/** What does not hold, with a smaller input for which it does not either. */
export class Smaller extends Error {
  override readonly name = 'Smaller';
  readonly input: unknown;
  constructor(message: string, input: unknown) {
    super(message);
    this.input = input;
  }
}

/**
 * @param inputs data that JSON can hold, so that it can be printed and given again
 * @param holds throws for an input of which something does not hold
 */
export function target<Input>(
  name: string,
  runs: number,
  inputs: fc.Arbitrary<Input>,
  holds: (input: Input) => void | Promise<void>,
  { weight = 1, count = () => 1, reduces = false }: TargetOptions<Input> = {},
): Target {
  return {
    name,
    runs,
    weight,
    round: async ({ seed, runs: numRuns, path, begin }) => {
      const property = fc.asyncProperty(inputs, async (input) => {
        begin(JSON.stringify(input), count(input));
        await holds(input);
      });
      const { failed, counterexample, counterexamplePath, errorInstance } = await fc.check(property, {
        seed,
        numRuns,
        endOnFailure: reduces,
        ...(path !== undefined && { path }),
      });
      if (!failed) return undefined;
      return {
        ...{ target: name, seed, path: counterexamplePath ?? '' },
        input: JSON.stringify(errorInstance instanceof Smaller ? errorInstance.input : counterexample?.[0]),
        error: errorText(errorInstance),
      };
    },
  };
}

/** uvu keeps what differs apart from the message. */
function errorText(error: unknown): string {
  const { stack, details } = error as { readonly stack?: string; readonly details?: string | false };
  const ours = (stack ?? String(error)).split('\n').filter((line) => !/node_modules/.test(line));
  return [...ours, ...(details ? [details] : [])].join('\n');
}
