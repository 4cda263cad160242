/** Whether the shims that there are come back when the host starts. */
import { isUnderlay, underlay } from '../../netmode/modes.ts';
import { isOurs } from '../facts/ownership.ts';
import type { Finding, Situation } from './finding.ts';

/** Good to know, and nothing against the netmode: the next `up` makes the shim, too. */
export function shimComesBack({ mode, facts: { host }, parent }: Situation): readonly Finding[] {
  const persisted = host?.managers?.persisted;
  if (!persisted || !isUnderlay(mode)) return [];
  const { driver, ipvlanMode } = underlay(mode);
  return host.interfaces
    .filter((link) => isOurs(link) && link.link === parent && link.kind === driver && !persisted.includes(link.name))
    .filter((link) => driver === 'macvlan' || link.mode === ipvlanMode)
    .map(({ name }) => ({
      verdict: 'works',
      reason: `when this host starts again, its containers come back without the shim "${name}", until the next "up"`,
      mend: ['netcompose', 'shim', 'persist'],
    }));
}
