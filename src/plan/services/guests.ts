/**
 * What a service in the network namespace of another says of its network is moved to the owner of the namespace: Docker
 * takes it only there (docs/netmodes.md, "Guests").
 */
import groupBy from 'lodash/groupBy.js';
import isEqual from 'lodash/isEqual.js';
import type { Service } from '../../compose/project/project.ts';
import { at, type Tree } from '../../compose/tree.ts';
import type { Span } from '../../diagnostics/source.ts';
import type { Attached, AttachmentPlan, GuestConflict, PlannedPort, TakenOver } from '../types.ts';
import { formatPort } from './listeners.ts';
import { plannedPort, withoutRepeats } from './planned-ports.ts';

/** Keys of a service that Docker refuses beside another's network namespace, or that Compose does. */
export const movedKeys = ['ports', 'expose', 'networks', 'hostname', 'dns', 'extra_hosts'] as const;

/** Whether `x-netmode` made it a guest: then what it says of its network is moved. */
export const isMovedGuest = ({ managed, owner }: Attached): boolean => managed && owner !== undefined;

/** The service in whose namespace another is: itself, or its owner, or the owner's; rings are not Compose's. */
export function namespaceOwner(plan: Attached, all: ReadonlyMap<string, Attached>): Attached {
  let current = plan;
  for (let hops = 0; hops < all.size && current.owner !== undefined; hops++) {
    const next = all.get(current.owner);
    if (!next) break;
    current = next;
  }
  return current;
}

/** All services, those that own a namespace with what they take over from guests that start with them. */
export function withGuests(all: ReadonlyMap<string, Attached>, listedBy: ListedBy): ReadonlyMap<string, Attached> {
  const guests = [...all.values()].filter((plan) => isMovedGuest(plan) && plan.service.active);
  if (guests.length === 0) return all;
  const byOwner = groupBy(guests, (guest) => namespaceOwner(guest, all).service.name);
  return new Map(
    [...all].map(([name, plan]) => [name, byOwner[name] ? takeOver(plan, byOwner[name], listedBy) : plan]),
  );
}

/** The attachments that a service lists, by network. */
type ListedBy = (service: Service) => ReadonlyMap<string, AttachmentPlan>;

function takeOver(owner: Attached, guests: readonly Attached[], listedBy: ListedBy): Attached {
  const conflicts: GuestConflict[] = [];
  const all = [owner, ...guests].map(({ service }) => service);
  const first = <T extends string | readonly string[]>(
    key: string,
    read: (service: Service) => { readonly value: T; readonly span: Span } | undefined,
  ) => {
    const said = all.flatMap((service) => ({ service, said: read(service) })).filter(({ said }) => said);
    const kept = said[0];
    if (!kept) return undefined;
    for (const { service, said: other } of said.slice(1)) {
      if (String(other!.value) === String(kept.said!.value)) continue;
      conflicts.push(conflictOf(key, service, other!, kept.service, kept.said!));
    }
    return kept.service === owner.service ? undefined : kept.said!.value;
  };
  const hostname = first('hostname', ({ hostname }) => hostname);
  const dns = first('dns', dnsOf);
  const hosts = new Map<string, { service: Service; value: string; span: Span }>();
  for (const service of all) {
    for (const [host, entries] of Object.entries(groupBy(service.extraHosts, 'host'))) {
      const said = { service, value: entries.map(({ address }) => address).join(','), span: entries[0]!.span };
      const kept = hosts.get(host);
      if (!kept) hosts.set(host, said);
      else if (kept.value !== said.value)
        conflicts.push(conflictOf(`extra_hosts ${host}`, service, said, kept.service, kept));
    }
  }
  const extraHosts = [...hosts].flatMap(([host, { service, value }]) =>
    service === owner.service ? [] : value.split(',').map((address) => ({ host, address })),
  );
  const takesOver: TakenOver = {
    guests: guests.map(({ service }) => service.name),
    expose: guests.flatMap(({ service }) =>
      service.expose.map(({ ports, protocol }) => formatPort({ ...ports, protocol })),
    ),
    ...(hostname !== undefined && { hostname }),
    ...(dns !== undefined && { dns }),
    extraHosts,
    conflicts,
  };
  return {
    ...owner,
    takesOver,
    ...(owner.networkMode === undefined && { networks: networksOf(owner, guests, listedBy, conflicts) }),
    ports: [...owner.ports, ...guests.flatMap((guest) => portsOf(guest, owner))],
  };
}

/** As the owner publishes its own. */
function portsOf({ service }: Attached, { publishing, ports }: Attached): readonly PlannedPort[] {
  if (publishing === undefined) return [];
  // What both write, as before the guest could, is one.
  return withoutRepeats([...service.ports.map((port) => plannedPort(port, publishing)), ...ports])
    .filter((port) => !ports.includes(port))
    .map((port) => ({ ...port, guest: service.name }));
}

/** The owner's networks and those that its guests list; on each, the guests' names are the owner's too. */
function networksOf(
  owner: Attached,
  guests: readonly Attached[],
  listedBy: ListedBy,
  conflicts: GuestConflict[],
): Attached['networks'] {
  const networks = new Map(owner.networks);
  for (const { service } of guests) {
    for (const [key, theirs] of listedBy(service)) {
      const ours = networks.get(key);
      networks.set(
        key,
        ours ? merged(ours, theirs, service, owner.service, conflicts) : { ...theirs, declared: false },
      );
    }
  }
  const names = guests.map(({ service }) => service.name);
  return new Map(
    [...networks].map(([key, attachment]) => [
      key,
      { ...attachment, aliases: [...new Set([...attachment.aliases, ...names])] },
    ]),
  );
}

const addressKeys = ['ipv4Address', 'ipv6Address', 'macAddress', 'interfaceName', 'gwPriority'] as const;

function merged(
  ours: AttachmentPlan,
  theirs: AttachmentPlan,
  guest: Service,
  owner: Service,
  conflicts: GuestConflict[],
): AttachmentPlan {
  for (const key of addressKeys) {
    const [kept, other] = [ours[key], theirs[key]];
    if (kept && other && !isEqual(kept.value, other.value)) {
      const what = `${key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)} on "${ours.network}"`;
      conflicts.push({ key: what, guest: guest.name, span: other.span, keeper: owner.name, keptAt: kept.span });
    }
  }
  return { ...theirs, ...ours, aliases: [...ours.aliases, ...theirs.aliases] };
}

const conflictOf = (
  key: string,
  guest: Service,
  said: { readonly span: Span },
  keeper: Service,
  kept: { readonly span: Span },
): GuestConflict => ({ key, guest: guest.name, span: said.span, keeper: keeper.name, keptAt: kept.span });

function dnsOf({ tree }: Service): { readonly value: readonly string[]; readonly span: Span } | undefined {
  const dns = at(tree, 'dns');
  if (!dns) return undefined;
  const items: readonly Tree[] = dns.kind === 'sequence' ? dns.items : [dns];
  return { value: items.flatMap((item) => (item.kind === 'scalar' ? String(item.value) : [])), span: dns.span };
}
