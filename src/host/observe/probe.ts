/**
 * Asks the LAN whether somebody has an address: the kernel sends the ARP request or neighbour solicitation, and keeps
 * the answer.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { HostNeighbour } from '../../plan/facts/facts.ts';
import type { Host } from '../system/host.ts';
import { look } from '../system/run-look.ts';
import { observeAllNeighbours } from './host-facts.ts';

export interface ProbeTarget {
  readonly address: string;
  readonly interface: string;
}

/**
 * More fixed addresses than this on one host are not asked for, so that the kernel's table of neighbours is not
 * crowded.
 */
const mostTargets = 128;

/** Devices answer within milliseconds, those that save power within some hundreds. */
const attempts = 10;
const pauseMilliseconds = 100;

export interface ProbeOptions {
  /** The names of this host's shims. */
  readonly shims?: ReadonlySet<string>;
  readonly pause?: number;
}

/**
 * Asks for each address on its interface, all at once. What a shim has as a neighbour is a container or was one lately:
 * a packet to it would ask nobody, and leave by the shim for the LAN where the container is gone.
 *
 * @returns the neighbours afterwards: whoever answered is `reachable`
 */
export async function probe(
  host: Host,
  targets: readonly ProbeTarget[],
  { shims = new Set(), pause = pauseMilliseconds }: ProbeOptions = {},
): Promise<readonly HostNeighbour[]> {
  let neighbours = await observeAllNeighbours(host);
  const contained = new Set(neighbours.filter((one) => shims.has(one.interface)).map(({ address }) => address));
  const asked = targets.filter(({ address }) => !contained.has(address)).slice(0, mostTargets);
  const again = (await Promise.all(asked.map((target) => ask(host, target, find(neighbours, target))))).flatMap(
    (target) => target ?? [],
  );
  for (let attempt = 0; attempt < attempts; attempt++) {
    neighbours = await observeAllNeighbours(host);
    if (asked.every((target) => find(neighbours, target)?.state === 'reachable')) break;
    await sleep(pause);
  }
  // A device that was asked again and stays silent is gone, though the kernel keeps asking for some seconds.
  const silent = new Set(
    again.flatMap((target) => find(neighbours, target) ?? []).filter(({ state }) => state !== 'reachable'),
  );
  return neighbours.filter((one) => !silent.has(one));
}

const find = (neighbours: readonly HostNeighbour[], target: ProbeTarget) =>
  neighbours.find((one) => one.address === target.address && one.interface === target.interface);

/**
 * A packet to an address that the kernel does not know makes it ask. One that it knows stays `reachable` for half a
 * minute after the device is gone, and the kernel asks again only some seconds later, unless root tells it to.
 *
 * @returns the target where it was known and is asked for again
 */
async function ask(
  host: Host,
  target: ProbeTarget,
  known: HostNeighbour | undefined,
): Promise<ProbeTarget | undefined> {
  const { address, interface: name } = target;
  if (known?.state === 'permanent') return undefined;
  if (known && host.uid === 0) {
    const { code } = await look(host, ['ip', 'neigh', 'change', address, 'dev', name, 'nud', 'probe']);
    if (code === 0) return target;
  }
  await host.sendDatagram(address);
  return undefined;
}
