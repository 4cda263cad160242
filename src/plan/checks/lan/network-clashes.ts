/**
 * What cannot be on one parent together, and subnets that collide: within the project, and with what the engine has.
 */
import orderBy from 'lodash/orderBy.js';
import sortBy from 'lodash/sortBy.js';
import type { Report } from '../../../diagnostics/diagnostic.ts';
import { netmodeOfDriver, underlay } from '../../../netmode/modes.ts';
import { type Cidr, contains, formatCidr, overlaps, sameAddress } from '../../facts/ip.ts';
import { composeProjectLabel } from '../../facts/ownership.ts';
import { interfaceOf, type ParsedFacts, type ParsedNetwork } from '../../facts/parsed-facts.ts';
import { isOnePerParent } from '../../facts/versions.ts';
import { parentName } from '../../networks/parents.ts';
import { isUnderlayNetwork, type NetworkPlan, type Plan, type PlannedPool, type UnderlayNetwork } from '../../types.ts';
import { freeSubnet, takenSubnets } from './free-subnets.ts';

/** Reports the rules `parent/driver-clash`, `mode-clash`, `passthru-exclusive`, `taken-by-network`, `subnet/*`. */
export function checkNetworks(plan: Plan, facts: ParsedFacts, report: Report): void {
  const networks = [...plan.networks.values()];
  for (const sharing of byParent(networks).values()) {
    for (const [index, network] of sharing.entries())
      for (const earlier of sharing.slice(0, index)) checkSharing(earlier, network, facts, report);
  }
  checkOverlaps(networks, facts, report);
  for (const network of networks) {
    checkAgainstEngine(network, plan, facts, report);
    checkL3(network, facts, report);
  }
}

const related = (other: NetworkPlan) => [{ message: `network "${other.key}" is asked for here`, span: other.span }];

/** Underlay networks by parent; one that names none has a link of its own. */
function byParent(networks: readonly NetworkPlan[]): ReadonlyMap<string, readonly UnderlayNetwork[]> {
  const sharing = new Map<string, UnderlayNetwork[]>();
  for (const network of networks.filter(isUnderlayNetwork)) {
    if (network.underlay.parent.kind === 'none') continue;
    const name = parentName(network.underlay.parent);
    sharing.set(name, [...(sharing.get(name) ?? []), network]);
  }
  return sharing;
}

function checkSharing(earlier: UnderlayNetwork, later: UnderlayNetwork, facts: ParsedFacts, report: Report): void {
  const [a, b] = [earlier.underlay, later.underlay];
  const [first, second] = [underlay(a.mode), underlay(b.mode)];
  const subject = `networks "${earlier.key}" and "${later.key}" are both on ${parentName(a.parent)}`;
  const details = (help: string) => ({ help, related: related(earlier) });
  const elsewhere = 'or another parent (a VLAN is one: "vlan:", with its "subnet:")';
  if (first.driver !== second.driver) {
    report(
      'parent/driver-clash',
      later.span,
      `${subject}, one macvlan and one ipvlan, which the kernel refuses together`,
      details(`use one of the two for both, ${elsewhere}`),
    );
  } else if (first.driver === 'ipvlan' && (a.mode !== b.mode || a.flag !== b.flag)) {
    report(
      'parent/mode-clash',
      later.span,
      `${subject}, one ${nameOf(a)} and one ${nameOf(b)}: the last to start changes the other's mode`,
      details(`use one mode and flag for both, ${elsewhere}`),
    );
  } else if (a.flag === 'passthru' || b.flag === 'passthru') {
    report(
      'parent/passthru-exclusive',
      later.span,
      `${subject}, and passthru has its parent alone`,
      details(`let both join one network with "flag: bridge", ${elsewhere}`),
    );
  } else if (isOnePerParent(first.driver, facts) || earlier.dockerName === later.dockerName) {
    report(
      'netmode/conflicting-network',
      later.span,
      `${subject}, which carries one ${first.driver} network`,
      details(
        later.kind === 'native'
          ? `list "${earlier.key}" in its place`
          : `join the one network: "network: ${earlier.key}"`,
      ),
    );
  }
}

/** As many as a reader wants to see of what overlaps one and the same subnet. */
const mostOverlaps = 3;
const mostOpen = 16;

/** In order of first address, so that the cost is that of sorting and of what is reported. */
function checkOverlaps(networks: readonly NetworkPlan[], facts: ParsedFacts, report: Report): void {
  const subnets = networks.flatMap((network, order) => network.pools.map((pool) => ({ network, pool, order })));
  let open: typeof subnets = [];
  for (const next of sortBy(subnets, ({ pool }) => pool.subnet.first)) {
    const clashing = open.filter(
      ({ network, pool }) => network !== next.network && overlaps(pool.subnet, next.pool.subnet),
    );
    let reported = 0;
    for (const other of clashing) {
      if (reported === mostOverlaps) break;
      const [earlier, later] = other.order < next.order ? [other, next] : [next, other];
      const isShared = isOnOneParent(earlier.network, later.network);
      if (isShared && !haveOneGateway(earlier, later, facts)) continue;
      reported += 1;
      report(
        'subnet/overlap',
        later.network.span,
        `network "${later.network.key}" (${formatCidr(later.pool.subnet)}) overlaps network ` +
          `"${earlier.network.key}" (${formatCidr(earlier.pool.subnet)})${isShared ? ', with the same gateway' : ''}`,
        {
          help: isShared
            ? `let the services share one network, "${earlier.network.key}"`
            : 'give each a subnet of its own, or let the services share one network',
          related: related(earlier.network),
        },
      );
    }
    // Those that reach farthest are enough, however many have one subnet.
    open = orderBy([...open, next], ({ pool }) => pool.subnet.last, 'desc').slice(0, mostOpen);
  }
}

interface OnNetwork {
  readonly network: NetworkPlan;
  readonly pool: PlannedPool;
}

/**
 * Where a parent carries several macvlan networks, they may have one subnet, but Docker gives its gateway to one of
 * them only: "failed to allocate gateway: Address already in use" (28.5). All else on one parent is judged by
 * `checkSharing`.
 */
function haveOneGateway(a: OnNetwork, b: OnNetwork, facts: ParsedFacts): boolean {
  const areBesideEachOther =
    a.network.driver === b.network.driver &&
    a.network.dockerName !== b.network.dockerName &&
    a.network.underlay?.flag === b.network.underlay?.flag &&
    !isOnePerParent(a.network.driver, facts);
  return areBesideEachOther && sameAddress(a.pool.gateway, b.pool.gateway);
}

function isOnOneParent({ underlay: a }: NetworkPlan, { underlay: b }: NetworkPlan): boolean {
  return a !== undefined && b !== undefined && parentName(a.parent) === parentName(b.parent);
}

const nameOf = ({ mode, flag }: { readonly mode: string; readonly flag: string }) =>
  flag === 'bridge' ? mode : `${mode} ${flag}`;

const subnetsOf = ({ pools }: Pick<ParsedNetwork, 'pools'>): readonly Cidr[] => pools.map(({ subnet }) => subnet);

/** Networks that exist already, other than this project's own and the shared one that it joins. */
function checkAgainstEngine(
  network: NetworkPlan,
  { project, networks }: Plan,
  facts: ParsedFacts,
  report: Report,
): void {
  // What exists already is not made.
  if (project.networks.get(network.key)?.external) return;
  // Those of this project have been compared with each other.
  const external = new Set(
    [...networks.values()].flatMap(({ key, dockerName }) => (project.networks.get(key)?.external ? dockerName : [])),
  );
  for (const other of facts.engine?.networks ?? []) {
    if (other.labels[composeProjectLabel] === project.name || external.has(other.name)) continue;
    if (other.name !== network.dockerName)
      checkOther(network, other, () => takenSubnets(project.name, networks.values(), facts), facts, report);
    // Any other is made by Compose under this very name.
    else if (network.kind === 'shared') checkExistingMode(network, other, facts, report);
  }
}

/** The shared network of this parent exists, perhaps as something else. */
function checkExistingMode(network: NetworkPlan, existing: ParsedNetwork, facts: ParsedFacts, report: Report): void {
  const wanted = network.underlay;
  const mode = netmodeOfDriver(existing.driver, existing.options);
  if (!wanted || mode === wanted.mode) return;
  report(
    existing.driver === network.driver ? 'parent/mode-clash' : 'parent/driver-clash',
    network.span,
    `${parentName(wanted.parent)} carries the network "${existing.name}", ` +
      `which is ${mode ?? existing.driver}, not ${wanted.mode}`,
    {
      help: `use ${mode ?? existing.driver} here too, or take down what uses it${usersOf(existing, facts)}`,
    },
  );
}

/** A native network is joined under `networks:`, as any other. */
const joinIt = ({ kind }: NetworkPlan, { name }: ParsedNetwork): string =>
  kind === 'native'
    ? `join it: write "name: ${name}" and "external: true", and nothing else of it`
    : 'join it: declare it "external: true", and name it with "network:"';

function chooseAnother(subnet: Cidr, { underlay: wanted }: NetworkPlan, taken: () => readonly Cidr[]): string {
  // What is on the LAN has the LAN's.
  const free = wanted && underlay(wanted.mode).onLan ? undefined : freeSubnet(subnet, taken());
  return `choose another subnet${free ? `, such as ${formatCidr(free)}` : ''}`;
}

function checkOther(
  network: NetworkPlan,
  other: ParsedNetwork,
  taken: () => readonly Cidr[],
  facts: ParsedFacts,
  report: Report,
): void {
  const wanted = network.underlay;
  const parent = wanted && parentName(wanted.parent);
  const join = joinIt(network, other);
  if (wanted && other.options['parent'] === parent) {
    const sameDriver = other.driver === network.driver;
    const isPassthru = wanted.flag === 'passthru' || other.options['macvlan_mode'] === 'passthru';
    if (!sameDriver && usersOf(other, facts) !== '') {
      report(
        'parent/driver-clash',
        network.span,
        `${parent} carries the ${other.driver} network "${other.name}", ` +
          `beside which the kernel refuses ${network.driver}`,
        {
          help: `use ${other.driver} here too, or take down what uses it${usersOf(other, facts)}`,
        },
      );
    } else if (sameDriver && isOnePerParent(network.driver, facts)) {
      report(
        'parent/taken-by-network',
        network.span,
        `${parent} is taken by the Docker network "${other.name}": a parent carries one ${other.driver} network`,
        {
          help: join,
        },
      );
    } else if (sameDriver && isPassthru) {
      report(
        'parent/passthru-exclusive',
        network.span,
        `${parent} carries the macvlan network "${other.name}", and passthru has its parent alone`,
        {
          help: 'use another parent (a VLAN is one: "vlan:", with its "subnet:"), or another flag than passthru',
        },
      );
    }
  }
  for (const mine of subnetsOf(network)) {
    const theirs = subnetsOf(other).find((subnet) => overlaps(subnet, mine));
    if (theirs) {
      report(
        'subnet/taken-by-network',
        network.span,
        `${formatCidr(mine)} overlaps ${formatCidr(theirs)} of the Docker network "${other.name}"`,
        {
          // Who made that network, and what still needs it, nobody here knows: it is not for us to say "remove it".
          help: [
            chooseAnother(mine, network, taken),
            ...(wanted && other.driver === network.driver ? [`or ${join}`] : []),
          ].join(', '),
        },
      );
    }
  }
}

function usersOf(network: ParsedNetwork, facts: ParsedFacts): string {
  const users = (facts.engine?.containers ?? [])
    .filter((container) => container.running && container.networks.has(network.name))
    .map(({ name }) => name);
  return users.length === 0 ? '' : ` (${users.slice(0, 5).join(', ')})`;
}

/** Nobody answers ARP for an L3 container, so the LAN would never find it inside its own subnet (docs/measured.md). */
function checkL3(network: NetworkPlan, facts: ParsedFacts, report: Report): void {
  if (!network.underlay || underlay(network.underlay.mode).onLan) return;
  const parent = interfaceOf(facts.host, parentName(network.underlay.parent));
  for (const { subnet: lan } of parent?.addresses ?? []) {
    const inside = subnetsOf(network).find((subnet) => overlaps(lan, subnet));
    if (inside) {
      report(
        'subnet/l3-inside-parent-subnet',
        network.span,
        `${formatCidr(inside)} lies ${contains(lan, inside) ? 'in' : 'across'} the LAN's own ` +
          `${formatCidr(lan)}, where nobody answers for layer 3 containers`,
        {
          help: "use ipvlan-l2, or a subnet of its own with a route to it on the LAN's router",
        },
      );
    }
  }
}
