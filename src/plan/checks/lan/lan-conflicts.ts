/** Addresses that containers get, against what is on the LAN now: devices, this host, other projects' containers. */
import type { Report } from '../../../diagnostics/diagnostic.ts';
import type { Located, Span } from '../../../diagnostics/source.ts';
import { underlay } from '../../../netmode/modes.ts';
import type { Facts } from '../../facts/facts.ts';
import { type Address, bits, type Cidr, contains, formatAddress, formatCidr, sameAddress } from '../../facts/ip.ts';
import { parseMac } from '../../facts/mac.ts';
import {
  allAddressesOf,
  interfaceOf,
  type ParsedContainer,
  type ParsedFacts,
  type ParsedNeighbour,
  parseFacts,
} from '../../facts/parsed-facts.ts';
import {
  freeRange,
  freeRangeLike,
  knownAddresses,
  nearestFree,
  type Taken,
  takenBy,
} from '../../networks/free-addresses.ts';
import { interfaceNameOf, parentName } from '../../networks/parents.ts';
import { listText } from '../../networks/pools.ts';
import { fixedAddresses } from '../../services/members.ts';
import {
  isUnderlayNetwork,
  type NetworkPlan,
  type Plan,
  type PlannedPool,
  type ServicePlan,
  type UnderlayNetwork,
} from '../../types.ts';

interface Fixed {
  readonly service: string;
  readonly address: Address;
  /** Whether others may have it in turn. */
  readonly floats: boolean;
  readonly mac?: string;
  readonly span: Span;
}

/** An address that a service will have on the LAN, and the host interface on which the LAN is. */
export interface Target {
  readonly address: string;
  readonly interface: string;
}

/**
 * Reports `address/answers-on-lan`, `address/duplicate` for containers of other projects, and `address/range-invalid`
 * for a range with this host or its gateway in it. An answer just now is an error, one of an unknown time ago a
 * warning; what the project's own running containers have never counts.
 *
 * @param starting the services that are started now, where that is not all
 */
export function checkAnswers(
  { project, services, networks }: Plan,
  facts: ParsedFacts,
  report: Report,
  starting?: ReadonlySet<string>,
): void {
  const containers = (facts.engine?.containers ?? []).filter(({ running }) => running);
  const byAddress = containersByAddress(containers);
  for (const network of onLan(networks)) {
    const members = membersOf(network, services, starting);
    const fixed = members.flatMap((plan) => fixedOf(plan, network));
    const taken = takenBy([...knownAddresses(network, facts), ...fixed.map(({ address }) => address)]);
    const neighbours = neighboursOf(network, facts);
    for (const wanted of fixed) {
      const has = (container: ParsedContainer) =>
        allAddressesOf(container).some((address) => sameAddress(address, wanted.address));
      const concerned = byAddress.get(formatAddress(wanted.address)) ?? [];
      if (concerned.some((container) => container.project === project.name && has(container))) continue;
      const help = () => suggestion(wanted, network, taken);
      // Two may float one address, but what one floats is not another's for good.
      const takes = ({ floating }: ParsedContainer) =>
        !wanted.floats && floating.some((address) => sameAddress(address, wanted.address));
      const other = concerned.find(
        (container) =>
          isOnLan(container, network, facts) &&
          (has(container) || (container.project !== project.name && takes(container))),
      );
      const answers = neighbours.find(({ address }) => sameAddress(address, wanted.address));
      if (other) reportContainer(wanted, other, has(other), help(), report);
      else if (answers) reportNeighbour(wanted, answers, help(), report);
    }
    if (members.length === 0) continue;
    checkRange(network, neighbours, containers, taken.all, report);
    checkHostInRange(network, facts, taken.all, report);
  }
}

/** Those that have or float an address, in their order. */
function containersByAddress(containers: readonly ParsedContainer[]): ReadonlyMap<string, readonly ParsedContainer[]> {
  const found = new Map<string, ParsedContainer[]>();
  for (const container of containers)
    for (const text of new Set([...allAddressesOf(container), ...container.floating].map(formatAddress))) {
      const others = found.get(text);
      if (others) others.push(container);
      else found.set(text, [container]);
    }
  return found;
}

/**
 * Every fixed address that is about to be somebody's and is not the project's own already: what a probe should ask for.
 *
 * @param starting the services that are started now, where that is not all
 */
export function probeTargets(
  { project, services, networks }: Plan,
  facts: Facts,
  starting?: ReadonlySet<string>,
): readonly Target[] {
  const { host, engine } = parseFacts(facts);
  const held = (engine?.containers ?? [])
    .filter(({ running, project: owner }) => running && owner === project.name)
    .flatMap(allAddressesOf);
  const isHeld = takenBy(held).has;
  return onLan(networks).flatMap((network) => {
    const parent = interfaceOf(host, interfaceNameOf(network.underlay.parent));
    if (!parent?.up) return [];
    return membersOf(network, services, starting)
      .flatMap((plan) => fixedOf(plan, network))
      .filter(({ address }) => network.pools.some(({ subnet }) => contains(subnet, address)) && !isHeld(address))
      .map(({ address }) => ({ address: formatAddress(address), interface: parent.name }));
  });
}

/** Networks whose containers have addresses of the LAN itself. */
function onLan(networks: Plan['networks']): readonly UnderlayNetwork[] {
  return [...networks.values()].filter(isUnderlayNetwork).filter((network) => underlay(network.underlay.mode).onLan);
}

function membersOf(
  { key }: NetworkPlan,
  services: Plan['services'],
  starting: ReadonlySet<string> | undefined,
): readonly ServicePlan[] {
  return [...services.values()].filter(
    ({ service, networks }) => service.active && networks.has(key) && (starting?.has(service.name) ?? true),
  );
}

function fixedOf({ service, networks }: ServicePlan, { key }: NetworkPlan): readonly Fixed[] {
  const attachment = networks.get(key)!;
  const mac = parseMac((attachment.macAddress ?? service.macAddress)?.value ?? '');
  const given = (addresses: readonly Located<Address>[], floats: boolean) =>
    addresses.map(({ value: address, span }) => ({
      ...{ service: service.name, address, floats, span },
      ...(mac !== undefined && { mac }),
    }));
  return [...given(fixedAddresses(attachment), false), ...given(attachment.floating ?? [], true)];
}

/** On the parent; entries written by hand are no answers. */
function neighboursOf({ underlay: { parent } }: UnderlayNetwork, { host }: ParsedFacts): readonly ParsedNeighbour[] {
  const name = parentName(parent);
  return (host?.neighbours ?? []).filter(
    ({ interface: on, state }) => on === name && state !== 'permanent' && state !== 'none',
  );
}

/** Whether a container is on the same LAN as the network: by another network, or the same one, on its parent. */
function isOnLan(
  container: ParsedContainer,
  { underlay: { parent } }: UnderlayNetwork,
  { engine }: ParsedFacts,
): boolean {
  const name = parentName(parent);
  return [...container.networks.keys()].some(
    (network) => engine?.networks.find((candidate) => candidate.name === network)?.options['parent'] === name,
  );
}

function reportContainer(
  { service, address, span }: Fixed,
  { name, project }: ParsedContainer,
  forGood: boolean,
  help: string,
  report: Report,
): void {
  const of = project === undefined ? '' : ` of project "${project}"`;
  report(
    'address/duplicate',
    span,
    `"${service}" has the address ${formatAddress(address)}, ` +
      (forGood ? `as the running container "${name}"${of} does` : `which the running container "${name}"${of} floats`),
    { help },
  );
}

function reportNeighbour(
  { service, address, floats, mac, span }: Fixed,
  neighbour: ParsedNeighbour,
  help: string,
  report: Report,
): void {
  // Its own answer from before a restart.
  if (mac !== undefined && parseMac(neighbour.mac) === mac) return;
  const now = neighbour.state === 'reachable';
  if (floats) {
    if (!virtualRouter.test(neighbour.mac))
      report(
        'address/answers-on-lan',
        span,
        `"${service}": the floating address ${formatAddress(address)} ${now ? 'is' : 'was lately'} ` +
          `with the device ${neighbour.mac} on ${neighbour.interface}`,
        { severity: 'info', help: `if that is none of those that share it: ${help}` },
      );
    return;
  }
  report(
    'address/answers-on-lan',
    span,
    `"${service}": ${formatAddress(address)} ${now ? 'answers' : 'has answered lately'} ` +
      `on ${neighbour.interface}, from the device ${neighbour.mac}`,
    {
      help: now ? help : `${help}; "netcompose check --probe" asks again`,
      ...(!now && { severity: 'warning' }),
    },
  );
}

/** The MAC address of whoever has the address of a virtual router (RFC 9568, 7.3): it is meant to be there. */
const virtualRouter = /^00:00:5e:00:0[12]:/i;

/** @param taken gets what is suggested, so that nobody else is told the same */
function suggestion({ address }: Fixed, { pools }: NetworkPlan, taken: Taken): string {
  const free = pools.map((pool) => nearestFree(address, pool, taken)).find((found) => found !== undefined);
  if (free) taken.add(free);
  return free ? `choose another address, such as ${formatAddress(free)}` : 'choose another address';
}

/** Devices of the LAN inside the range from which Docker hands out addresses: it would give theirs away. */
function checkRange(
  network: NetworkPlan,
  neighbours: readonly ParsedNeighbour[],
  containers: readonly ParsedContainer[],
  taken: readonly Address[],
  report: Report,
): void {
  const macs = new Set(
    containers.flatMap(({ networks }) => [...networks.values()].flatMap(({ mac }) => parseMac(mac ?? '') ?? [])),
  );
  for (const pool of network.pools) {
    const { ipRange } = pool;
    if (!ipRange) continue;
    const inside = neighbours.filter(
      ({ address, mac, state }) =>
        state === 'reachable' && contains(ipRange, address) && !macs.has(parseMac(mac) ?? mac),
    );
    if (inside.length === 0) continue;
    const free = freeRangeLike(pool, taken);
    const shown = inside
      .slice(0, 5)
      .map(({ address, mac }) => `${formatAddress(address)} (${mac})`)
      .join(', ');
    report(
      'address/answers-on-lan',
      network.span,
      `${formatCidr(ipRange)}, from which Docker hands out addresses, has devices of the LAN in it: ${shown}`,
      {
        severity: 'warning',
        help:
          "keep it out of the DHCP server's pool" +
          (free ? `, or write "ip_range: ${rangesText(network, pool, free)}"` : ''),
      },
    );
  }
}

/**
 * Docker hands out what is in the range and asks nobody: a container would get this host's own address, and the host
 * lose its LAN. A shim's route to the range would take the way to the gateway.
 */
function checkHostInRange(
  network: UnderlayNetwork,
  { host }: ParsedFacts,
  taken: readonly Address[],
  report: Report,
): void {
  const { hostAccess } = network.underlay;
  const addresses = (host?.interfaces ?? []).flatMap((each) => each.addresses.map(({ address }) => address));
  for (const pool of network.pools) {
    const { ipRange, gateway, auxAddresses, spans } = pool;
    if (!ipRange) continue;
    const isKept = (address: Address) => [...auxAddresses.values()].some((kept) => sameAddress(kept, address));
    const inside = addresses.find((address) => contains(ipRange, address) && !isKept(address));
    const routed = hostAccess === 'shim' && gateway && contains(ipRange, gateway) ? gateway : undefined;
    if (!inside && !routed) continue;
    const message = inside
      ? `Docker hands out addresses of ${formatCidr(ipRange)}, which holds this host's own ${formatAddress(inside)}`
      : `the shim has the route to ${formatCidr(ipRange)}, which holds the gateway ${formatAddress(routed!)}`;
    const free = largestFreeRange(pool, [...taken, ...addresses]);
    report('address/range-invalid', spans.ipRange ?? network.span, message, {
      help: free
        ? `write "ip_range: ${rangesText(network, pool, free)}"`
        : 'choose a range that neither this host nor its gateway is in',
    });
  }
}

/** `ip_range` as a whole, with the range of one pool changed: the key holds those of all families. */
const rangesText = ({ pools }: NetworkPlan, changed: PlannedPool, range: Cidr): string =>
  listText(
    pools.flatMap((pool) => {
      const other = pool === changed ? range : pool.ipRange;
      return other ? [formatCidr(other)] : [];
    }),
  );

/** As large as the range itself where there is room, else the largest that there is. */
function largestFreeRange({ subnet, ipRange }: PlannedPool, taken: readonly Address[]): Cidr | undefined {
  for (let prefix = ipRange!.prefix; prefix < bits[subnet.family]; prefix++) {
    const free = freeRange(subnet, prefix, taken);
    if (free) return free;
  }
  return undefined;
}
