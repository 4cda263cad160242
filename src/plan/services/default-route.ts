/**
 * Which network a container on several leaves by. A service on an underlay and a bridge leaves by the underlay, where its
 * own address is; under `host_access: loopback` by the bridge, which is what carries the published port (docs/measured.md).
 */
import type { Project } from '../../compose/project/project.ts';
import type { Report } from '../../diagnostics/diagnostic.ts';
import type { Facts } from '../facts/facts.ts';
import { parseCidr } from '../facts/ip.ts';
import { tooOldFor } from '../facts/versions.ts';
import type { AttachmentPlan, NetworkPlan } from '../types.ts';
import type { Attached } from './attach.ts';

/**
 * Gives the right network the priority. Where engine or Compose does not know priorities, those that the file gives are
 * left out: Compose would refuse them or lose them on the way.
 *
 * @param report gets `service/default-route` where Docker will choose another nevertheless
 */
export function leaveByRightNetwork(
  project: Project,
  services: Map<string, Attached>,
  networks: ReadonlyMap<string, NetworkPlan>,
  facts: Facts,
  report: Report,
): Map<string, Attached> {
  const tooOld = tooOldFor('gw_priority', facts) !== undefined;
  const isKnown =
    facts.engine !== undefined && facts.engine.kind !== 'podman' && facts.compose !== undefined && !tooOld;
  for (const [name, plan] of services) {
    if (!plan.managed) continue;
    const ways = waysOut(plan, project, networks, facts);
    const isSaid = ways.some(({ attachment }) => attachment.gwPriority !== undefined);
    const right = isSaid ? saidWay(ways) : rightWay(ways);
    if (isSaid && tooOld)
      services.set(name, {
        ...plan,
        networks: new Map(ways.map(({ key, attachment }) => [key, withoutPriority(attachment)])),
      });
    if (!right) continue;
    if (isKnown && !isSaid) {
      right.attachment = { ...right.attachment, gwPriority: 1 };
      services.set(name, { ...plan, networks: new Map(ways.map(({ key, attachment }) => [key, attachment])) });
    }
    const actual = byDockersOrder(ways, !tooOld);
    if (facts.engine && actual !== right) tellOfRoute(name, plan, right, actual, report);
  }
  return services;
}

/** A network of a service, as a way out of its container. */
interface Way {
  readonly key: string;
  attachment: AttachmentPlan;
  /** In Docker. */
  readonly name: string;
  readonly isBridge: boolean;
  readonly underlay?: NetworkPlan['underlay'];
  /** Docker looks at this first: 0 with IPv6, 1 without, 2 internal. */
  readonly rank: number;
}

function waysOut(
  { networks: joined }: Attached,
  project: Project,
  networks: ReadonlyMap<string, NetworkPlan>,
  { engine }: Facts,
): readonly Way[] {
  return [...joined].map(([key, attachment]) => {
    const [plan, declared] = [networks.get(key), project.networks.get(key)];
    const name = plan?.dockerName ?? `${project.name}_${key}`;
    const isInternal = declared?.external
      ? engine?.networks.find((one) => one.name === name)?.internal === true
      : declared?.internal === true;
    const hasIpv6 =
      declared?.enableIpv6?.value === true || (plan?.pools ?? []).some(({ subnet }) => parseCidr(subnet)?.family === 6);
    const rank = isInternal ? 2 : hasIpv6 ? 0 : 1;
    return {
      key,
      attachment,
      name,
      isBridge: (plan?.mode ?? 'bridge') === 'bridge',
      ...(plan?.underlay && { underlay: plan.underlay }),
      rank,
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

/** Never by an internal network, rather by one that has IPv6, then by priority, then by the first of the names (docs/measured.md). */
function byDockersOrder(ways: readonly Way[], countsPriority: boolean): Way {
  const order = (a: Way, b: Way) =>
    a.rank - b.rank || (countsPriority ? priorityOf(b) - priorityOf(a) : 0) || (a.name < b.name ? -1 : 1);
  return [...ways].sort(order)[0]!;
}

const priorityOf = ({ attachment }: Way) => attachment.gwPriority ?? 0;

function withoutPriority({ gwPriority, ...attachment }: AttachmentPlan): AttachmentPlan {
  return attachment;
}

function tellOfRoute(name: string, { service, ports }: Attached, right: Way, actual: Way, report: Report): void {
  // Docker publishes ports on the network by which a container leaves, and on a macvlan or ipvlan not at all.
  const losesPorts = right.isBridge && actual.underlay?.hostAccess === 'loopback' && ports.length > 0;
  const { fact, help } = reasonFor(right, actual);
  report(
    'service/default-route',
    service.span,
    `"${name}" leaves by the network "${actual.key}", not by "${right.key}": ${fact}${losesPorts ? ', and Docker publishes none of its ports' : ''}`,
    {
      help,
      ...(losesPorts && { severity: 'error' }),
    },
  );
}

function reasonFor(right: Way, actual: Way): { readonly fact: string; readonly help: string } {
  if (right.rank === 2)
    return { fact: 'Docker lets containers leave by no internal network', help: `take "internal" from "${right.key}"` };
  if (actual.rank < right.rank)
    return {
      fact: 'Docker prefers a network that has IPv6, whatever the priority',
      help: `give "${right.key}" an IPv6 subnet too, or "${actual.key}" none`,
    };
  return {
    fact: 'this engine or Compose goes by the order of names',
    help: `give "${right.key}" a name that sorts first, or use Docker 28 with Compose 2.33, which know gw_priority`,
  };
}
