/** Looks for all that a reason may be taken from, once, and only where a place does not answer. */
import { hasDefaultRoute, lookAround } from '../../../host/reach/look.ts';
import { lookAtOwnFilter, lookAtPacketFilter } from '../../../host/reach/packet-filter.ts';
import { lookAtRouter, lookAtWay } from '../../../host/reach/ways.ts';
import type { Host } from '../../../host/system/host.ts';
import type { Facts } from '../../../plan/facts/facts.ts';
import { contains, formatAddress } from '../../../plan/facts/ip.ts';
import { addressesOf, interfaceOf, type ParsedHost, parseFacts } from '../../../plan/facts/parsed-facts.ts';
import { pendingFor } from '../../../plan/host-changes/pending.ts';
import { type Asked, answeringOf, hasFailed } from '../../../plan/reach/answers.ts';
import type { Evidence } from '../../../plan/reach/evidence.ts';
import type { LiveContainer } from '../../../plan/reach/live-container.ts';
import { sideAndAddress } from '../../../plan/reach/reason.ts';
import type { Plan } from '../../../plan/types.ts';

/** What costs nothing, and can make a yes a no: a gateway that answers is of no use without a route to it. */
export function seenAlways(
  host: Host,
  asked: readonly Asked[],
  containers: readonly LiveContainer[],
  isHere: boolean,
): Evidence {
  const askers = new Set(
    asked.flatMap(({ question: { from, to } }) =>
      to === 'gateway' && from.kind === 'container' ? from.container : [],
    ),
  );
  const routes = isHere ? containers.filter(({ name }) => askers.has(name)) : [];
  return {
    containers: new Map(containers.map((one) => [one.name, one])),
    sockets: new Map(),
    defaultRoutes: new Map(
      routes.flatMap(({ name, pid }) => {
        const has = pid === undefined ? undefined : hasDefaultRoute(host, pid);
        return has === undefined ? [] : [[name, has] as const];
      }),
    ),
    pendingShims: new Map(),
    shimNames: new Map(),
    dropping: new Set(),
    ownDropping: new Map(),
    detours: new Map(),
    entrances: new Map(),
    zones: new Map(),
    ways: new Map(),
    answering: answeringOf(asked),
  };
}

/** Of so many places is looked at the way and the packet filter: what keeps a hundred from answering is one thing. */
const mostPlaces = 16;

export async function lookFor(
  host: Host,
  plan: Plan,
  asked: readonly Asked[],
  always: Evidence,
  facts: Facts,
): Promise<Evidence> {
  const around = [...always.containers.values()].flatMap(({ name, pid }) =>
    pid === undefined ? [] : [[name, lookAround(host, pid)] as const],
  );
  const { host: parsed } = parseFacts(facts);
  const failed = asked.filter(hasFailed);
  const shimNames = new Map(plan.shims.map(({ key, name }) => [key, name]));
  const entrances = entrancesOf(failed, { ...always, shimNames }, parsed);
  const [ways, detours, ownDropping, filter] = await Promise.all([
    lookAtWays(host, failed, { ...always, shimNames }, parsed),
    lookAtDetours(host, failed, always, parsed),
    lookAtOwnFilters(host, failed, always),
    lookAtPacketFilter(host, [...new Set(entrances.values())]),
  ]);
  return {
    ...always,
    sockets: new Map(
      around.flatMap(([name, { sockets }]) =>
        sockets
          ? [[name, sockets.flatMap((one) => addressesOf([one.address]).map((address) => ({ ...one, address })))]]
          : [],
      ),
    ),
    defaultRoutes: new Map(
      around.flatMap(([name, { hasDefaultRoute }]) => (hasDefaultRoute === undefined ? [] : [[name, hasDefaultRoute]])),
    ),
    pendingShims: new Map(plan.shims.map(({ key, name }) => [key, pendingFor(name, plan.actions, facts)])),
    shimNames,
    ...(parsed && { host: parsed }),
    ...filter,
    ...{ entrances, ways, detours, ownDropping },
  };
}

/** The shim of the network by which a container asks this host, or the bridge in whose subnet it is. */
const entrancesOf = (
  failed: readonly Asked[],
  { containers, shimNames }: Pick<Evidence, 'containers' | 'shimNames'>,
  parsed: ParsedHost | undefined,
): Evidence['entrances'] =>
  new Map(
    failed.flatMap(({ question: { from, network, onHost } }) => {
      if (from.kind !== 'container' || !onHost) return [];
      const own = addressesOf(Object.values(containers.get(from.container)?.addresses ?? {}).flat());
      const bridge = parsed?.interfaces.find(
        ({ kind, addresses }) =>
          kind === 'bridge' && addresses.some(({ subnet }) => own.some((address) => contains(subnet, address))),
      );
      const entrance = network === undefined ? bridge?.name : shimNames.get(network);
      return entrance === undefined ? [] : [[from.container, entrance] as const];
    }),
  );

/** By the shims: the ways to the containers of macvlan and ipvlan networks. */
async function lookAtWays(
  host: Host,
  failed: readonly Asked[],
  { containers, shimNames }: Pick<Evidence, 'containers' | 'shimNames'>,
  parsed: ParsedHost | undefined,
): Promise<Evidence['ways']> {
  const wanted = new Map(
    failed.flatMap(({ question: { from, network, container, probes } }) => {
      const address = probes[0]?.address;
      const shim = from.kind === 'host' && network !== undefined ? shimNames.get(network) : undefined;
      if (shim === undefined || address === undefined || address.includes(':')) return [];
      const pid = containers.get(container ?? '')?.pid;
      const addresses = (parsed && interfaceOf(parsed, shim)?.addresses) ?? [];
      const senders = addresses.flatMap(({ address: own }) => (own.family === 4 ? formatAddress(own) : []));
      return [[address, { address, shim, senders, ...(pid !== undefined && { pid }) }] as const];
    }),
  );
  const found = [...wanted].slice(0, mostPlaces).map(async ([address, ends]) => {
    const way = await lookAtWay(host, ends);
    return way ? [[address, way] as const] : [];
  });
  return new Map((await Promise.all(found)).flat());
}

/** Of containers that ask this host. */
async function lookAtDetours(
  host: Host,
  failed: readonly Asked[],
  { containers }: Pick<Evidence, 'containers'>,
  parsed: ParsedHost | undefined,
): Promise<Evidence['detours']> {
  const own = new Set(
    parsed?.interfaces.flatMap(({ addresses }) => addresses.map(({ address }) => formatAddress(address))),
  );
  const asked = failed.filter(({ question: { onHost } }) => onHost).slice(0, mostPlaces);
  const found = asked.map(async ({ question }) => {
    const { from, probes } = question;
    const address = probes[0]?.address;
    const pid = from.kind === 'container' ? containers.get(from.container)?.pid : undefined;
    if (pid === undefined || address === undefined) return [];
    const router = await lookAtRouter(host, pid, address);
    return router === undefined || own.has(router) ? [] : [[sideAndAddress(question, address), router] as const];
  });
  return new Map((await Promise.all(found)).flat());
}

/** Of those who ask and who should answer, but for those in the network namespace of this host. */
async function lookAtOwnFilters(
  host: Host,
  failed: readonly Asked[],
  { containers }: Pick<Evidence, 'containers'>,
): Promise<Evidence['ownDropping']> {
  const names = new Set(
    failed.flatMap(({ question: { from, container } }) => [
      ...(container === undefined ? [] : [container]),
      ...(from.kind === 'container' ? [from.container] : []),
    ]),
  );
  const found = [...names].slice(0, mostPlaces).map(async (name) => {
    const { pid, isOnHost } = containers.get(name) ?? {};
    const dropping = pid === undefined || isOnHost ? undefined : await lookAtOwnFilter(host, pid);
    return dropping ? [[name, dropping] as const] : [];
  });
  return new Map((await Promise.all(found)).flat());
}
