/** Whether everything is known that a file or a command must name. */
import type { Report } from '../../diagnostics/diagnostic.ts';
import { underlay } from '../../netmode/modes.ts';
import type { Plan } from '../types.ts';

/** Reports `parent/not-found` and `address/range-invalid` for what stays open because nobody looked at the host. */
export function checkComplete({ networks }: Plan, report: Report): void {
  for (const { kind, key, span, underlay: wanted, pools } of networks.values()) {
    if (kind === 'native' || !wanted) continue;
    if (wanted.parent.kind === 'open') {
      report('parent/not-found', span, `network "${key}": its parent is not known without looking at the host`, {
        help: 'write "parent:", or leave out --offline',
      });
    } else if (underlay(wanted.mode).onLan && pools.length === 0) {
      report('address/range-invalid', span, `network "${key}": its subnet is not known without looking at the host`, {
        help: 'write "subnet:" and "gateway:", or leave out --offline',
      });
    }
  }
}
