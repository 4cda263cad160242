/** Whether the shims can be made by this user, and how, before anything is started. */
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

/**
 * Reports `shim/asks-sudo` for each shim for which `up` asks sudo. What sudo will answer is not found out: asked
 * without a password (`sudo -n -l`), it writes a failed login into the log, and Debian's sends root a mail.
 */
export function checkSudo({ shims, actions, networks }: Plan, facts: Facts, report: Report): void {
  if (facts.host?.privilege !== 'sudo' || facts.engine?.remote) return;
  for (const { name, key, network } of shims) {
    if (pendingFor(name, actions, facts).every(([program]) => program === 'docker')) continue;
    report(
      'shim/asks-sudo',
      networks.get(key)?.span,
      `the shim "${name}" of "${network}" needs root: "up" asks sudo for it`,
      { help: 'if sudo may refuse: "netcompose plan" lists the commands, for somebody to run as root before' },
    );
  }
}
