/** Whether everything is known that a file or a command must name. */
import type { Report } from '../../diagnostics/diagnostic.ts';
import { unknownOf } from '../networks/unknown.ts';
import type { Plan } from '../types.ts';

/** Reports `parent/not-found` and `address/range-invalid` for what stays open because nobody looked at the host. */
export function checkComplete({ networks }: Plan, report: Report): void {
  for (const network of networks.values()) {
    const { key, span } = network;
    const unknown = unknownOf(network);
    if (unknown === 'parent') {
      report('parent/not-found', span, `network "${key}": its parent is not known without looking at the host`, {
        help: 'write "parent:", or leave out --offline',
      });
    } else if (unknown === 'subnet') {
      report('address/range-invalid', span, `network "${key}": its subnet is not known without looking at the host`, {
        help: 'write "subnet:" and "gateway:", or leave out --offline',
      });
    }
  }
}
