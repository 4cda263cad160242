/**
 * Which network a container on several leaves by. A service on an underlay and a bridge leaves by the underlay, where
 * its own address is; under `host_access: loopback` by the bridge, which is what carries the published port
 * (docs/measured.md).
 */
import type { Project } from '../../compose/project/project.ts';
import { isUnderlay } from '../../netmode/modes.ts';
import type { ParsedFacts } from '../facts/parsed-facts.ts';
import { tooOldFor } from '../facts/versions.ts';
import { dockerNameOf } from '../networks/docker-name.ts';
import {
  type Attached,
  type AttachmentPlan,
  isBridgeNetwork,
  type NetworkPlan,
  type Plan,
  type UnderlayPlan,
} from '../types.ts';

/**
 * The service with the way out that it should take: by the priority that the file gives, else by the right network,
 * which is given the priority where netcompose attaches the service to it. Where engine or Compose does not know
 * priorities, those that the file gives are left out: Compose would refuse them or lose them on the way.
 */
export function withWayOut(
  plan: Attached,
  networks: ReadonlyMap<string, NetworkPlan>,
  project: Project,
  facts: ParsedFacts,
): Attached {
  const tooOld = tooOldFor('gw_priority', facts) !== undefined;
  const ways = waysOut(plan, networks, project);
  const isSaid = saysWayOut(ways);
  const right = isSaid ? saidWay(ways) : rightWay(ways);
  const isKnown = facts.engine && facts.engine.kind !== 'podman' && facts.compose && !tooOld;
  const attached = ways.map(({ key, attachment }) => {
    if (!plan.managed) return [key, attachment] as const;
    if (isSaid) return [key, tooOld ? withoutPriority(attachment) : attachment] as const;
    const isGiven = key === right?.key && isKnown && isUnderlay(plan.netmode);
    return [key, isGiven ? { ...attachment, gwPriority: { value: 1, span: plan.service.span } } : attachment] as const;
  });
  return withBoundPorts(
    { ...plan, networks: new Map(attached), ...(right && { wayOut: right.key }) },
    networks,
    project,
    { isSaid, countsPriority: !tooOld },
  );
}

/**
 * Docker binds ports on the network by which a container leaves, and on a macvlan or ipvlan not at all, without a word
 * (docs/measured.md).
 */
function withBoundPorts(
  plan: Attached,
  networks: ReadonlyMap<string, NetworkPlan>,
  project: Project,
  { isSaid, countsPriority }: { readonly isSaid: boolean; readonly countsPriority: boolean },
): Attached {
  if (plan.ports.length === 0) return plan;
  const ways = waysOut(plan, networks, project);
  // Under `host_access: loopback` the bridge is the right way; that Docker takes another is an error of its own.
  if (!isSaid && ways.some(({ underlay }) => underlay?.hostAccess === 'loopback')) return plan;
  if (!dockersWay(ways, countsPriority)?.underlay) return plan;
  const { publishing: _, ...unpublished } = plan;
  return { ...unpublished, ports: [] };
}

/** Whether the file says by which network to leave. */
export const saysWayOut = (ways: readonly Way[]): boolean =>
  ways.some(({ attachment }) => attachment.gwPriority !== undefined);

/** A network of a service, as a way out of its container. */
export interface Way {
  readonly key: string;
  readonly attachment: AttachmentPlan;
  /** In Docker. */
  readonly name: string;
  readonly isBridge: boolean;
  readonly underlay?: UnderlayPlan;
  /** Docker looks at this first: 0 with IPv6, 1 without, 2 internal. */
  readonly rank: number;
}

export function waysOut(plan: Attached, networks: ReadonlyMap<string, NetworkPlan>, project: Project): readonly Way[] {
  return [...plan.networks].map(([key, attachment]) => {
    const network = networks.get(key);
    return {
      key,
      attachment,
      name: dockerNameOf(key, networks, project),
      isBridge: isBridgeNetwork(network),
      ...(network?.underlay && { underlay: network.underlay }),
      rank: network?.internal ? 2 : network?.ipv6 ? 0 : 1,
    };
  });
}

/** The one with the highest priority of those that the file gives; nothing where two have it. */
function saidWay(ways: readonly Way[]): Way | undefined {
  const [first, second] = [...ways].sort((a, b) => priorityOf(b) - priorityOf(a));
  return first && second && priorityOf(first) === priorityOf(second) ? undefined : first;
}

/** The one that should carry the default route; nothing where the question does not arise. */
function rightWay(ways: readonly Way[]): Way | undefined {
  const onUnderlay = ways.find(({ underlay, rank }) => underlay && rank < 2);
  const bridges = ways.filter(({ isBridge }) => isBridge);
  const onBridge = bridges.find(({ rank }) => rank < 2) ?? bridges[0];
  if (!onUnderlay || !onBridge) return undefined;
  return onUnderlay.underlay!.hostAccess === 'loopback' ? onBridge : onUnderlay;
}

/**
 * The way that Docker chooses: never by an internal network, rather by one that has IPv6, then by priority, then by the
 * first of the names (docs/measured.md).
 */
export function dockersWay(ways: readonly Way[], countsPriority: boolean): Way | undefined {
  const order = (a: Way, b: Way) =>
    a.rank - b.rank || (countsPriority ? priorityOf(b) - priorityOf(a) : 0) || (a.name < b.name ? -1 : 1);
  return [...ways].sort(order)[0];
}

/**
 * The network on which a container finds another by its name: Docker looks at the asking one's networks, those with a
 * higher priority first, then internal ones last and those with IPv6 first, then by name, and answers from the first
 * that both are on (docs/measured.md). What makes a container leave by the LAN gives it the LAN addresses of others.
 *
 * @returns its key; nothing where they share none
 */
export function lookupNetwork(
  asking: Attached,
  asked: Attached,
  { networks, project }: Pick<Plan, 'networks' | 'project'>,
  countsPriority: boolean,
): string | undefined {
  const order = (a: Way, b: Way) =>
    (countsPriority ? priorityOf(b) - priorityOf(a) : 0) || a.rank - b.rank || (a.name < b.name ? -1 : 1);
  const shared = waysOut(asking, networks, project).filter(({ key }) => asked.networks.has(key));
  return shared.sort(order)[0]?.key;
}

const priorityOf = ({ attachment }: Way) => attachment.gwPriority?.value ?? 0;

function withoutPriority({ gwPriority: _, ...attachment }: AttachmentPlan): AttachmentPlan {
  return attachment;
}
