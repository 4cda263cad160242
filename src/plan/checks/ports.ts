/** Two sockets on one port: a listener is (namespace, protocol, address, port). */
import type { Report } from '../../diagnostics/diagnostic.ts';
import type { Span } from '../../diagnostics/source.ts';
import type { Intents } from '../../netmode/intents.ts';
import type { Facts } from '../facts/facts.ts';
import { parseAddress, sameAddress } from '../facts/ip.ts';
import type { Attached } from '../services/attach.ts';
import { formatPort, listenersOf } from '../services/listeners.ts';
import type { Listener } from '../types.ts';

export interface Claim {
  readonly service: string;
  readonly active: boolean;
  readonly protocol: string;
  readonly first: number;
  readonly last: number;
  /** Absent: every address. */
  readonly address?: string;
  readonly span: Span;
  readonly from: Listener['from'];
  /** Place in the file, so that the later one is blamed. */
  readonly order: number;
}

/** The host's own namespace, among `service:<name>` and `container:<name>`. */
export const host = 'host';

/** Reports `ports/published-twice`, `ports/host-clash`, `ports/namespace-clash`; a service that is not started makes it a warning. */
export function checkPorts(
  intents: Intents,
  services: ReadonlyMap<string, Attached>,
  facts: Facts,
  report: Report,
): void {
  for (const [namespace, claims] of claimsByNamespace(intents, services, facts)) {
    for (const [earlier, later] of clashes(claims)) tell(namespace, earlier, later, report);
  }
}

/** What each service opens or publishes, by the network namespace in which it does. */
export function claimsByNamespace(
  intents: Intents,
  services: ReadonlyMap<string, Attached>,
  facts: Facts,
): ReadonlyMap<string, readonly Claim[]> {
  const byNamespace = new Map<string, Claim[]>();
  let order = 0;
  const claim = (namespace: string, service: Attached['service'], listener: Listener) => {
    const claims = byNamespace.get(namespace) ?? [];
    claims.push({ service: service.name, active: service.active, order: order++, ...listener });
    byNamespace.set(namespace, claims);
  };
  // Only a namespace that somebody joins can be shared; all other containers have their own.
  const joined = new Set(
    [...services.values()].flatMap(({ networkMode }) => (networkMode?.startsWith('service:') ? networkMode : [])),
  );
  for (const [name, plan] of services) {
    const { service } = plan;
    const namespace = namespaceOf(plan, services);
    for (const { source, hostIp } of plan.ports) {
      const { published, protocol, span } = source;
      // From a range for one container port Docker takes whichever is free.
      if (!published || published.first !== published.last) continue;
      claim(host, service, {
        ...published,
        protocol,
        span,
        from: 'published',
        ...(hostIp !== undefined && { address: hostIp }),
      });
    }
    if (namespace === host || namespace.startsWith('container:') || joined.has(namespace)) {
      for (const listener of listenersOf(intents.services.get(name)!, intents.project.name, facts.engine?.images))
        claim(namespace, service, listener);
    }
  }
  return byNamespace;
}

/** `host`, `container:<name>`, or `service:<name>` of the service whose namespace it is. */
function namespaceOf(plan: Attached, services: ReadonlyMap<string, Attached>): string {
  let current = plan;
  for (let hops = 0; hops < services.size && current.networkMode?.startsWith('service:'); hops++) {
    const next = services.get(current.networkMode.slice('service:'.length));
    if (!next) break;
    current = next;
  }
  return current.networkMode === 'host' || current.networkMode?.startsWith('container:')
    ? current.networkMode
    : `service:${current.service.name}`;
}

/** Pairs that overlap, each claim with at most one other: found in order of port, so that the cost is that of sorting. */
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
    a.protocol === b.protocol &&
    a.first <= b.last &&
    b.first <= a.last &&
    sharesAddress(a.address, b.address)
  );
}

/** No address and `0.0.0.0` mean every IPv4 address; a `::` socket takes IPv4 too unless it says otherwise. */
export function sharesAddress(a: string | undefined, b: string | undefined): boolean {
  const everything = (text: string | undefined) => text === undefined || text === '' || text === '::';
  if (everything(a) || everything(b)) return true;
  const left = parseAddress(a!);
  const right = parseAddress(b!);
  if (!left || !right) return a === b;
  if (left.family !== right.family) return false;
  return left.value === 0n || right.value === 0n || sameAddress(left, right);
}

/** What a service does with a port, and where that was taken from. */
export const taken: Readonly<Record<Listener['from'], string>> = {
  listen: 'opens',
  expose: 'opens (taken from "expose")',
  ports: 'opens (taken from "ports")',
  image: 'opens (taken from the EXPOSE of its image)',
  published: 'publishes',
};

function tell(namespace: string, earlier: Claim, later: Claim, report: Report): void {
  const published = earlier.from === 'published' && later.from === 'published';
  const rule = namespace !== host ? 'ports/namespace-clash' : published ? 'ports/published-twice' : 'ports/host-clash';
  const where =
    namespace === host ? 'of the host' : `in the network namespace of ${namespace.replace(/^(\w+):(.*)$/, '$1 "$2"')}`;
  const message = `"${later.service}" ${taken[later.from]} port ${formatPort(later)} ${where}, as "${earlier.service}" does`;
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
