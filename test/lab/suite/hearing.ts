/**
 * What LANs hear of this host, from before a project is there until it is gone: the frames at the other ends of the
 * cables, and what the neighbour there has learned of them.
 */
import { canonical } from '../../../src/plan/facts/ip.ts';
import { type Claim, claimsOf, type Frame, senderOf } from '../../support/frames.ts';
import { listen } from '../../support/listener.ts';
import { check } from './checks.ts';
import { cableOf } from './lan.ts';
import { inContainer } from './lived.ts';
import type { Project } from './machine.ts';
import type { Row } from './netmodes.ts';
import { must } from './process.ts';

export interface Hearing {
  /** To be called whenever containers or shims may have other addresses. */
  note(project: Project): void;
  /** Ends it, and checks what was heard. */
  end(): Promise<void>;
}

/** Addresses that there have been, whoever gave them. */
interface Noted {
  readonly host: Set<string>;
  readonly shim: Set<string>;
  readonly container: Set<string>;
}

interface Elsewhere {
  /** Of everybody else on LANs. */
  readonly macs: readonly string[];
  /** Addresses at layer 3, behind this host: its packets may take any of its ways. */
  readonly routed: readonly string[];
}

/** @param rows each with a container, its `-a`, on a LAN of its own */
export async function hear(rows: readonly Row[]): Promise<Hearing> {
  const listeners = await Promise.all(rows.map(({ segment }) => listen('router', cableOf(segment))));
  const noted = new Map(
    rows.map(({ key }): [string, Noted] => [key, { host: new Set(), shim: new Set(), container: new Set() }]),
  );
  return {
    note(project) {
      const here = interfaces();
      for (const row of rows) {
        const { key, segment } = row;
        const { host, shim, container } = noted.get(key)!;
        add(host, here, segment.parent);
        add(shim, here, `nc-${segment.parent}`);
        add(container, interfaces(...inContainer(project, row)));
      }
    },
    async end() {
      const heard = await Promise.all(listeners.map((listener) => listener.stop()));
      const macs = ['router', 'neighbour'].flatMap((name) => macsOf(interfaces('ip', 'netns', 'exec', name)));
      const routed = rows.flatMap(({ key, routed: subnets }) => (subnets ? [...noted.get(key)!.container] : []));
      rows.forEach((row, at) => {
        judge(row, heard[at]!, noted.get(row.key)!, { macs, routed });
      });
    },
  };
}

interface Interface {
  readonly ifname: string;
  readonly address?: string;
  readonly addr_info: readonly { readonly local: string; readonly scope: string }[];
}

/** Of the host, or as a program sees them that is run by others. */
const interfaces = (...through: readonly string[]) =>
  JSON.parse(must(...through, 'ip', '-json', 'address')) as readonly Interface[];

/** @param name of one of the interfaces; all of them otherwise */
function add(addresses: Set<string>, found: readonly Interface[], name?: string): void {
  for (const { ifname, addr_info } of found)
    if (name === undefined || ifname === name)
      for (const { local, scope } of addr_info) if (scope === 'global') addresses.add(local);
}

const macsOf = (found: readonly Interface[]) => found.flatMap(({ address }) => address ?? []);

/** Not what is said of a neighbour on the link. */
const isPacket = (how: Claim['how']) => how === 'ipv4' || how === 'ipv6';

/** What interfaces call themselves on their own link. */
const isLinkLocal = (address: string) => address.startsWith('fe80:');

function judge({ name, key, segment }: Row, frames: readonly Frame[], noted: Noted, elsewhere: Elsewhere): void {
  const { macs, routed } = elsewhere;
  const [parent] = macsOf(interfaces().filter(({ ifname }) => ifname === segment.parent));
  const host = [...noted.host];
  // On ipvlan all have the parent's MAC address; on macvlan the parent answers for the shim as for any of the host's.
  const isShared = key !== 'mac';
  const parents = isShared ? [...host, ...noted.container, ...noted.shim] : host;
  const allowed = isShared ? parents : [...host, ...noted.shim];
  const claims = frames
    .flatMap(claimsOf)
    .map((claim) => ({ ...claim, address: canonical(claim.address) }))
    .filter(({ address }) => !isLinkLocal(address));
  const own = claims.filter(({ mac }) => mac === parent);
  const wrong = [
    ...claims.filter(({ address, mac }) => parents.includes(address) && mac !== parent),
    ...own.filter(({ address, how }) => !allowed.includes(address) && !(isPacket(how) && routed.includes(address))),
    ...frames.map(senderOf).filter((mac) => isShared && mac !== parent && !macs.includes(mac)),
    ...neighbours().filter(({ dst, lladdr }) => lladdr !== undefined && parents.includes(dst) && lladdr !== parent),
  ];
  const isHeard = own.some(({ address, how }) => address === segment.host && how.startsWith('arp-'));
  check(
    `${name}: the LAN hears ${isShared ? "this host's and its containers'" : "this host's"} addresses from the ` +
      "parent's MAC address alone, and no others from it",
    isHeard && wrong.length === 0,
    wrong.length > 0
      ? [...new Set(wrong.map((one) => JSON.stringify(one)))].join(' ')
      : `${frames.length} frames, ${counted(own)}`,
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
