/** Host actions and what is removed of them, as progress: one line for each Docker network and each shim. */
import { safeLine } from '../../diagnostics/format/safe.ts';
import type { ApplyOptions } from '../../host/execute/execute.ts';
import type { ReleaseOptions } from '../../host/execute/remove.ts';
import type { HostAction, Release, Step } from '../../plan/actions/action.ts';
import type { Progress } from './progress.ts';

interface Words {
  readonly doing: string;
  readonly done: string;
  readonly undoing: string;
  readonly undone: string;
}

/** Compose's own words, of something that is made, and of something that is there and changed. */
const made: Words = { doing: 'Creating', done: 'Created', undoing: 'Removing', undone: 'Removed' };
const changed: Words = { doing: 'Updating', done: 'Updated', undoing: 'Restoring', undone: 'Restored' };

/** What a block is headed by that says what is undone. */
const undoing = 'Undoing';

const networkLine = (name: string) => safeLine(`Network ${name}`);
const shimLine = (name: string) => safeLine(`Shim ${name}`);

const subjectOf = (action: HostAction): string =>
  action.kind === 'ensure-network' ? networkLine(action.name) : shimLine(action.shim);

const makes = ({ kind }: HostAction): boolean => kind === 'ensure-network' || kind === 'create-shim';

/** What is done already is not mentioned, as Compose does not mention a network that is there. */
export function showSteps(steps: readonly Step[], progress: Progress): NonNullable<ApplyOptions['onStep']> {
  const last = new Map(steps.map((step) => [subjectOf(step.action), step]));
  /** By what each begun with. */
  const begun = new Map<string, Step>();
  const wordsOf = (subject: string) => (makes(begun.get(subject)!.action) ? made : changed);
  return (step, event) => {
    const id = subjectOf(step.action);
    if (event === 'applying' && !begun.has(id)) {
      begun.set(id, step);
      progress.event({ id, state: 'working', text: wordsOf(id).doing });
    }
    if (!begun.has(id)) {
      if (event === 'failed') progress.event({ id, state: 'failed', text: 'Error' });
      return;
    }
    const words = wordsOf(id);
    if (event === 'failed') progress.event({ id, state: 'failed', text: 'Error' });
    if ((event === 'applied' || event === 'already-done') && last.get(id) === step)
      progress.event({ id, state: 'done', text: words.done });
    if (event === 'undoing') progress.event({ id, state: 'working', text: words.undoing, title: undoing });
    if (event === 'undone' && begun.get(id) === step) progress.event({ id, state: 'done', text: words.undone });
    if (event === 'kept' && begun.get(id) === step) progress.event({ id, state: 'done', text: 'Kept', title: undoing });
  };
}

/** A rule leads to a shim that is named elsewhere, and has no line of its own. */
export function showReleases(
  releases: readonly Release[],
  progress: Progress,
): NonNullable<ReturnType<NonNullable<ReleaseOptions['onReleases']>>> {
  const removed = new Set(releases.flatMap((one) => (one.kind === 'shim' ? one.shim : [])));
  return (release, event) => {
    if (!('shim' in release) && release.kind !== 'network') return;
    const id = release.kind === 'network' ? networkLine(release.network) : shimLine(release.shim);
    const goes = release.kind === 'network' || removed.has(release.shim);
    const words = goes
      ? { removing: made.undoing, removed: made.undone }
      : { removing: changed.doing, removed: changed.done };
    const isLast = release.kind === 'network' || release.kind === 'shim' || !goes;
    if (event === 'removing') progress.event({ id, state: 'working', text: words.removing });
    else if (event === 'failed') progress.event({ id, state: 'failed', text: 'Error' });
    else if (event === 'left') progress.event({ id, state: 'done', text: 'Kept' });
    else if (isLast) progress.event({ id, state: 'done', text: words.removed });
  };
}
