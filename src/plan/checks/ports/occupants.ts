/** Who has which port of the host now: containers that publish, containers and processes that listen. */
import { type Address, isUnspecified } from '../../facts/ip.ts';
import type { ParsedContainer, ParsedEngine, ParsedFacts, ParsedSocket } from '../../facts/parsed-facts.ts';
import { sharesAddress } from './ports.ts';

export interface Occupant {
  readonly protocol: string;
  readonly port: number;
  /** Absent: every address. */
  readonly address?: Address;
  /** Absent for a process that this user may not see. */
  readonly owner?: ParsedSocket['owner'];
  /** Present where it is a container, which publishes the port or (in host mode) listens on it. */
  readonly container?: ParsedContainer;
  /** Whether a container publishes it: Docker shares no port. */
  readonly isPublished: boolean;
  /** Whether it is a socket on `::`, which takes IPv4 too unless its process asked for IPv6 only. */
  readonly perhapsOnlyV6: boolean;
}

/**
 * Everything but what the project's own running containers have.
 *
 * @param project the project's name
 */
export function occupantsOf(project: string, { host, engine }: ParsedFacts): readonly Occupant[] {
  const running = (engine?.containers ?? []).filter((container) => container.running);
  const published = running.flatMap((container) =>
    container.ports.map(
      ({ address, published: port, protocol }): Occupant => ({
        protocol,
        port,
        container,
        isPublished: true,
        perhapsOnlyV6: false,
        ...(address && { address }),
      }),
    ),
  );
  const sockets = engine?.remote ? [] : (host?.sockets ?? []);
  const byPort = grouped(published);
  const listening = sockets.flatMap((socket): readonly Occupant[] => {
    // The port of a container is held for it by docker-proxy or the engine itself.
    const same = byPort.get(keyOf(socket)) ?? [];
    if (same.some(({ address }) => sharesAddress(address, socket.address))) return [];
    const container = running.find(({ id }) => id === socket.owner?.container);
    if (!container && !isKnown(socket, engine)) return [];
    const { protocol, port, address, owner } = socket;
    return [
      {
        protocol,
        port,
        address,
        isPublished: false,
        perhapsOnlyV6: address.family === 6 && isUnspecified(address),
        ...(owner && { owner }),
        ...(container && { container }),
      },
    ];
  });
  return [...published, ...listening].filter(
    ({ container }) => container?.project === undefined || container.project !== project,
  );
}

/** Without the engine's word, what has a port, in a container or for one, may be the project's own. */
function isKnown({ owner }: ParsedSocket, engine: ParsedEngine | undefined): boolean {
  return (
    engine !== undefined || (owner !== undefined && owner.container === undefined && owner.name !== 'docker-proxy')
  );
}

const keyOf = ({ protocol, port }: { readonly protocol: string; readonly port: number }) => `${port}/${protocol}`;

/** Occupants by `<port>/<protocol>`. */
export function grouped(occupants: readonly Occupant[]): ReadonlyMap<string, readonly Occupant[]> {
  const groups = new Map<string, Occupant[]>();
  for (const occupant of occupants) {
    const key = keyOf(occupant);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key)!.push(occupant);
  }
  return groups;
}
