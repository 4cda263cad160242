/** Ports as they are said: what one entry of `ports` gives, one after another, is one thing to people. */
import type { Port, PortRange } from './project.ts';

/** Ports of one entry: `10000-20000:10000-20000/udp` gives one run, however many ports that are. */
export interface PortRun<T> {
  readonly first: T;
  readonly targets: PortRange;
  /** As long as `targets`; for a single target perhaps a range, from which Docker chooses. Absent: Docker chooses. */
  readonly published?: PortRange;
}

/**
 * Joins neighbours that one entry of the file gives.
 *
 * @param ports in the order of the file
 * @param sourceOf the file's port of each
 */
export function portRuns<T>(ports: readonly T[], sourceOf: (port: T) => Port): readonly PortRun<T>[] {
  const runs: PortRun<T>[] = [];
  for (const port of ports) {
    const { target, published, tree } = sourceOf(port);
    const run = runs.at(-1);
    if (run && sourceOf(run.first).tree === tree && isNext(run, target, published)) {
      runs[runs.length - 1] = {
        ...run,
        targets: { first: run.targets.first, last: target },
        ...(run.published && { published: { first: run.published.first, last: published!.last } }),
      };
    } else {
      runs.push({ first: port, targets: { first: target, last: target }, ...(published && { published }) });
    }
  }
  return runs;
}

function isNext(run: PortRun<unknown>, target: number, published: PortRange | undefined): boolean {
  if (target !== run.targets.last + 1) return false;
  if (!run.published || !published) return run.published === published;
  // A range for a single port is not one port further, it is a choice.
  const length = run.published.last - run.published.first;
  return (
    length === run.targets.last - run.targets.first &&
    published.first === published.last &&
    published.first === run.published.last + 1
  );
}

/** `8080`, `8000-8010`; nothing where Docker chooses. */
export function rangeText(range: PortRange | undefined): string {
  if (!range) return '';
  return range.first === range.last ? `${range.first}` : `${range.first}-${range.last}`;
}
