/**
 * Makes the netmodes of `bench-net` and measures them by turns. What is measured, and how it compares, is decided
 * elsewhere.
 */
import type { BenchOutcome, Round, Sample } from '../../plan/bench/statistics.ts';
import type { BenchSetup, Direction } from '../../plan/bench/topology.ts';
import { HostError } from '../system/errors.ts';
import type { Host } from '../system/host.ts';
import { firstFailure, reasonOf } from './namespaces.ts';

export interface BenchOptions {
  readonly rounds: number;
  /** How long each measurement takes. */
  readonly seconds: number;
  /** In which order a round measures the setups. */
  readonly order: (setups: readonly BenchSetup[], round: number) => readonly BenchSetup[];
  /** The argument vector of the program in `traffic.ts`. */
  readonly traffic: readonly string[];
  /** Called after each command; throws where it is to end. */
  readonly check: () => void;
  /** Called before each round, with its number from 0. */
  readonly onRound: (round: number) => void;
}

/**
 * Each netmode once in every round, each time from the host and from the LAN. One that cannot be made, or fails, is
 * left out from then on. To be called within `withBenchNamespaces`, which ends the services, too.
 *
 * @returns the outcomes in the order of the setups
 */
export async function measureNetmodes(
  host: Host,
  setups: readonly BenchSetup[],
  options: BenchOptions,
): Promise<readonly BenchOutcome[]> {
  const { rounds, seconds, order, check, onRound } = options;
  const failed = new Map<BenchSetup, string>();
  const measured = new Map<BenchSetup, Round[]>(setups.map((setup) => [setup, []]));
  for (const setup of setups) {
    const failure = await firstFailure(host, setup.commands, check);
    if (failure) failed.set(setup, reasonOf(failure));
    else startService(host, setup, setups.length, options);
  }
  const measure = async (setup: BenchSetup, call: Call): Promise<Round | undefined> => {
    if (failed.has(setup)) return undefined;
    try {
      return {
        host: await sample(host, setup, 'host', call, options),
        lan: await sample(host, setup, 'lan', call, options),
      };
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      failed.set(setup, error.message);
      return undefined;
    }
  };
  for (const setup of setups) await measure(setup, uncounted);
  for (let round = 0; round < rounds; round++) {
    onRound(round);
    for (const setup of order(setups, round)) {
      const one = await measure(setup, { seconds, patience });
      if (one) measured.get(setup)!.push(one);
    }
  }
  return setups.map((setup) => {
    const reason = failed.get(setup);
    return { netmode: setup.netmode, ...(reason === undefined ? { rounds: measured.get(setup)! } : { reason }) };
  });
}

interface Call {
  readonly seconds: number;
  /** How long the service may take to listen, in seconds. */
  readonly patience: number;
}

/** Before the rounds: waits for the services to start, and lets all sides learn each other's MAC address. */
const uncounted: Call = { seconds: 0.05, patience: 15 };
const patience = 3;

/** What a call may take beyond its measurements, in seconds; a service must outlive all calls together. */
const reserve = 30;

/** It runs until its namespace is removed, or its starter is gone. */
function startService(
  host: Host,
  { namespaces, port }: BenchSetup,
  setups: number,
  { traffic, rounds, seconds }: BenchOptions,
): void {
  const longest = Math.ceil(setups * (rounds + 1) * 2 * (2 * seconds + reserve));
  void host.run(['ip', 'netns', 'exec', namespaces.service, ...traffic, 'serve', String(port), String(longest)]);
}

const callers: Readonly<Record<Direction, string>> = { host: 'this host', lan: 'the LAN' };

async function sample(
  host: Host,
  { namespaces, endpoint: { address, port } }: BenchSetup,
  from: Direction,
  { seconds, patience }: Call,
  { traffic, check }: BenchOptions,
): Promise<Sample> {
  const call = [...traffic, 'measure', address, ...[port, seconds, patience].map(String)];
  const { code, stdout, stderr } = await host.run(['ip', 'netns', 'exec', namespaces[from], ...call]);
  check();
  if (code !== 0)
    throw new HostError({ message: `from ${callers[from]} the service cannot be called`, output: stderr });
  return JSON.parse(stdout) as Sample;
}
