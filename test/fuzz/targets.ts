/** Everything that is fuzzed. */
import type { Target } from './target.ts';
import { annotationTargets } from './targets/annotations.ts';
import { composeTargets } from './targets/compose.ts';
import { outsideTargets } from './targets/outside.ts';
import { parserTargets } from './targets/parsers.ts';
import { programTargets } from './targets/program.ts';
import { projectTargets } from './targets/projects.ts';

/** @param compose how the real Compose is started; without it, nothing is compared with it */
export function targetsWith(compose: readonly string[] | undefined): readonly Target[] {
  return [
    ...[...projectTargets, ...annotationTargets, ...parserTargets, ...outsideTargets, ...programTargets],
    ...(compose ? composeTargets(compose) : []),
  ];
}
