/** Which format brings a shim back when the host starts, and the files that do. */
import { formatOf, isNetplans, type Managers, type PersistFormat } from '../../plan/facts/managers.ts';
import { ifupdown } from './ifupdown.ts';
import { networkManager } from './network-manager.ts';
import { networkd } from './networkd.ts';
import type { Format, PersistedFile, PersistedShim } from './persisted-shim.ts';
import { systemd } from './systemd.ts';

export interface Persisted {
  readonly shim: string;
  /** The one that is written. */
  readonly format: PersistFormat;
  /** Why it is not the one that was asked for, or that the host's manager has. */
  readonly notes: readonly string[];
  readonly files: readonly PersistedFile[];
}

/** What cannot be written in any way. */
export interface NotPersisted {
  readonly shim: string;
  readonly reasons: readonly string[];
}

export const isPersisted = (one: Persisted | NotPersisted): one is Persisted => !('reasons' in one);

/** netplan (0.106 to 1.2) has neither driver and generates nothing at all where it meets an unknown key. */
const netplan: Format = {
  name: 'netplan',
  lacks: () => 'netplan has neither macvlan nor ipvlan',
  files: () => [],
};

const formats: { readonly [F in PersistFormat]: Format } = {
  systemd,
  networkd,
  networkmanager: networkManager,
  ifupdown,
  netplan,
};

/**
 * Writes a shim in the format that was asked for, or else in that of the program that configures its parent; where
 * that cannot say all of it, in the next that can. Pure.
 */
export function persist(shim: PersistedShim, managers: Managers, asked?: PersistFormat): Persisted | NotPersisted {
  const wanted = asked ?? formatOf(shim.link.parent, managers);
  const notes: string[] = [];
  for (const name of ways(wanted, shim, managers)) {
    const format = formats[name];
    const lacking = format.lacks(shim, managers);
    if (lacking === undefined) return { shim: shim.name, format: name, notes, files: format.files(shim, managers) };
    notes.push(lacking);
  }
  return { shim: shim.name, reasons: notes };
}

/** In the order in which they are tried: behind netplan is another manager, and a unit does everything. */
function ways(wanted: PersistFormat, { link }: PersistedShim, managers: Managers): readonly PersistFormat[] {
  const file = managers.networkd?.files[link.parent];
  const behind: readonly PersistFormat[] =
    wanted !== 'netplan'
      ? []
      : file && isNetplans(file)
        ? ['networkd']
        : managers.networkManager
          ? ['networkmanager']
          : [];
  return [...new Set<PersistFormat>([wanted, ...behind, 'systemd'])];
}
