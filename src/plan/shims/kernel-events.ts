/** Which of the kernel's events may have to do with shims: most of them, on a busy host, have not. */
import { shimTable } from '../facts/ownership.ts';

/** What is looked for in events. */
export interface Watched {
  /** Interfaces that are shims or are to be, by name. */
  readonly shims: ReadonlyMap<string, 'macvlan' | 'ipvlan'>;
  /** Interfaces that shims are on or would be on. */
  readonly parents: ReadonlySet<string>;
  /** The MAC addresses of the containers behind macvlan shims, by their addresses. */
  readonly macs: ReadonlyMap<string, string>;
}

/**
 * Whether a line of `ip -N -o monitor link address route rule neigh` may mean that a shim must be mended. What is no
 * event, such as an error of the command's, counts: something may have been missed.
 */
export function concernsShims(line: string, { shims, parents, macs }: Watched): boolean {
  const event = line.replace(/^Deleted /, '');
  const rule = /^\d+:\s+.*\blookup (\S+)/.exec(event);
  if (rule) return rule[1] === String(shimTable.number);
  const address = /^\d+: (\S+)\s+inet(6?) (\S+)/.exec(event);
  // An address anywhere may become the one that the kernel takes for a source.
  if (address) return address[2] === '' || (parents.has(address[1]!) && !address[3]!.startsWith('fe80:'));
  const link = /^\d+: ([^\s:@]+)[:@]/.exec(event);
  if (link) return shims.has(link[1]!) || parents.has(link[1]!);
  const words = event.trim().split(/\s+/);
  const at = words.indexOf('dev');
  if (at < 0) return !/^(blackhole|unreachable|prohibit|throw|multicast|local|broadcast|anycast|\d+ )/.test(event);
  const kind = shims.get(words[at + 1] ?? '');
  if (kind === undefined) return false;
  const state = words.at(-1)!;
  const table = words.includes('table') ? words[words.indexOf('table') + 1] : undefined;
  if (!/^[A-Z]+$/.test(state))
    return (table === undefined || table === String(shimTable.number)) && !/^(fe80|ff0)/.test(words[0]!);
  // What is learned of neighbours comes and goes by itself, unless it is no longer true.
  if (kind === 'ipvlan' || state === 'PERMANENT') return state !== 'NOARP';
  const mac = words[words.indexOf('lladdr') + 1];
  const known = macs.get(words[0]!);
  return words.includes('lladdr') && known !== undefined && known !== mac && !line.startsWith('Deleted ');
}
