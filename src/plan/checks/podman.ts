/** What Podman's Docker socket accepts and does otherwise (docs/podman.md): said before anything starts. */
import type { Project } from '../../compose/project/project.ts';
import type { Report } from '../../diagnostics/diagnostic.ts';
import { contains, formatAddress } from '../facts/ip.ts';
import { reservations } from '../facts/ownership.ts';
import type { ParsedFacts } from '../facts/parsed-facts.ts';
import { waysOut } from '../services/default-route.ts';
import { membersOf } from '../services/members.ts';
import type { NetworkPlan, Plan, ServicePlan } from '../types.ts';

/** Reports `engine/podman`, `service/default-route` and `service/name-not-resolvable` for what is started. */
export function checkPodman(plan: Plan, { engine }: ParsedFacts, report: Report): void {
  if (engine?.kind !== 'podman' || engine.product) return;
  const { project, services, networks } = plan;
  const joined = membersOf(services.values());
  for (const network of networks.values())
    if (joined.has(network.key) && !project.networks.get(network.key)?.external) {
      checkKept(network, engine.version, report);
      checkParent(network, project, report);
    }
  for (const service of services.values()) {
    if (!service.service.active) continue;
    checkWays(service, plan, report);
    checkNames(service, plan, report);
  }
}

/** Docker gives a network without a parent a link of its own that leads nowhere. */
function checkParent({ key, span, kind, underlay }: NetworkPlan, { networks }: Project, report: Report): void {
  if (kind !== 'native' || underlay?.parent.kind !== 'named' || networks.get(key)?.driverOpts.get('parent')?.value)
    return;
  const { name } = underlay.parent;
  report(
    'engine/podman',
    span,
    `network "${key}" names no "parent": Podman puts it on ${name}, by the default route, and Docker on no interface`,
    {
      severity: 'warning',
      help:
        `write "driver_opts: { parent: ${name} }", or for a network that leads nowhere "driver: bridge" and ` +
        '"internal: true"',
    },
  );
}

/** `aux_addresses` are thrown away: what they keep in the range is handed out. */
function checkKept({ key, span, pools }: NetworkPlan, version: string, report: Report): void {
  for (const { subnet, ipRange, auxAddresses, spans } of pools) {
    for (const [name, address] of auxAddresses) {
      if (!contains(ipRange ?? subnet, address)) continue;
      const isShims = name === reservations[subnet.family];
      report(
        'engine/podman',
        spans.auxAddresses.get(name) ?? span,
        `network "${key}": Podman ${version} takes "aux_addresses" from its Docker socket and ignores them: ` +
          `it hands out ${isShims ? "the shim's " : ''}${formatAddress(address)} like any other`,
        {
          severity: 'warning',
          help: isShims
            ? `write "shim: { ipv${subnet.family}_address: … }" at the network, with an address outside the range`
            : 'choose an "ip_range" without it',
        },
      );
    }
  }
}

/** Each network gives a default route of one metric; which comes first changes from run to run. */
function checkWays(plan: ServicePlan, { project, networks }: Plan, report: Report): void {
  const ways = waysOut(plan, networks, project).filter(({ rank }) => rank < 2);
  if (ways.length < 2 || !ways.some(({ underlay }) => underlay)) return;
  const names = ways.map(({ key }) => `"${key}"`).join(' and ');
  report(
    'service/default-route',
    plan.service.networks?.span ?? plan.service.span,
    `"${plan.service.name}" is on ${names}: Podman gives it a default route by each, ` +
      'and which counts changes from run to run',
    {
      help: ways.some(({ underlay }) => underlay?.hostAccess === 'loopback')
        ? 'write "host_access: shim", which needs no bridge beside'
        : 'leave it on one of them',
    },
  );
}

/** Podman's name server answers on bridges only. */
function checkNames(plan: ServicePlan, { services, networks }: Plan, report: Report): void {
  for (const { service: name, span } of plan.service.dependsOn) {
    const peer = services.get(name);
    const shared = [...plan.networks.keys()].filter((key) => peer?.networks.has(key));
    if (!peer || shared.length === 0 || !shared.every((key) => networks.get(key)?.underlay)) continue;
    if (plan.service.extraHosts.some(({ host }) => host === name)) continue;
    const address = shared.flatMap((key) => peer.networks.get(key)?.ipv4Address?.value ?? [])[0];
    report(
      'service/name-not-resolvable',
      span,
      `"${plan.service.name}" (${plan.netmode}) depends on "${name}" (${peer.netmode}), ` +
        'whose name it cannot resolve: Podman has no names on macvlan and ipvlan',
      {
        help: address
          ? `write "extra_hosts": ["${name}:${formatAddress(address)}"]`
          : `give "${name}" an "ipv4_address", and write it into "extra_hosts" of "${plan.service.name}"`,
        related: [{ message: `"${name}" is declared here`, span: peer.service.span }],
      },
    );
  }
}
