/**
 * Which network a container on several leaves by. A service on an underlay and a bridge leaves by the underlay, where its
 * own address is; under `host_access: loopback` by the bridge, which is what carries the published port (docs/measured.md).
 */
import type { Project } from '../compose/project.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { Facts } from './facts.ts';
import { parseCidr } from './ip.ts';
import type { Attached } from './services.ts';
import type { AttachmentPlan, NetworkPlan } from './types.ts';
import { tooOldFor } from './versions.ts';

/**
 * Gives the right network the priority. Where engine or Compose does not know priorities, those that the file gives are
 * left out: Compose would refuse them or lose them on the way.
 *
 * @param report gets `service/default-route` where neither a priority nor Docker's own order gives the right route
 */
export function leaveByRightNetwork(project: Project, services: Map<string, Attached>, networks: ReadonlyMap<string, NetworkPlan>, facts: Facts, report: Report): Map<string, Attached> {
  const tooOld = tooOldFor('gw_priority', facts);
  const isKnown = facts.engine !== undefined && facts.engine.kind !== 'podman' && facts.compose !== undefined && !tooOld;
  for (const [name, plan] of services) {
    if (!plan.managed) continue;
    const isSaid = [...plan.networks.values()].some(({ gwPriority }) => gwPriority !== undefined);
    const right = isSaid ? saidNetwork(plan) : rightNetwork(plan, networks);
    if (isSaid && tooOld) services.set(name, withoutPriorities(plan));
    if (isSaid ? !tooOld : right === undefined) continue;
    if (isKnown) {
      const changed: AttachmentPlan = { ...plan.networks.get(right!)!, gwPriority: 1 };
      services.set(name, { ...plan, networks: new Map(plan.networks).set(right!, changed) });
    } else if (facts.engine && right !== undefined) {
      const actual = byDockersOrder(plan, project, networks, facts);
      if (actual !== right) tellOfRoute(name, plan, { right, actual }, networks, report);
    }
  }
  return services;
}

/** Docker publishes ports on the network by which a container leaves, and on a macvlan or ipvlan not at all. */
function tellOfRoute(name: string, { service, ports, networks: joined }: Attached, { right, actual }: { readonly right: string; readonly actual: string }, networks: ReadonlyMap<string, NetworkPlan>, report: Report): void {
  const isLoopback = [...joined.keys()].some((key) => networks.get(key)?.underlay?.hostAccess === 'loopback');
  const losesPorts = isLoopback && ports.length > 0 && networks.get(actual)?.underlay !== undefined;
  report('service/default-route', service.span, `"${name}" leaves by the network "${actual}", not by "${right}": this engine or Compose goes by the order of names${losesPorts ? ', and Docker publishes none of its ports' : ''}`, {
    help: `give "${right}" a name that sorts first, or use Docker 28 with Compose 2.33, which know gw_priority`,
    ...(losesPorts && { severity: 'error' }),
  });
}

/** The network with the highest priority of those that the file gives; nothing where two have it. */
function saidNetwork({ networks: joined }: Attached): string | undefined {
  const [first, second] = [...joined].map(([key, { gwPriority = 0 }]) => ({ key, gwPriority })).sort((a, b) => b.gwPriority - a.gwPriority);
  return first && first.gwPriority !== second?.gwPriority ? first.key : undefined;
}

function withoutPriorities(plan: Attached): Attached {
  const networks = [...plan.networks].map(([key, { gwPriority, ...rest }]) => [key, rest] as const);
  return { ...plan, networks: new Map(networks) };
}

/** The network that should carry the default route; nothing where the question does not arise. */
function rightNetwork({ networks: joined }: Attached, networks: ReadonlyMap<string, NetworkPlan>): string | undefined {
  const keys = [...joined.keys()];
  const onUnderlay = keys.find((key) => networks.get(key)?.underlay);
  const onBridge = keys.find((key) => (networks.get(key)?.mode ?? 'bridge') === 'bridge');
  if (onUnderlay === undefined || onBridge === undefined) return undefined;
  return networks.get(onUnderlay)!.underlay!.hostAccess === 'loopback' ? onBridge : onUnderlay;
}

/** Without priorities: never by an internal network, rather by one that has IPv6, then by the first of the names (docs/measured.md). */
function byDockersOrder({ networks: joined }: Attached, project: Project, networks: ReadonlyMap<string, NetworkPlan>, facts: Facts): string {
  const candidates = [...joined.keys()].map((key) => {
    const plan = networks.get(key);
    const name = plan?.dockerName ?? `${project.name}_${key}`;
    const [declared, existing] = [project.networks.get(key), facts.engine?.networks.find((one) => one.name === name)];
    const hasIpv6 = declared?.enableIpv6?.value === true || [...(plan?.pools ?? [])].some(({ subnet }) => parseCidr(subnet)?.family === 6);
    const isInternal = declared?.external ? existing?.internal === true : declared?.internal === true;
    return { key, name, rank: isInternal ? 2 : hasIpv6 ? 0 : 1 };
  });
  return candidates.sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1))[0]!.key;
}
