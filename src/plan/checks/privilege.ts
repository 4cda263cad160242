/** Whether the shims can be made by this user, before anything is started. */
import type { Report } from '../../diagnostics/diagnostic.ts';
import { displayCommand } from '../actions/display.ts';
import type { Facts } from '../facts/facts.ts';
import { pendingFor } from '../host-changes/pending.ts';
import type { Plan } from '../types.ts';

/**
 * Reports `shim/needs-root` for each shim for which something is still to be done where there is no way to become root;
 * the help is what to run, all of it: after that, `up` has nothing left to do that it may not.
 */
export function checkPrivilege({ shims, actions, networks }: Plan, facts: Facts, report: Report): void {
  if (facts.host?.privilege !== 'none' || facts.engine?.remote) return;
  for (const { name, key, network } of shims) {
    const pending = pendingFor(name, actions, facts);
    if (pending.length === 0) continue;
    report(
      'shim/needs-root',
      networks.get(key)?.span,
      `the shim "${name}" of "${network}" needs root, and sudo is not installed`,
      {
        help: [
          'run as root, then go on as before, or write "host_access: loopback":',
          ...pending.map((command) => `  ${displayCommand(command)}`),
        ].join('\n'),
      },
    );
  }
}
