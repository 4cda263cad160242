/**
 * What LANs hear of this host, from before a project is there until it is gone: the frames at the other ends of the
 * cables, and what the neighbour there has learned of them.
 */
import { canonical } from '../../../src/plan/facts/ip.ts';
import { type Claim, claimsOf, type Frame, senderOf } from '../../support/frames.ts';
import { listen } from '../../support/listener.ts';
import { check } from './checks.ts';
import { cableOf } from './lan.ts';
import { addressOf, containerOf, ownAddresses, type Project } from './machine.ts';
import type { Row } from './netmodes.ts';
import { must } from './process.ts';

export interface Hearing {
  /** To be called whenever containers or shims may have other addresses. */
  note(project: Project): void;
  /** Ends it, and checks what was heard. */
  end(): Promise<void>;
}

/** Addresses that there have been. */
interface Noted {
  readonly containers: Set<string>;
  readonly shims: Set<string>;
}

/** @param rows each with a container, its `-a`, on a LAN of its own */
export async function hear(rows: readonly Row[]): Promise<Hearing> {
  const listeners = await Promise.all(rows.map(({ segment }) => listen('router', cableOf(segment))));
  const noted = new Map(rows.map(({ key }): [string, Noted] => [key, { containers: new Set(), shims: new Set() }]));
  return {
    note(project) {
      const own = ownAddresses();
      for (const { key, segment } of rows) {
        const { containers, shims } = noted.get(key)!;
        const web = containerOf(project, `${key}-a`);
        for (const address of [addressOf(web), addressOf(web, 6)].filter(Boolean)) containers.add(address);
        for (const address of own.get(`nc-${segment.parent}`) ?? []) shims.add(address);
      }
    },
    async end() {
      const heard = await Promise.all(listeners.map((listener) => listener.stop()));
      const macs = [...macsIn('router').values(), ...macsIn('neighbour').values()];
      rows.forEach((row, at) => {
        judge(row, heard[at]!, noted.get(row.key)!, macs);
      });
    },
  };
}

/** MAC addresses by the names of their interfaces; the host's own where no namespace is named. */
function macsIn(namespace?: string): ReadonlyMap<string, string> {
  const argv = ['ip', ...(namespace === undefined ? [] : ['-n', namespace]), '-json', 'link'];
  const links = JSON.parse(must(...argv)) as readonly { readonly ifname: string; readonly address?: string }[];
  return new Map(links.flatMap(({ ifname, address }) => (address === undefined ? [] : [[ifname, address] as const])));
}

/** What interfaces call themselves on their own link. */
const isLinkLocal = (address: string) => address.startsWith('fe80:');

/** @param others MAC addresses of everybody else on LANs */
function judge(
  { name, key, segment }: Row,
  frames: readonly Frame[],
  { containers, shims }: Noted,
  others: readonly string[],
): void {
  const parent = macsIn().get(segment.parent)!;
  const host = [segment.host, segment.host6];
  // On ipvlan all have the parent's MAC address; on macvlan the parent answers for the shim as for any of the host's.
  const isShared = key !== 'mac';
  const parents = isShared ? [...host, ...containers, ...shims] : host;
  const allowed = isShared ? parents : [...host, ...shims];
  const claims = frames
    .flatMap(claimsOf)
    .map((claim) => ({ ...claim, address: canonical(claim.address) }))
    .filter(({ address }) => !isLinkLocal(address));
  const own = claims.filter(({ mac }) => mac === parent);
  const wrong = [
    ...claims.filter(({ address, mac }) => parents.includes(address) && mac !== parent),
    ...own.filter(({ address }) => !allowed.includes(address)),
    ...frames.map(senderOf).filter((mac) => isShared && mac !== parent && !others.includes(mac)),
    ...neighbours().filter(({ dst, lladdr }) => lladdr !== undefined && parents.includes(dst) && lladdr !== parent),
  ];
  const isHeard = own.some(({ address, how }) => address === segment.host && how.startsWith('arp-'));
  check(
    `${name}: the LAN hears ${isShared ? "this host's and its containers'" : "this host's"} addresses from the ` +
      "parent's MAC address alone, and no others from it",
    isHeard && wrong.length === 0,
    wrong.length > 0 ? JSON.stringify([...new Set(wrong)]) : `${frames.length} frames, ${counted(own)}`,
  );
}

interface Neighbour {
  readonly dst: string;
  readonly lladdr?: string;
}

const neighbours = () => JSON.parse(must('ip', '-n', 'neighbour', '-json', 'neigh')) as readonly Neighbour[];

/** `arp-request 12 ipv4 40`, of the parent's. */
function counted(claims: readonly Claim[]): string {
  const kinds = [...new Set(claims.map(({ how }) => how))].sort();
  const addresses = [...new Set(claims.map(({ address }) => address))];
  return [
    ...kinds.map((kind) => `${kind} ${claims.filter(({ how }) => how === kind).length}`),
    `of ${addresses.join(' ')}`,
  ].join(', ');
}
