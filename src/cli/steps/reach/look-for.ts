/** Looks for all that a reason may be taken from, once, and only where a place does not answer. */
import { askPlaces } from '../../../host/reach/ask-places.ts';
import { defaultRoutes, lookAround } from '../../../host/reach/look.ts';
import { lookAtOwnFilter, lookAtPacketFilter } from '../../../host/reach/packet-filter.ts';
import { leavesElsewhere, lookAtRouter, lookAtWay, takesForForged } from '../../../host/reach/ways.ts';
import type { Host } from '../../../host/system/host.ts';
import type { Facts } from '../../../plan/facts/facts.ts';
import { contains, formatAddress, parseAddress } from '../../../plan/facts/ip.ts';
import { addressesOf, interfaceOf, type ParsedHost, parseFacts } from '../../../plan/facts/parsed-facts.ts';
import { pendingFor } from '../../../plan/host-changes/pending.ts';
import { type Asked, answeringOf, hasFailed } from '../../../plan/reach/answers.ts';
import { entranceOf } from '../../../plan/reach/entrance.ts';
import { type Evidence, noneDropping } from '../../../plan/reach/evidence.ts';
import type { LiveContainer } from '../../../plan/reach/live-container.ts';
import { sideAndAddress } from '../../../plan/reach/reason.ts';
import type { Plan, ShimPlan } from '../../../plan/types.ts';
import { ownProgram } from '../program/own-program.ts';

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
        const families = pid === undefined ? undefined : defaultRoutes(host, pid);
        return families ? [[name, families] as const] : [];
      }),
    ),
    pendingShims: new Map(),
    shimNames: new Map(),
    dropping: noneDropping,
    ownDropping: new Map(),
    detours: new Map(),
    entrances: new Map(),
    forged: new Set(),
    silentRouters: new Set(),
    zones: new Map(),
    strictIpv6: false,
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
  const shims = new Map(plan.shims.map((shim) => [shim.key, shim]));
  const entrances = entrancesOf(failed, always, shims, parsed);
  const filter = await lookAtPacketFilter(host, [...new Set(entrances.values())]);
  const [ways, forged, silentRouters, detours, ownDropping] = await Promise.all([
    lookAtWays(host, failed, always, shims, parsed),
    lookAtArrivals(host, failed, always, { entrances, ...filter }),
    lookAtRouters(host, failed),
    lookAtDetours(host, failed, always, parsed),
    lookAtOwnFilters(host, failed, always),
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
      around.flatMap(([name, { defaultRoutes: families }]) => (families ? [[name, families] as const] : [])),
    ),
    pendingShims: new Map(plan.shims.map(({ key, name }) => [key, pendingFor(name, plan.actions, facts)])),
    shimNames: new Map(plan.shims.map(({ key, name }) => [key, name])),
    ...(parsed && { host: parsed }),
    ...filter,
    ...{ entrances, ways, forged, silentRouters, detours, ownDropping },
  };
}

type Shims = ReadonlyMap<string, ShimPlan>;

/** Where what a container asks this host comes in: from a macvlan or ipvlan network, or by the bridge of its subnet. */
const entrancesOf = (
  failed: readonly Asked[],
  { containers }: Pick<Evidence, 'containers'>,
  shims: Shims,
  parsed: ParsedHost | undefined,
): Evidence['entrances'] =>
  new Map(
    failed.flatMap(({ question }) => {
      const { from, network, onHost, probes } = question;
      const asked = parseAddress(probes[0]?.address ?? '');
      if (from.kind !== 'container' || !onHost || !asked) return [];
      const own = addressesOf(Object.values(containers.get(from.container)?.addresses ?? {}).flat());
      const bridge = parsed?.interfaces.find(
        ({ kind, addresses }) =>
          kind === 'bridge' && addresses.some(({ subnet }) => own.some((address) => contains(subnet, address))),
      );
      const shim = shims.get(network ?? '');
      const entrance = network === undefined ? bridge?.name : shim && entranceOf(shim, asked);
      return entrance === undefined ? [] : [[sideAndAddress(question, formatAddress(asked)), entrance] as const];
    }),
  );

/** By the shims: the ways to the containers of macvlan and ipvlan networks. */
async function lookAtWays(
  host: Host,
  failed: readonly Asked[],
  { containers }: Pick<Evidence, 'containers'>,
  shims: Shims,
  parsed: ParsedHost | undefined,
): Promise<Evidence['ways']> {
  const wanted = new Map(
    failed.flatMap(({ question: { from, network, container, probes } }) => {
      const address = probes[0]?.address;
      const shim = from.kind === 'host' ? shims.get(network ?? '') : undefined;
      const family = parseAddress(address ?? '')?.family;
      if (!shim || address === undefined || family === undefined) return [];
      const pid = containers.get(container ?? '')?.pid;
      const now = (parsed && interfaceOf(parsed, shim.name)?.addresses.map((own) => own.address)) ?? [];
      // By ARP; neighbour discovery asks by another address, and nothing is dropped for that.
      const senders = now.flatMap((own) => (own.family === 4 && family === 4 ? formatAddress(own) : []));
      const entrance = (source: string) => {
        const to = parseAddress(source);
        return to && entranceOf({ ...shim, addresses: now }, to);
      };
      return [[address, { address, senders, entranceOf: entrance, ...(pid !== undefined && { pid }) }] as const];
    }),
  );
  const found = [...wanted].slice(0, mostPlaces).map(async ([address, ends]) => {
    const way = await lookAtWay(host, ends);
    return way ? [[address, way] as const] : [];
  });
  return new Map((await Promise.all(found)).flat());
}

/** Of containers that ask this host: whether its kernel, or firewalld by IPv6, takes what arrives for forged. */
async function lookAtArrivals(
  host: Host,
  failed: readonly Asked[],
  { containers }: Pick<Evidence, 'containers'>,
  { entrances, strictIpv6 }: Pick<Evidence, 'entrances' | 'strictIpv6'>,
): Promise<Evidence['forged']> {
  const found = failed.slice(0, mostPlaces).map(async ({ question }) => {
    const { from, probes } = question;
    const to = probes[0]?.address ?? '';
    const key = sideAndAddress(question, to);
    const by = entrances.get(key);
    if (from.kind !== 'container' || by === undefined) return [];
    const all = Object.values(containers.get(from.container)?.addresses ?? {}).flat();
    const isSix = to.includes(':');
    const own = all.filter((one) => one.includes(':') === isSix);
    const isForged = isSix ? leavesElsewhere : takesForForged;
    const forged = await Promise.all(
      isSix && !strictIpv6 ? [] : own.map((one) => isForged(host, { to, from: one, by })),
    );
    return forged.length > 0 && forged.every(Boolean) ? [key] : [];
  });
  return new Set((await Promise.all(found)).flat());
}

/** Of routers that do not answer a container at layer 3: whether they answer this host. */
async function lookAtRouters(host: Host, failed: readonly Asked[]): Promise<Evidence['silentRouters']> {
  const routers = failed.flatMap(({ question: { gateway, probes } }) => (gateway?.route ? probes : []));
  const [outcomes = []] = await askPlaces(host, ownProgram('ask', host), [{ probes: routers }]);
  return new Set(routers.flatMap(({ address }, at) => (outcomes[at]?.kind === 'yes' ? [] : [address])));
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
