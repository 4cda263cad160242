/** The user's own commands around `up` and `down`, as they will be run. */
import type { Settings } from '../netmode/settings.ts';
import type { RunHook } from './actions/action.ts';

export function hooksOf({ hooks }: Settings): readonly RunHook[] {
  return (['pre_up', 'post_down'] as const).flatMap((when) =>
    (hooks?.[when] ?? []).map(
      ({ value }, index): RunHook => ({
        kind: 'run-hook',
        id: `hook:${when}:${index + 1}`,
        reason:
          when === 'pre_up' ? 'a hook of this project, run once trusted' : 'a hook of this project, run by "down"',
        when,
        command: value,
      }),
    ),
  );
}
