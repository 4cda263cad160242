/** What of a network nobody knows, because nobody looked at the host, or it has not got it. */
import { underlay } from '../../netmode/modes.ts';
import type { NetworkPlan } from '../types.ts';

/**
 * What a file or a command would have to name; the rest depends on it. Docker makes native networks, and chooses what
 * they leave out.
 */
export function unknownOf({ kind, underlay: wanted, pools }: NetworkPlan): 'parent' | 'subnet' | undefined {
  if (kind === 'native' || !wanted) return undefined;
  if (wanted.parent.kind === 'open') return 'parent';
  return underlay(wanted.mode).onLan && pools.length === 0 ? 'subnet' : undefined;
}
