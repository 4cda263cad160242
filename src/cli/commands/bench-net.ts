/** `netcompose bench-net`: what each netmode costs on this machine, measured in network namespaces of its own. */

import { InvalidArgumentError, Option } from 'commander';
import { benchJson } from '../../emit/text/bench-json.ts';
import { benchText } from '../../emit/text/bench-text.ts';
import { measureNetmodes } from '../../host/bench/measure.ts';
import { firstThatWorks, withBenchNamespaces } from '../../host/bench/namespaces.ts';
import { withLock } from '../../host/lock.ts';
import { HostError } from '../../host/system/errors.ts';
import type { Host } from '../../host/system/host.ts';
import { benchSetup, filterTrials } from '../../plan/bench/bench-commands.ts';
import { type BenchOutcome, compare, rotated } from '../../plan/bench/statistics.ts';
import { baseline, benchedNetmodes } from '../../plan/bench/topology.ts';
import { benchPrefix } from '../../plan/facts/ownership.ts';
import { exitCodes } from '../exit-codes.ts';
import { interruptible } from '../interrupt.ts';
import { formatOption, ownOptions } from '../options/own-options.ts';
import type { Session } from '../session.ts';
import { ownProgram } from '../steps/program/own-program.ts';
import { notify } from '../terminal.ts';

const examples = `
Examples:
  sudo netcompose bench-net
  sudo netcompose bench-net --rounds 20 --seconds 1
`;

export async function run(session: Session): Promise<number> {
  const options = ownOptions(session, (command) => {
    command
      .description(
        'Measure what each netmode costs on this machine, in network namespaces of its own. ' +
          'Needs root, changes nothing.',
      )
      .addOption(
        new Option('--rounds <count>', 'how often each netmode is measured')
          .argParser(numberIn(1, 100, true))
          .default(5),
      )
      .addOption(
        new Option('--seconds <seconds>', 'how long each measurement takes').argParser(numberIn(0.05, 5)).default(0.2),
      )
      .addOption(formatOption(['text', 'json']))
      .addHelpText('after', examples);
  });
  if (!options) return exitCodes.fine;
  const { host, terminal } = session;
  const settings = { rounds: options.values['rounds'] as number, seconds: options.values['seconds'] as number };
  checkFitness(host);
  const onWait = (pid: number | undefined) =>
    notify(terminal, `waiting for another one${pid === undefined ? '' : ` (process ${pid})`} to end its measurement`);
  // The lock first: nothing has to be removed where an interrupt ends the waiting.
  const outcomes = await withLock(
    host,
    'bench-net',
    () => interruptible((check) => measureAll(session, settings, check)),
    { onWait },
  );
  const base = outcomes.find(({ netmode }) => netmode === baseline)!;
  if ('reason' in base)
    throw new HostError({ message: `host mode, with which all is compared, cannot be measured: ${base.reason}` });
  const results = compare(outcomes);
  terminal.out(options.values['format'] === 'json' ? benchJson(results, settings) : benchText(results));
  return exitCodes.fine;
}

interface Settings {
  readonly rounds: number;
  readonly seconds: number;
}

function numberIn(least: number, most: number, whole = false): (text: string) => number {
  return (text) => {
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
    throw new InvalidArgumentError(`It must be ${whole ? 'a whole number' : 'a number'} from ${least} to ${most}.`);
  };
}

/**
 * All of it needs root, not single commands that could go through sudo: the traffic runs in namespaces, and is ended
 * there.
 */
function checkFitness({ platform, uid }: Host): void {
  if (platform !== 'linux')
    throw new HostError({ message: `"bench-net" measures in network namespaces of Linux; this is ${platform}` });
  if (uid === 0) return;
  throw new HostError({
    message: '"bench-net" needs root, to make network namespaces and measure in them',
    help: 'run: sudo env "PATH=$PATH" netcompose bench-net',
  });
}

function measureAll(
  { host, progress }: Session,
  settings: Settings,
  check: () => void,
): Promise<readonly BenchOutcome[]> {
  return withBenchNamespaces(host, async () => {
    const trial = `${benchPrefix}trial`;
    const filter = await progress.during('Packet filter', 'Trying', () =>
      firstThatWorks(host, trial, filterTrials(trial), check),
    );
    const kernel = { ipv6: host.exists('/proc/sys/net/ipv6'), ...('found' in filter && { filter: filter.found }) };
    const missing: readonly BenchOutcome[] =
      'found' in filter ? [] : [{ netmode: 'bridge', reason: `no packet filter works here: ${filter.reason}` }];
    const setups = benchedNetmodes
      .filter((netmode) => missing.every((one) => one.netmode !== netmode))
      .map((netmode) => benchSetup(netmode, kernel));
    progress.event({ id: 'Netmodes', state: 'working', text: 'Making' });
    const measured = await measureNetmodes(host, setups, {
      ...settings,
      order: rotated,
      traffic: ownProgram('traffic', host),
      check,
      onRound: (round) =>
        progress.event({ id: 'Netmodes', state: 'working', text: `Round ${round + 1} of ${settings.rounds}` }),
    });
    progress.event({ id: 'Netmodes', state: 'done', text: 'Measured' });
    return [...measured, ...missing];
  });
}
