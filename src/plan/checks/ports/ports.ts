/** Two sockets on one port: a listener is (namespace, protocol, address, port). */
import { networkModeText } from '../../../compose/project/network-mode.ts';
import type { Report } from '../../../diagnostics/diagnostic.ts';
import type { Span } from '../../../diagnostics/source.ts';
import { type Address, isUnspecified, sameAddress } from '../../facts/ip.ts';
import { namespaceOwner } from '../../services/guests.ts';
import { formatPort } from '../../services/listeners.ts';
import type { Listener, Plan, ServicePlan } from '../../types.ts';

export interface Claim {
  readonly service: string;
  /** The owner of the namespace, where that is another service. */
  readonly owner?: string;
  readonly active: boolean;
  readonly protocol: string;
  readonly first: number;
  readonly last: number;
  /** Absent: every address. */
  readonly address?: Address;
  readonly span: Span;
  readonly from: Listener['from'];
  /** Place in the file, so that the later one is blamed. */
  readonly order: number;
}

/** The host's own namespace, among `service:<name>` and `container:<name>`. */
export const host = 'host';

/**
 * Reports `ports/published-twice`, `ports/host-clash`, `ports/namespace-clash`; a service that is not started makes it
 * a warning.
 */
export function checkPorts({ services }: Plan, report: Report): void {
  for (const [namespace, claims] of claimsByNamespace(services)) {
    for (const [earlier, later] of clashes(claims)) reportClash(namespace, earlier, later, report);
  }
}

/** What each service opens or publishes, by the network namespace in which it does. */
export function claimsByNamespace(services: Plan['services']): ReadonlyMap<string, readonly Claim[]> {
  const byNamespace = new Map<string, Claim[]>();
  let order = 0;
  const claim = (namespace: string, service: ServicePlan['service'], listener: Listener, owner?: string) => {
    const claims = byNamespace.get(namespace) ?? [];
    const guest = owner !== undefined && owner !== service.name && { owner };
    claims.push({ service: service.name, ...guest, active: service.active, order: order++, ...listener });
    byNamespace.set(namespace, claims);
  };
  // Only a namespace that somebody joins can be shared; all other containers have their own.
  const joined = new Set(
    [...services.values()].flatMap((plan) => (plan.owner === undefined ? [] : namespaceOf(plan, services))),
  );
  for (const plan of services.values()) {
    const { service } = plan;
    const namespace = namespaceOf(plan, services);
    for (const { source, address, guest } of plan.ports) {
      const { published, protocol, span } = source;
      // From a range for one container port Docker takes whichever is free.
      if (!published || published.first !== published.last) continue;
      claim(host, (guest === undefined ? undefined : services.get(guest)?.service) ?? service, {
        ...published,
        protocol,
        span,
        from: 'published',
        ...(address && { address }),
      });
    }
    if (namespace === host || namespace.startsWith('container:') || joined.has(namespace)) {
      const owner = namespaceOwner(plan, services).service.name;
      for (const listener of plan.opens) claim(namespace, service, listener, owner);
    }
  }
  return byNamespace;
}

/** `host`, `container:<name>`, or `service:<name>` of the service whose namespace it is. */
function namespaceOf(plan: ServicePlan, services: Plan['services']): string {
  const { networkMode, service } = namespaceOwner(plan, services);
  return networkMode?.kind === 'host' || networkMode?.kind === 'container'
    ? networkModeText(networkMode)
    : `service:${service.name}`;
}

/**
 * Pairs that overlap, each claim with at most one other: found in order of port, so that the cost is that of sorting.
 */
function clashes(claims: readonly Claim[]): readonly (readonly [Claim, Claim])[] {
  const pairs: [Claim, Claim][] = [];
  let open: Claim[] = [];
  for (const claim of [...claims].sort((a, b) => a.first - b.first || a.order - b.order)) {
    open = open.filter((other) => other.last >= claim.first);
    const other = open.find((candidate) => clash(candidate, claim));
    if (other) pairs.push(other.order < claim.order ? [other, claim] : [claim, other]);
    else open.push(claim);
  }
  return pairs;
}

/** One service's own entries are its own affair: a process may open a port on several addresses. */
function clash(a: Claim, b: Claim): boolean {
  return (
    a.service !== b.service &&
    !isForGuest(a, b) &&
    !isForGuest(b, a) &&
    a.protocol === b.protocol &&
    a.first <= b.last &&
    b.first <= a.last &&
    sharesAddress(a.address, b.address)
  );
}

/** The owner's `ports` are the only place where those of its guests can be published. */
const isForGuest = ({ service, from }: Claim, { owner }: Claim) => from === 'ports' && owner === service;

/** No address and `0.0.0.0` mean every IPv4 address; a `::` socket takes IPv4 too unless it says otherwise. */
export function sharesAddress(a: Address | undefined, b: Address | undefined): boolean {
  if (!a || !b || [a, b].some((address) => address.family === 6 && isUnspecified(address))) return true;
  return a.family === b.family && (isUnspecified(a) || isUnspecified(b) || sameAddress(a, b));
}

/** What a service does with a port, and where that was taken from. */
export const taken: Readonly<Record<Listener['from'], string>> = {
  listen: 'opens',
  expose: 'opens (taken from "expose")',
  ports: 'opens (taken from "ports")',
  image: 'opens (taken from the EXPOSE of its image)',
  published: 'publishes',
};

function reportClash(namespace: string, earlier: Claim, later: Claim, report: Report): void {
  const published = earlier.from === 'published' && later.from === 'published';
  const rule = namespace !== host ? 'ports/namespace-clash' : published ? 'ports/published-twice' : 'ports/host-clash';
  const where =
    namespace === host ? 'of the host' : `in the network namespace of ${namespace.replace(/^(\w+):(.*)$/, '$1 "$2"')}`;
  const message =
    `"${later.service}" ${taken[later.from]} port ` + `${formatPort(later)} ${where}, as "${earlier.service}" does`;
  // An image may expose more than its process opens.
  const sure = earlier.from !== 'image' && later.from !== 'image';
  const severity = earlier.active && later.active && sure ? 'error' : 'warning';
  report(rule, later.span, message, {
    severity,
    help: published ? 'publish it on another port, or on another address of the host' : helpFor(later),
    related: [{ message: `"${earlier.service}" ${taken[earlier.from]} it here`, span: earlier.span }],
  });
}

function helpFor({ from }: Claim): string {
  return from === 'listen' || from === 'published'
    ? 'let one of them use another port, or another netmode'
    : 'let one of them use another port; if the process opens other ports, say which with "listen"';
}
