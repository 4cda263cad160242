/**
 * One MAC address for life: a service with one container on macvlan gets an address made from its names. Left to
 * Docker, engine 28 makes up another at each start (docs/measured.md), and to a router, a DHCP reservation or a MAC
 * filter each is a new device.
 */
import sortBy from 'lodash/sortBy.js';
import type { Intents } from '../../netmode/intents.ts';
import { type Address, canonical, formatAddress, sameAddress } from '../facts/ip.ts';
import { parseMac } from '../facts/mac.ts';
import type { ParsedContainer, ParsedFacts } from '../facts/parsed-facts.ts';
import { tooOldFor } from '../facts/versions.ts';
import { dockerNameOf } from '../networks/docker-name.ts';
import type { Requests } from '../networks/underlays.ts';
import type { Attached, AttachmentPlan, NetworkPlan } from '../types.ts';
import { fixedAddresses } from './members.ts';

/** `mac_address` of `x-netmode`: the choice is left to Docker. */
export const leftToDocker = 'docker';

/** An attachment that gets a MAC address. */
interface Wish {
  readonly plan: Attached;
  readonly key: string;
  /** The network's name in Docker. */
  readonly network: string;
  readonly fixed: readonly Address[];
  /** What the address is made from. */
  readonly names: readonly string[];
}

/** Who is known to have a MAC address. */
type Holder =
  | { readonly kind: 'container'; readonly project?: string; readonly service?: string; readonly network: string }
  | { readonly kind: 'interface' }
  /** `isBehindShim`: seen through a macvlan of this host, behind which its own containers are. */
  | { readonly kind: 'neighbour'; readonly address: Address; readonly isBehindShim: boolean };

/**
 * All services, those with one container on a macvlan network with a MAC address there. It is locally administered,
 * the same each time, and nobody else's: of neither another service, nor anything that the facts know. Left out where
 * the file gives one or leaves it to Docker, where several containers would share it, and where the engine takes none.
 *
 * @param requests tells which ranges the file gives
 */
export function withMadeMacs(
  attached: ReadonlyMap<string, Attached>,
  networks: ReadonlyMap<string, NetworkPlan>,
  intents: Intents,
  requests: Requests,
  facts: ParsedFacts,
): ReadonlyMap<string, Attached> {
  const wishes = [...attached.values()].flatMap((plan) => wishesOf(plan, networks, intents, requests, facts));
  if (wishes.length === 0) return attached;
  const holders = holdersIn(facts);
  const containers = containersByService(intents.project.name, facts);
  const given = new Set([...attached.values()].flatMap(givenTo));
  const made = new Map<string, Map<string, string>>();
  for (const wish of sortBy(wishes, [({ plan }) => plan.service.name, 'network'])) {
    const isTaken = (mac: string) =>
      given.has(mac) || (holders.get(mac) ?? []).some((holder) => !isOurs(holder, wish, intents.project.name));
    const mac = macFor(wish, isTaken, currentOf(wish, containers));
    given.add(mac);
    const { name } = wish.plan.service;
    made.set(name, (made.get(name) ?? new Map<string, string>()).set(wish.key, mac));
  }
  return new Map([...attached].map(([name, plan]) => [name, made.has(name) ? withMacs(plan, made.get(name)!) : plan]));
}

function withMacs(plan: Attached, macs: ReadonlyMap<string, string>): Attached {
  const { span } = plan.service;
  const networks = [...plan.networks].map(([key, attachment]): readonly [string, AttachmentPlan] => {
    const mac = macs.get(key);
    return [key, mac === undefined ? attachment : { ...attachment, macAddress: { value: mac, span } }];
  });
  return { ...plan, networks: new Map(networks) };
}

function wishesOf(
  plan: Attached,
  networks: ReadonlyMap<string, NetworkPlan>,
  intents: Intents,
  requests: Requests,
  facts: ParsedFacts,
): readonly Wish[] {
  const { service } = plan;
  const { project } = intents;
  const said = intents.services.get(service.name)?.settings.mac_address?.value;
  // A service's MAC address is that of one of its networks: which, Docker decides.
  if (service.macAddress || said === leftToDocker || service.replicas.value > 1 || service.runsBeside) return [];
  // An older engine takes none for a network, and derives its own from the address (docs/measured.md).
  if (facts.engine?.kind === 'podman' || tooOldFor('mac_address', facts)) return [];
  return [...plan.networks].flatMap(([key, attachment]) => {
    const network = networks.get(key);
    if (network?.underlay?.mode !== 'macvlan' || network.underlay.flag === 'passthru') return [];
    // Its name, of which the address is made, is not known yet.
    if (network.underlay.parent.kind === 'open') return [];
    const isAsked = plan.managed || intents.networks.get(key)?.decoded !== undefined;
    if (!isAsked || attachment.macAddress) return [];
    const docker = dockerNameOf(key, networks, project);
    const fixed = fixedAddresses(attachment).map(({ value }) => value);
    // Two hosts that run the same files differ in these, or in nothing: then their containers' addresses clash too.
    const places = fixed.length > 0 ? fixed.map(formatAddress) : rangesGiven(key, intents, requests);
    return [{ plan, key, network: docker, fixed, names: [project.name, service.name, docker, ...places] }];
  });
}

function rangesGiven(key: string, { project }: Intents, { underlays }: Requests): readonly string[] {
  const request = underlays.get(key);
  const written = request
    ? (request.settings.ip_range ?? [])
    : (project.networks.get(key)?.ipam ?? []).flatMap(({ ipRange }) => ipRange ?? []);
  return written.map(({ value }) => canonical(value)).filter((range) => range !== 'auto');
}

function holdersIn({ engine, host }: ParsedFacts): ReadonlyMap<string, readonly Holder[]> {
  const holders = new Map<string, Holder[]>();
  const add = (written: string | undefined, holder: Holder) => {
    const mac = parseMac(written ?? '');
    if (mac !== undefined) holders.set(mac, [...(holders.get(mac) ?? []), holder]);
  };
  for (const { project, service, networks } of engine?.containers ?? []) {
    const labels = { ...(project !== undefined && { project }), ...(service !== undefined && { service }) };
    for (const [network, { mac }] of networks) add(mac, { kind: 'container', network, ...labels });
  }
  for (const { mac } of host?.interfaces ?? []) add(mac, { kind: 'interface' });
  const shims = new Set(host?.interfaces.flatMap(({ name, kind }) => (kind === 'macvlan' ? name : [])));
  for (const { mac, address, interface: seenOn } of host?.neighbours ?? [])
    add(mac, { kind: 'neighbour', address, isBehindShim: shims.has(seenOn) });
  return holders;
}

/** Whether it is the service's own container that is known by the address, perhaps one that has gone meanwhile. */
function isOurs(holder: Holder, { plan, network, fixed }: Wish, project: string): boolean {
  if (holder.kind === 'interface') return false;
  if (holder.kind === 'neighbour')
    return holder.isBehindShim || fixed.some((address) => sameAddress(address, holder.address));
  return holder.project === project && holder.service === plan.service.name && holder.network === network;
}

/** What the file gives. */
const givenTo = ({ service, networks }: Attached): readonly string[] =>
  [service.macAddress, ...[...networks.values()].map(({ macAddress }) => macAddress)].flatMap(
    (mac) => parseMac(mac?.value ?? '') ?? [],
  );

/** The first of each service. */
const containersByService = (project: string, { engine }: ParsedFacts): ReadonlyMap<string, ParsedContainer> =>
  new Map(
    (engine?.containers ?? [])
      .filter((container) => container.project === project)
      .toReversed()
      .flatMap((container) => (container.service === undefined ? [] : [[container.service, container] as const])),
  );

/** What the service's container has now. */
const currentOf = ({ plan, network }: Wish, containers: ReadonlyMap<string, ParsedContainer>): string | undefined =>
  parseMac(containers.get(plan.service.name)?.networks.get(network)?.mac ?? '');

/** Among how many the container's present address is looked for. */
const attempts = 8;

/**
 * The first that nobody has. A container keeps a later one that was made for it when the first was taken: who has that
 * may be switched off today.
 */
function macFor({ names }: Wish, isTaken: (mac: string) => boolean, current: string | undefined): string {
  let attempt = 0;
  while (isTaken(madeMac(names, attempt))) attempt++;
  const first = madeMac(names, attempt);
  if (current === undefined || current === first || isTaken(current)) return first;
  const later = Array.from({ length: attempts }, (_, index) => madeMac(names, attempt + 1 + index));
  return later.includes(current) ? current : first;
}

/**
 * A unicast address of the quarter that local administrators have for themselves (second digit 2, IEEE 802c), out of
 * 2^44. Never one that begins with `02:42:`, as those that Docker makes from addresses.
 */
function madeMac(names: readonly string[], attempt: number): string {
  const digits = hash(JSON.stringify([...names, attempt]))
    .toString(16)
    .padStart(16, '0')
    .slice(0, 12);
  const octets = `${digits[0] === '0' ? '1' : digits[0]}2${digits.slice(2)}`.match(/../g)!;
  return octets.join(':');
}

const mask = (value: bigint) => BigInt.asUintN(64, value);

/** FNV-1a, 64 bits, and the last step of MurmurHash3, which spreads what differs over all of them. */
function hash(text: string): bigint {
  let value = 0xcbf29ce484222325n;
  for (let at = 0; at < text.length; at++) value = mask((value ^ BigInt(text.charCodeAt(at))) * 0x100000001b3n);
  value = mask((value ^ (value >> 33n)) * 0xff51afd7ed558ccdn);
  value = mask((value ^ (value >> 33n)) * 0xc4ceb9fe1a85ec53n);
  return value ^ (value >> 33n);
}
