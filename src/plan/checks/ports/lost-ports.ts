/** What a service says that its netmode has no use for: ports, and native keys that Docker refuses beside it. */
import type { Report } from '../../../diagnostics/diagnostic.ts';
import { isUnderlay } from '../../../netmode/modes.ts';
import { formatAddress } from '../../facts/ip.ts';
import { namespaceOwner } from '../../services/guests.ts';
import { formatPort } from '../../services/listeners.ts';
import type { Attached, Plan } from '../../types.ts';

/** Reports `service/ports-ignored`, `service/port-remap-lost`, `netmode/key-not-for-mode`. */
export function checkLost({ services, networks }: Plan, report: Report): void {
  for (const plan of services.values()) {
    // Of other guests Docker refuses ports, and that is said.
    if (plan.owner === undefined || plan.managed) checkPorts(plan, namespaceOwner(plan, services), networks, report);
    if (plan.managed) checkLeftovers(plan, report);
  }
}

/** What becomes of `ports` where the netmode has no port mapping. */
function checkPorts(plan: Attached, owner: Attached, networks: Plan['networks'], report: Report): void {
  const { service, netmode } = plan;
  const [first] = service.ports;
  if (!first || plan.ports.length > 0 || owner.publishing) return;
  const subject = `"${service.name}"`;
  if (netmode === 'none') {
    report('service/ports-ignored', first.span, `${subject}: a service without a network publishes nothing`, {
      help: 'remove "ports"',
    });
    return;
  }
  // another service's namespace: Compose itself refuses ports there
  if (netmode !== 'host' && !isUnderlay(netmode)) return;
  const place = netmode === 'host' ? 'the host' : (fixedAddress(owner, networks) ?? "the container's own address");
  for (const { published, target, protocol, hostIp, span } of service.ports) {
    const port = formatPort({ first: target, last: target, protocol });
    if (published && (published.first !== published.last || published.first !== target)) {
      report(
        'service/port-remap-lost',
        span,
        `"${service.name}": ${netmode} maps no ports: it answers on ${port} of ${place}, not on ${published.first}`,
        {
          help:
            netmode === 'host'
              ? `let the process itself listen on ${published.first}, or use ${target}`
              : `reach it at ${place}, port ${target}`,
        },
      );
    } else if (netmode === 'host' && hostIp !== undefined && hostIp !== '0.0.0.0') {
      report(
        'service/ports-ignored',
        span,
        `"${service.name}": in host mode the process itself chooses its address; ${hostIp} has no effect`,
        {
          help:
            `let the process listen on ${hostIp}, and say so: listen: ` +
            `["${hostIp.includes(':') ? `[${hostIp}]` : hostIp}:${target}"]`,
        },
      );
    } else {
      report(
        'service/ports-ignored',
        span,
        `"${service.name}": ${netmode} publishes no ports: it answers on ${port} of ${place}`,
        { severity: 'info' },
      );
    }
  }
}

function fixedAddress(plan: Attached, networks: Plan['networks']): string | undefined {
  for (const { network, ipv4Address, ipv6Address } of plan.networks.values()) {
    const address = networks.get(network)?.underlay ? (ipv4Address ?? ipv6Address) : undefined;
    if (address) return formatAddress(address.value);
  }
  return undefined;
}

/** Native keys that Docker refuses beside the netmode. */
function checkLeftovers(plan: Attached, report: Report): void {
  const { service } = plan;
  const { macAddress } = service;
  if (macAddress && (plan.networkMode !== undefined || plan.netmode.startsWith('ipvlan'))) {
    report(
      'netmode/key-not-for-mode',
      macAddress.span,
      `"${service.name}": "mac_address" means nothing for ${plan.netmode}`,
      { help: 'remove it: Docker refuses it there' },
    );
  }
  if (plan.networkMode === undefined) return;
  for (const link of service.dependsOn.filter(({ from }) => from === 'links')) {
    report('netmode/key-not-for-mode', link.span, `"${service.name}": "links" means nothing for ${plan.netmode}`, {
      help: `write "depends_on" instead: Docker refuses links there`,
    });
  }
}
