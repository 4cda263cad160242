/** Two sockets on one port: a listener is (namespace, protocol, address, port). */
import { networkModeText } from '../../../compose/project/network-mode.ts';
import { portRuns } from '../../../compose/project/port-runs.ts';
import type { Report } from '../../../diagnostics/diagnostic.ts';
import type { Span } from '../../../diagnostics/source.ts';
import { type Address, isUnspecified, sameAddress } from '../../facts/ip.ts';
import { namespaceOwner } from '../../services/guests.ts';
import { formatPort, portWords } from '../../services/listeners.ts';
import type { Listener, Plan, ServicePlan } from '../../types.ts';
import { isSharedByHabit } from './discovery-ports.ts';

export interface Claim {
  readonly service: string;
  /** The owner of the namespace in which it is opened; absent where it is published. */
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
    const opened = owner !== undefined && { owner };
    claims.push({ service: service.name, ...opened, active: service.active, order: order++, ...listener });
    byNamespace.set(namespace, claims);
  };
  for (const plan of services.values()) {
    const { service } = plan;
    const namespace = namespaceOf(plan, services);
    for (const { first, published, targets } of portRuns(plan.ports, ({ source }) => source)) {
      const { source, address, guest } = first;
      const { protocol, span } = source;
      // From a range for one container port Docker takes whichever is free.
      if (!published || published.last - published.first !== targets.last - targets.first) continue;
      claim(host, guest === undefined ? service : services.get(guest)!.service, {
        ...published,
        protocol,
        span,
        from: 'published',
        ...(address && { address }),
      });
    }
    const owner = namespaceOwner(plan, services).service.name;
    for (const listener of plan.opens) claim(namespace, service, listener, owner);
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

/** Pairs that overlap: each claim with the first below it that it clashes with. The order spares most comparisons. */
function clashes(claims: readonly Claim[]): readonly (readonly [Claim, Claim])[] {
  const pairs: [Claim, Claim][] = [];
  let open: Claim[] = [];
  for (const claim of [...claims].sort((a, b) => a.first - b.first)) {
    open = open.filter((other) => other.last >= claim.first);
    const other = open.find((candidate) => clash(candidate, claim));
    if (other) pairs.push(other.order < claim.order ? [other, claim] : [claim, other]);
    open.push(claim);
  }
  return pairs;
}

/**
 * Whether two that have a port in common are in each other's way.
 *
 * What one service's processes open is its own affair: a port on several addresses. What is published for it Docker
 * binds one by one, and refuses the second, however it came into the file; `0.0.0.0` and `::` are two.
 */
function clash(a: Claim, b: Claim): boolean {
  const isOwnAffair =
    a.service === b.service && (a.from !== 'published' || (a.address?.family ?? 4) !== (b.address?.family ?? 4));
  return (
    !isOwnAffair &&
    !isForGuest(a, b) &&
    !isForGuest(b, a) &&
    a.protocol === b.protocol &&
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

/** Where it was taken from that a service opens a port. */
const origins: Readonly<Partial<Record<Listener['from'], string>>> = {
  expose: '(taken from "expose")',
  ports: '(taken from "ports")',
  image: '(taken from the EXPOSE of its image)',
};

const opens = (from: Listener['from']) => (from === 'published' ? 'publishes' : 'opens');

/** What a service does with a port: `opens (taken from "expose") port 80/tcp`. */
export const takes = (from: Listener['from'], port: string): string =>
  [opens(from), origins[from], port].filter(Boolean).join(' ');

/** The same where the port stands there: `opens it here (taken from "expose")`. */
const takesHere = (from: Listener['from']) => [opens(from), 'it here', origins[from]].filter(Boolean).join(' ');

function reportClash(namespace: string, earlier: Claim, later: Claim, report: Report): void {
  if (earlier.service === later.service) {
    reportTwice(earlier, later, report);
    return;
  }
  const published = earlier.from === 'published' && later.from === 'published';
  const rule = namespace !== host ? 'ports/namespace-clash' : published ? 'ports/published-twice' : 'ports/host-clash';
  const [kind, owner] = namespace.split(':');
  const where = namespace === host ? 'of the host' : `in the network namespace of ${kind} "${owner}"`;
  const common = { first: Math.max(earlier.first, later.first), last: Math.min(earlier.last, later.last) };
  const isAll = common.first === later.first && common.last === later.last;
  const message =
    `"${later.service}" ${takes(later.from, portWords(later))} ${where}, ` +
    (isAll
      ? `as "${earlier.service}" does`
      : `of which "${earlier.service}" ${takes(earlier.from, formatPort({ ...common, protocol: later.protocol }))}`);
  // An image may expose more than its process opens.
  const sure = earlier.from !== 'image' && later.from !== 'image';
  const isShared =
    earlier.from !== 'published' &&
    later.from !== 'published' &&
    isSharedByHabit(later.protocol, Math.max(earlier.first, later.first), Math.min(earlier.last, later.last));
  const severity = isShared ? 'info' : earlier.active && later.active && sure ? 'error' : 'warning';
  report(rule, later.span, message, {
    severity,
    help: isShared ? shareIt : published ? otherPlace(earlier, later) : helpFor(later),
    related: [{ message: `"${earlier.service}" ${takesHere(earlier.from)}`, span: earlier.span }],
  });
}

/** What to do about a port of service discovery. */
export const shareIt =
  'those who look for services share this port, and both get what comes in; let one of them only answer there';

/** Two entries of one service, perhaps from two files that are merged: to Compose another address is another port. */
function reportTwice(earlier: Claim, later: Claim, report: Report): void {
  report(
    'ports/published-twice',
    later.span,
    `"${later.service}" publishes ${portWords(later)} of the host twice, which Docker refuses`,
    {
      severity: later.active ? 'error' : 'warning',
      help: 'remove one of the two',
      related: [{ message: 'it is published here too', span: earlier.span }],
    },
  );
}

/** Beside one that has every address, another address is no way out. */
const otherPlace = (...claims: readonly Claim[]) =>
  claims.every(({ address }) => address && !isUnspecified(address))
    ? 'publish it on another port, or on another address of the host'
    : 'publish it on another port, or each of the two on an address of its own';

function helpFor({ from }: Claim): string {
  return from === 'listen' || from === 'published'
    ? 'let one of them use another port, or another netmode'
    : 'let one of them use another port; if the process opens other ports, say which with "listen"';
}
