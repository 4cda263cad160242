/** Puts the shims of this host right: what `shim up` and `shim watch` do. */
import { applyActions } from '../../../host/execute/execute.ts';
import { executeReleases } from '../../../host/execute/remove.ts';
import { withLock } from '../../../host/lock.ts';
import { HostError } from '../../../host/system/errors.ts';
import type { Host } from '../../../host/system/host.ts';
import { staleFault } from '../../../plan/shims/faults.ts';
import { namedOf, type Survey, type SurveyOptions, surveyShims } from './survey-shims.ts';

export interface MendOptions extends SurveyOptions {
  /** Which: names of networks, by Docker's names, or of shims; all unless said otherwise. */
  readonly names?: readonly string[];
  /** Called after each thing that was mended, with what had been wrong. */
  readonly onMended?: (shim: string, fault: string) => void;
  /** Called for a shim that was not there at all; absent: `onMended`, for everything that it lacked. */
  readonly onMade?: (shim: string) => void;
}

/**
 * Observes, decides and mends under the lock, so that it takes turns with `up` and `down`. One shim that cannot be
 * mended does not keep the others from it; what it got so far stays where containers use it,
 * and the first failure is thrown at the end. Throws a `UsageError` for a name that means none.
 *
 * @returns what was seen before
 */
export function mendShims(
  host: Host,
  { names = [], onMended = () => undefined, onMade, ...options }: MendOptions = {},
): Promise<Survey> {
  return withLock(host, 'host', async () => {
    const survey = await surveyShims(host, options);
    const wanted = namedOf(
      survey.shims.map(({ plan }) => plan),
      names,
    );
    const failures: HostError[] = [];
    const attempt = async (work: () => Promise<unknown>): Promise<boolean> => {
      try {
        await work();
        return true;
      } catch (error) {
        if (!(error instanceof HostError)) throw error;
        failures.push(error);
        return false;
      }
    };
    const shims = survey.shims.filter(({ plan, missing }) => wanted(plan) && missing.length > 0);
    for (const { plan, steps, isGone, missing } of shims) {
      if (!(await attempt(() => applyActions(steps, host)))) continue;
      if (isGone && onMade) onMade(plan.name);
      else for (const fault of missing) onMended(plan.name, fault);
    }
    for (const release of survey.stale) {
      const shim = survey.shims.find(({ stale }) => stale.includes(release));
      if (shim && !wanted(shim.plan)) continue;
      if (await attempt(() => executeReleases([release], host)))
        onMended('shim' in release ? release.shim : '-', staleFault(release));
    }
    if (failures[0]) throw failures[0];
    return survey;
  });
}
