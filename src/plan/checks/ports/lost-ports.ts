/** What a service says that its netmode has no use for: ports, and native keys that Docker refuses beside it. */
import { portRuns, rangeText } from '../../../compose/project/port-runs.ts';
import type { PortRange } from '../../../compose/project/project.ts';
import type { Report } from '../../../diagnostics/diagnostic.ts';
import { isUnderlay, type Netmode } from '../../../netmode/modes.ts';
import { formatAddress, isLoopback } from '../../facts/ip.ts';
import type { ParsedFacts } from '../../facts/parsed-facts.ts';
import { namespaceOwner } from '../../services/guests.ts';
import { formatPort } from '../../services/listeners.ts';
import { fixedAddresses, macOfService } from '../../services/members.ts';
import { timesOutOnLan } from '../../services/reach.ts';
import type { Attached, Plan } from '../../types.ts';

/** Reports `service/ports-ignored`, `service/port-remap-lost`, `netmode/key-not-for-mode`. */
export function checkLost({ services, networks }: Plan, facts: ParsedFacts, report: Report): void {
  for (const plan of services.values()) {
    // Of other guests Docker refuses ports, and that is said.
    if (plan.owner === undefined || plan.managed) checkPorts(plan, namespaceOwner(plan, services), networks, report);
    if (timesOutOnLan(plan, networks, facts)) reportBesideLan(plan, networks, report);
    checkMacs(plan, networks, report);
    if (plan.managed) checkLeftovers(plan, report);
  }
}

/** Ports that this host alone can use are in nobody's way. */
function reportBesideLan({ service, ports, networks: on }: Attached, networks: Plan['networks'], report: Report): void {
  const first = ports.find(({ address }) => !address || !isLoopback(address));
  if (!first) return;
  const address = addressOnLan(on, networks);
  report(
    'service/ports-ignored',
    first.source.span,
    `"${service.name}" publishes ports beside an address on the LAN: its answers leave by that address, ` +
      "so that the LAN gets none at this host's",
    {
      help:
        `${address ? `reach it at ${address}` : 'reach it at its own address'}, ` +
        'and publish on 127.0.0.1 what this host needs',
    },
  );
}

/** What becomes of `ports` where the netmode has no port mapping. */
function checkPorts(plan: Attached, owner: Attached, networks: Plan['networks'], report: Report): void {
  const { service } = plan;
  const netmode = modeOfPorts(owner, networks);
  const [first] = service.ports;
  if (!first || owner.publishing) return;
  const subject = `"${service.name}"`;
  if (netmode === 'none') {
    report('service/ports-ignored', first.span, `${subject}: a service without a network publishes nothing`, {
      help: 'remove "ports"',
    });
    return;
  }
  // another service's namespace: Compose itself refuses ports there
  if (netmode !== 'host' && !isUnderlay(netmode)) return;
  const place =
    netmode === 'host' ? 'the host' : (addressOnLan(owner.networks, networks) ?? "the container's own address");
  for (const { first: source, targets, published } of portRuns(service.ports, (port) => port)) {
    const { protocol, hostIp, span } = source;
    const port = formatPort({ ...targets, protocol });
    if (published && (targets.first < published.first || targets.last > published.last)) {
      report(
        'service/port-remap-lost',
        span,
        `"${service.name}": ${netmode} maps no ports: it answers on ${port} of ${place}, ` +
          `not on ${rangeText(published)}`,
        {
          help:
            netmode === 'host'
              ? `let the process itself listen on ${rangeText(published)}, or use ${rangeText(targets)}`
              : `reach it at ${place}, ${targets.first === targets.last ? 'port' : 'ports'} ${rangeText(targets)}`,
        },
      );
    } else if (netmode === 'host' && hostIp !== undefined && hostIp !== '0.0.0.0') {
      report(
        'service/ports-ignored',
        span,
        `"${service.name}": in host mode the process itself chooses its address; ${hostIp} has no effect`,
        {
          help:
            `let the process listen on ${hostIp}, and write in place of "ports": "listen: ` +
            `["${hostIp.includes(':') ? `[${hostIp}]` : hostIp}:${formatListen(targets, protocol)}"]"`,
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

/** A port as `listen` takes it: without the protocol where that is TCP. */
const formatListen = (targets: PortRange, protocol: string) =>
  protocol === 'tcp' ? rangeText(targets) : formatPort({ ...targets, protocol });

/** Of a bridge's service that leaves by a macvlan or ipvlan network, that network's. */
function modeOfPorts({ netmode, networks: on }: Attached, networks: Plan['networks']): Netmode {
  if (netmode !== 'bridge') return netmode;
  return [...on.keys()].flatMap((key) => networks.get(key)?.underlay?.mode ?? [])[0] ?? netmode;
}

/** An address that the file gives to a service on a macvlan or ipvlan network. */
function addressOnLan(on: Attached['networks'], networks: Plan['networks']): string | undefined {
  const [address] = [...on.values()].filter(({ network }) => networks.get(network)?.underlay).flatMap(fixedAddresses);
  return address && formatAddress(address.value);
}

/**
 * A MAC address at an ipvlan network that the service lists. One that `x-netmode` gives beside an ipvlan netmode is
 * judged where it is read, and is not in the plan.
 */
function checkMacs({ service, networks: on }: Attached, networks: Plan['networks'], report: Report): void {
  for (const { network, macAddress } of on.values()) {
    const mode = networks.get(network)?.underlay?.mode;
    if (!macAddress || !mode?.startsWith('ipvlan')) continue;
    report(
      'netmode/key-not-for-mode',
      macAddress.span,
      `"${service.name}": "mac_address" means nothing for ${mode}, which "${network}" is`,
      { help: "remove it: ipvlan shares the parent's MAC address, and Docker refuses another" },
    );
  }
}

/** Native keys that Docker refuses beside the netmode. */
function checkLeftovers(plan: Attached, report: Report): void {
  const { service } = plan;
  const macAddress = macOfService(plan);
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
