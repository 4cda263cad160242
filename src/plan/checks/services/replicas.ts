/** What several containers of one service cannot share. */
import { portRuns } from '../../../compose/project/port-runs.ts';
import type { Report } from '../../../diagnostics/diagnostic.ts';
import { formatAddress } from '../../facts/ip.ts';
import { portWords } from '../../services/listeners.ts';
import type { Attached, Plan } from '../../types.ts';

/** Reports `service/replicas-clash`. */
export function checkReplicas({ services }: Plan, report: Report): void {
  for (const plan of services.values()) {
    checkService(plan, report);
    checkOwner(plan, services, report);
  }
}

/**
 * A guest is in the namespace of one container: Compose takes the owner's first (2.40, run). By its name, an alias of
 * all of them, others then reach it only now and then; where the owner has none, Compose starts nothing.
 */
function checkOwner({ service, owner: name, managed }: Attached, services: Plan['services'], report: Report): void {
  const owner = name === undefined ? undefined : services.get(name)?.service;
  if (!owner || !service.active || owner.replicas.value === 1) return;
  const { value: count, span } = owner.replicas;
  const message =
    count === 0
      ? `"${service.name}" is in the network of "${name}", which has no container`
      : `"${service.name}" is in the network of one of ${count} replicas of "${name}"`;
  report('service/replicas-clash', service.networkMode?.span ?? service.netmode?.span ?? service.span, message, {
    // Natively the guest has no name there that could lead to another.
    severity: managed || count === 0 ? 'error' : 'warning',
    help: `run one replica of "${name}"`,
    related: [{ message: `${count} replicas are asked for here`, span }],
  });
}

/**
 * Replicas share everything the file says once: an address, a MAC, a listener in one namespace, a fixed published port.
 */
function checkService({ service, owner, networks, networkMode, listeners, ports }: Attached, report: Report): void {
  const { value: count, span } = service.replicas;
  if (count < 2) return;
  const clash = (what: string, at = span, help = 'leave it out, or run one replica') =>
    report('service/replicas-clash', at, `"${service.name}": ${count} replicas cannot share ${what}`, {
      help,
      related: [{ message: `${count} replicas are asked for here`, span }],
    });
  for (const { ipv4Address, ipv6Address, macAddress } of networks.values()) {
    for (const address of [ipv4Address, ipv6Address])
      if (address) clash(`the address ${formatAddress(address.value)}`, address.span);
    if (macAddress) clash(`the MAC address ${macAddress.value}`, macAddress.span);
  }
  if (networkMode?.kind === 'host') {
    for (const listener of listeners)
      clash(`the host's ${portWords(listener)}`, listener.span, 'run one replica, or use another netmode');
  }
  if (owner !== undefined) {
    for (const listener of listeners)
      clash(`the ${portWords(listener)} in the network of "${owner}"`, listener.span, 'run one replica');
  }
  for (const { first, published, targets } of portRuns(ports, ({ source }) => source)) {
    if (first.guest !== undefined) continue; // such an owner is to have one replica, whatever it publishes
    const { protocol, span: place } = first.source;
    const length = targets.last - targets.first;
    if (!published || published.last - published.first !== length) continue; // a range to choose from
    clash(
      `the published ${portWords({ ...published, protocol })}`,
      place,
      length === 0 ? wider(published.first, count, targets.first) : undefined,
    );
  }
}

/** A range with a port for each replica, where there are as many; the file's own address and protocol stay. */
function wider(first: number, count: number, target: number): string | undefined {
  const last = first + count - 1;
  return last > 65_535 ? undefined : `give a range: published "${first}-${last}" for container port ${target}`;
}
