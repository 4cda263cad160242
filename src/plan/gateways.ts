/**
 * Which network a container on several leaves by. A service on an underlay and a bridge leaves by the underlay, where its
 * own address is; under `host_access: loopback` by the bridge, which is what carries the published port (docs/measured.md).
 */
import type { Report } from '../diagnostics/diagnostic.ts';
import type { Facts } from './facts.ts';
import type { Attached } from './services.ts';
import type { AttachmentPlan, NetworkPlan } from './types.ts';

/**
 * @param project the project's name, with which Docker's names of its networks begin
 * @param report gets `service/default-route` where neither a priority nor the order of names gives the right route
 */
export function leaveByRightNetwork(project: string, services: Map<string, Attached>, networks: ReadonlyMap<string, NetworkPlan>, facts: Facts, report: Report): Map<string, Attached> {
  const knowsPriority = atLeast(facts.engine?.version, 28, 0) && atLeast(facts.compose?.version, 2, 33);
  for (const [name, plan] of services) {
    const right = plan.managed ? rightNetwork(plan, networks) : undefined;
    if (right === undefined || [...plan.networks.values()].some(({ gwPriority }) => gwPriority !== undefined)) continue;
    if (knowsPriority) {
      const changed: AttachmentPlan = { ...plan.networks.get(right)!, gwPriority: 1 };
      services.set(name, { ...plan, networks: new Map(plan.networks).set(right, changed) });
    } else if (facts.engine && byName(plan, project, networks) !== right) {
      report('service/default-route', plan.service.span, `"${name}" leaves by the network "${byName(plan, project, networks)}", not by "${right}": this engine or Compose goes by the order of names`, {
        help: `give "${right}" a name that sorts first, or use Docker 28 with Compose 2.33, which know gw_priority`,
      });
    }
  }
  return services;
}

/** The network that should carry the default route; nothing where the question does not arise. */
function rightNetwork({ networks: joined }: Attached, networks: ReadonlyMap<string, NetworkPlan>): string | undefined {
  const keys = [...joined.keys()];
  const onUnderlay = keys.find((key) => networks.get(key)?.underlay);
  const onBridge = keys.find((key) => (networks.get(key)?.mode ?? 'bridge') === 'bridge');
  if (onUnderlay === undefined || onBridge === undefined) return undefined;
  return networks.get(onUnderlay)!.underlay!.hostAccess === 'loopback' ? onBridge : onUnderlay;
}

/** Without priorities Docker goes by the names of the networks. */
function byName({ networks: joined }: Attached, project: string, networks: ReadonlyMap<string, NetworkPlan>): string {
  const named = [...joined.keys()].map((key) => ({ key, name: networks.get(key)?.dockerName ?? `${project}_${key}` }));
  return named.sort((a, b) => (a.name < b.name ? -1 : 1))[0]!.key;
}

/** Unknown versions know nothing new. */
function atLeast(version: string | undefined, major: number, minor: number): boolean {
  const [a = 0, b = 0] = (version ?? '').split('.').map((part) => Number.parseInt(part, 10) || 0);
  return a > major || (a === major && b >= minor);
}
