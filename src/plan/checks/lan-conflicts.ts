/** Fixed addresses against what is on the LAN now: devices that answer for them, and other projects' containers. */
import type { Report } from '../../diagnostics/diagnostic.ts';
import type { Span } from '../../diagnostics/source.ts';
import type { Intents } from '../../netmode/intents.ts';
import { underlay } from '../../netmode/modes.ts';
import type { EngineContainer, Facts, HostNeighbour } from '../facts/facts.ts';
import { type Address, contains, parseAddress, parseCidr, sameAddress } from '../facts/ip.ts';
import { addressesOf, freeRangeLike, knownAddresses, nearestFree } from '../networks/free-addresses.ts';
import type { Attached } from '../services/attach.ts';
import type { NetworkPlan } from '../types.ts';

interface Fixed {
  readonly service: string;
  readonly address: Address;
  readonly text: string;
  readonly mac?: string;
  readonly span: Span;
}

/** An address that a service will have on the LAN, and the host interface on which the LAN is. */
export interface Target {
  readonly address: string;
  readonly interface: string;
}

/**
 * Reports `address/answers-on-lan`, and `address/duplicate` for containers of other projects. An answer just now is an
 * error, one of an unknown time ago a warning; what the project's own running containers have never counts.
 *
 * @param starting the services that are started now, where that is not all
 */
export function checkAnswers(
  intents: Intents,
  services: ReadonlyMap<string, Attached>,
  networks: ReadonlyMap<string, NetworkPlan>,
  facts: Facts,
  report: Report,
  starting?: ReadonlySet<string>,
): void {
  for (const network of onLan(networks)) {
    const members = membersOf(network, services, starting);
    const fixed = members.flatMap((plan) => fixedOf(intents, plan, network));
    const taken = [...knownAddresses(network, facts), ...fixed.map(({ address }) => address)];
    const neighbours = neighboursOf(network, facts);
    const containers = (facts.engine?.containers ?? []).filter(({ running }) => running);
    for (const one of fixed) {
      const has = (container: EngineContainer) =>
        Object.values(container.networks).some(({ ipv4, ipv6 }) =>
          addressesOf([ipv4, ipv6]).some((address) => sameAddress(address, one.address)),
        );
      if (containers.some((container) => container.project === intents.project.name && has(container))) continue;
      const help = suggestion(one, network, taken);
      const other = containers.find((container) => isOnLan(container, network, facts) && has(container));
      if (other) tellOfContainer(one, other, help, report);
      else
        tellOfNeighbour(
          one,
          neighbours.find(({ address }) => sameAddress(parseAddress(address), one.address)),
          help,
          report,
        );
    }
    if (members.length > 0) checkRange(network, neighbours, containers, taken, report);
  }
}

/** Every fixed address that is about to be somebody's and is not the project's own already: what a probe should ask for. */
export function probeTargets(
  project: string,
  services: ReadonlyMap<string, Attached>,
  networks: ReadonlyMap<string, NetworkPlan>,
  facts: Facts,
  starting?: ReadonlySet<string>,
): readonly Target[] {
  const own = (facts.engine?.containers ?? []).filter((one) => one.running && one.project === project);
  const held = addressesOf(own.flatMap((one) => Object.values(one.networks).flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6])));
  const targets = onLan(networks).flatMap((network) =>
    membersOf(network, services, starting).flatMap(({ networks: joined }) => {
      const { ipv4Address, ipv6Address } = joined.get(network.key)!;
      const subnets = network.pools.flatMap(({ subnet }) => parseCidr(subnet) ?? []);
      return [ipv4Address, ipv6Address].flatMap((text) => {
        const address = parseAddress(text ?? '');
        const asked =
          address &&
          subnets.some((subnet) => contains(subnet, address)) &&
          !held.some((other) => sameAddress(other, address));
        return asked ? [{ address: text!, interface: network.underlay!.parent }] : [];
      });
    }),
  );
  return targets.filter((target) => facts.host?.interfaces.some(({ name, up }) => name === target.interface && up));
}

/** Networks whose containers have addresses of the LAN itself. */
function onLan(networks: ReadonlyMap<string, NetworkPlan>): readonly NetworkPlan[] {
  return [...networks.values()].filter((network) => network.underlay && underlay(network.underlay.mode).onLan);
}

function membersOf(
  { key }: NetworkPlan,
  services: ReadonlyMap<string, Attached>,
  starting: ReadonlySet<string> | undefined,
): readonly Attached[] {
  return [...services.values()].filter(
    ({ service, networks }) => service.active && networks.has(key) && (starting?.has(service.name) ?? true),
  );
}

function fixedOf(intents: Intents, { service, networks }: Attached, { key }: NetworkPlan): readonly Fixed[] {
  const { ipv4Address, ipv6Address, macAddress } = networks.get(key)!;
  const said = intents.services.get(service.name)?.said?.settings;
  const declared = service.networks?.value.get(key);
  const entries = [
    [ipv4Address, said?.ipv4_address?.span ?? declared?.ipv4Address?.span],
    [ipv6Address, said?.ipv6_address?.span ?? declared?.ipv6Address?.span],
  ] as const;
  return entries.flatMap(([text, span]) => {
    const address = parseAddress(text ?? '');
    return address
      ? [
          {
            service: service.name,
            address,
            text: text!,
            span: span ?? service.span,
            ...(macAddress !== undefined && { mac: macAddress }),
          },
        ]
      : [];
  });
}

/** On the parent; entries written by hand are no answers. */
function neighboursOf(network: NetworkPlan, { host }: Facts): readonly HostNeighbour[] {
  return (host?.neighbours ?? []).filter(
    (one) => one.interface === network.underlay!.parent && one.state !== 'permanent' && one.state !== 'none',
  );
}

/** Whether a container is on the same LAN as the network: by another network, or the same one, on its parent. */
function isOnLan(container: EngineContainer, network: NetworkPlan, { engine }: Facts): boolean {
  return Object.keys(container.networks).some(
    (name) => engine?.networks.find((one) => one.name === name)?.options['parent'] === network.underlay!.parent,
  );
}

function tellOfContainer(
  { service, text, span }: Fixed,
  { name, project }: EngineContainer,
  help: string,
  report: Report,
): void {
  const of = project === undefined ? '' : ` of project "${project}"`;
  report(
    'address/duplicate',
    span,
    `"${service}" has the address ${text}, as the running container "${name}"${of} does`,
    { help },
  );
}

function tellOfNeighbour(
  { service, text, mac, span }: Fixed,
  neighbour: HostNeighbour | undefined,
  help: string,
  report: Report,
): void {
  // Its own answer from before a restart.
  if (!neighbour || neighbour.mac === mac?.toLowerCase().replaceAll('-', ':')) return;
  const now = neighbour.state === 'reachable';
  report(
    'address/answers-on-lan',
    span,
    `"${service}": ${text} ${now ? 'answers' : 'has answered lately'} on ${neighbour.interface}, from the device ${neighbour.mac}`,
    {
      help: now ? help : `${help}; "netcompose check --probe" asks again`,
      ...(!now && { severity: 'warning' }),
    },
  );
}

function suggestion({ address }: Fixed, { pools }: NetworkPlan, taken: readonly Address[]): string {
  const free = pools.map((pool) => nearestFree(address, pool, taken)).find((found) => found !== undefined);
  return free === undefined ? 'choose another address' : `choose another address, such as ${free}`;
}

/** Devices of the LAN inside the range from which Docker hands out addresses: it would give theirs away. */
function checkRange(
  network: NetworkPlan,
  neighbours: readonly HostNeighbour[],
  containers: readonly EngineContainer[],
  taken: readonly Address[],
  report: Report,
): void {
  const macs = new Set(
    containers.flatMap(({ networks }) => Object.values(networks).flatMap(({ mac }) => mac?.toLowerCase() ?? [])),
  );
  for (const pool of network.pools) {
    const range = parseCidr(pool.ipRange ?? '');
    const inside = neighbours.filter(({ address, mac, state }) => {
      const parsed = parseAddress(address);
      return range && parsed && state === 'reachable' && contains(range, parsed) && !macs.has(mac);
    });
    if (inside.length === 0) continue;
    const free = freeRangeLike(pool, taken);
    const shown = inside
      .slice(0, 5)
      .map(({ address, mac }) => `${address} (${mac})`)
      .join(', ');
    report(
      'address/answers-on-lan',
      network.span,
      `${pool.ipRange}, from which Docker hands out addresses, has devices of the LAN in it: ${shown}`,
      {
        severity: 'warning',
        help: `keep it out of the DHCP server's pool${free === undefined ? '' : `, or write "ip_range: ${free}"`}`,
      },
    );
  }
}
