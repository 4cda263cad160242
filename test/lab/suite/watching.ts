/** `shim watch` beside what happens to the machine. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { check } from './checks.ts';
import { netcomposeAside, type Project } from './machine.ts';
import { until } from './process.ts';

const log = '/run/watch.log';

const written = () => readFileSync(log, 'utf8');

/** The shims that it says it has mended, in order. */
export const mended = (): readonly string[] => [...written().matchAll(/^mended ([^:]+):/gm)].map(([, name]) => name!);

/** @param shims how many it is to watch */
export async function whileWatching(project: Project, shims: number, work: () => void): Promise<void> {
  const watch = netcomposeAside(project, ['shim', 'watch'], log);
  const ended = once(watch, 'exit');
  try {
    const said = until(written, (text) => text.includes('watching'), 600, 100);
    check('it watches every shim', /watching (\d+) shim/.exec(said)?.[1] === String(shims), said);
    work();
  } finally {
    watch.kill('SIGTERM');
    check('it ends cleanly', (await ended)[0] === 0, written());
  }
}
