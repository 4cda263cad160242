/** What a service in the network namespace of another says of its own network. */
import { networkModeText, sameNetworkMode } from '../../../compose/project/network-mode.ts';
import { at } from '../../../compose/tree.ts';
import type { Report } from '../../../diagnostics/diagnostic.ts';
import type { ParsedFacts } from '../../facts/parsed-facts.ts';
import { isMovedGuest, movedKeys, namespaceOwner } from '../../services/guests.ts';
import type { Attached, Plan } from '../../types.ts';

/** Reports `netmode/key-not-for-mode`, `netmode/invalid-value`, `netmode/replaces-native`, `service/guests-differ`. */
export function checkGuests({ services }: Plan, facts: ParsedFacts, report: Report): void {
  for (const plan of services.values()) {
    checkNativeGuest(plan, services, facts, report);
    if (plan.managed) checkReplaced(plan, namespaceOwner(plan, services), report);
    for (const { key, guest, span, keeper, keptAt } of plan.takesOver?.conflicts ?? []) {
      report(
        'service/guests-differ',
        span,
        `"${guest}": "${key}" differs from that of "${keeper}", in whose network namespace there is only one`,
        { help: 'let both say the same, or leave it out here', related: [{ message: 'this is used', span: keptAt }] },
      );
    }
  }
}

/** Docker refuses these when it makes the container, after the owner has started; Podman takes them. */
function checkNativeGuest(
  { service, owner, managed, networkMode }: Attached,
  services: Plan['services'],
  { engine }: ParsedFacts,
  report: Report,
): void {
  const mode = networkMode?.kind;
  if (managed || !networkMode || (mode !== 'service' && mode !== 'container') || engine?.kind === 'podman') return;
  // Compose accepts it; Docker: `invalid container format container:<name|id>`.
  if (mode === 'container' && networkMode.container === '' && service.networkMode)
    report(
      'netmode/invalid-value',
      service.networkMode.span,
      `"${service.name}": "network_mode: container:" names no container`,
      {
        help: 'write "service:NAME" with a service of this file, or "container:NAME"',
        ...(!service.active && { severity: 'warning' }),
      },
    );
  const elsewhere = mode === 'container' && (owner === undefined || !services.has(owner)) && networkMode.container;
  const help = elsewhere
    ? `remove it here: only whoever makes the container "${elsewhere}" can give it that`
    : `say it at "${owner}", or write "x-netmode: service:${owner}" in place of "network_mode"`;
  for (const key of [...movedKeys, 'links']) {
    const value = at(service.tree, key);
    // Beside `networks` Compose itself refuses `network_mode`.
    const isEmpty = !value || (value.kind === 'sequence' && value.items.length === 0);
    if (isEmpty || key === 'networks') continue;
    report(
      'netmode/key-not-for-mode',
      value.span,
      `"${service.name}": Docker refuses "${key}" beside "network_mode: ${networkModeText(networkMode)}"`,
      {
        help: key === 'links' ? 'write "depends_on" instead' : help,
        ...(!service.active && { severity: 'warning' }),
      },
    );
  }
}

/** What the service says natively and the netmode takes away. */
function checkReplaced(plan: Attached, owner: Attached, report: Report): void {
  const { service, networkMode, netmode } = plan;
  const now = networkMode ? networkModeText(networkMode) : netmode;
  const written = service.networkMode;
  if (written && networkModeText(written.value) !== '' && !sameNetworkMode(written.value, networkMode)) {
    const text = networkModeText(written.value);
    report(
      'netmode/replaces-native',
      written.span,
      `"${service.name}": "network_mode: ${text}" is replaced by ${now}`,
      {
        help: 'remove "network_mode", or remove "x-netmode"',
      },
    );
  }
  if (networkMode === undefined || !service.networks) return;
  if (isMovedGuest(plan) && owner.networkMode === undefined) return;
  for (const { network, span, ipv4Address, ipv6Address, macAddress, aliases } of service.networks.value.values()) {
    const lost = ipv4Address?.value ?? ipv6Address?.value ?? macAddress?.value;
    const what = `the network "${network}"${lost === undefined ? '' : ` and its address ${lost}`}`;
    const isLoss = lost !== undefined || aliases.length > 0;
    report('netmode/replaces-native', span, `"${service.name}": in ${now} mode it leaves ${what}`, {
      ...(isLoss ? { help: 'remove it from "networks", or choose a netmode that has networks' } : { severity: 'info' }),
    });
  }
}
