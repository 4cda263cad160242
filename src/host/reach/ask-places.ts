/** Asks places from this host, and out of containers: in their network namespace, by a program of the host's. */
import type { Outcome, Probe } from '../../plan/reach/probe.ts';
import { runAsRoot } from '../execute/sudo.ts';
import type { Host, RunResult } from '../system/host.ts';

/** Probes that go out from one place. */
export interface Batch {
  /** The process whose network namespace it is; absent: the host's own. */
  readonly pid?: number;
  readonly probes: readonly Probe[];
}

const why = 'to ask from inside the networks of the containers';

/**
 * Asks all probes, those of one namespace at once. Where a namespace cannot be entered, that is the outcome.
 *
 * @param program the argument vector of `ask.ts`
 * @returns the outcomes of each batch, in the order of its probes
 */
export async function askPlaces(
  host: Host,
  program: readonly string[],
  batches: readonly Batch[],
): Promise<readonly (readonly Outcome[])[]> {
  if (host.uid === 0) return Promise.all(batches.map((batch) => askBatch(host, program, batch)));
  // One after another: sudo asks for the password once, and for nothing more once it was refused.
  const outcomes: (readonly Outcome[])[] = [];
  let refusal: string | undefined;
  for (const batch of batches) {
    if (batch.pid === undefined || refusal === undefined) outcomes.push(await askBatch(host, program, batch));
    else outcomes.push(notAsked(batch, refusal));
    const [first] = outcomes.at(-1)!;
    if (batch.pid !== undefined && first?.kind === 'not-asked' && first.reason.startsWith(needsRoot))
      refusal = first.reason;
  }
  return outcomes;
}

const needsRoot = 'asking from the network of a container needs root';

async function askBatch(host: Host, program: readonly string[], batch: Batch): Promise<readonly Outcome[]> {
  const { pid, probes } = batch;
  if (probes.length === 0) return [];
  const input = JSON.stringify(probes);
  if (pid === undefined) return outcomesOf(batch, await host.run(program, { input }));
  const entering = ['nsenter', '--net', '--target', String(pid), '--', ...program];
  const result = await runAsRoot(host, entering, { input, why });
  return result === 'refused' ? notAsked(batch, needsRoot) : outcomesOf(batch, result);
}

function outcomesOf(batch: Batch, { code, stdout, stderr }: RunResult): readonly Outcome[] {
  if (code === 0) return JSON.parse(stdout) as readonly Outcome[];
  return notAsked(batch, `it could not be asked: ${stderr.trim().split('\n').at(-1) || `exit code ${code}`}`);
}

const notAsked = ({ probes }: Batch, reason: string): readonly Outcome[] =>
  probes.map(() => ({ kind: 'not-asked', reason }));
