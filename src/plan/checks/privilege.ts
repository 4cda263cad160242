/** Whether the shims can be made by this user, before anything is started. */
import type { Report } from '../../diagnostics/diagnostic.ts';
import { commandOf } from '../actions/commands.ts';
import { displayCommand } from '../actions/display.ts';
import type { Facts } from '../facts/facts.ts';
import { isOurs, servedNetwork } from '../facts/ownership.ts';
import type { Plan } from '../types.ts';

/**
 * Reports `shim/needs-root` for each shim that is not there yet where there is no way to become root; the help is what
 * to run.
 */
export function checkPrivilege({ shims, actions, networks }: Plan, { host }: Facts, report: Report): void {
  if (host?.privilege !== 'none') return;
  for (const { name, key, network } of shims) {
    if (host.interfaces.some((link) => link.name === name && isOurs(link) && servedNetwork(link) === network)) continue;
    const span = networks.get(key)?.span;
    const commands = actions.flatMap((action) =>
      'shim' in action && action.shim === name ? displayCommand(commandOf(action)) : [],
    );
    report('shim/needs-root', span, `the shim "${name}" of "${network}" needs root, and sudo is not installed`, {
      help: [
        'run as root (the network must be there first), or write "host_access: loopback":',
        ...commands.map((command) => `  ${command}`),
      ].join('\n'),
    });
  }
}
