/** The layers of the test suite: where their files lie and what they need of the machine. */
import type { NeedName } from './needs.ts';

export interface Layer {
  readonly name: string;
  /** Folder below `test/`; absent: all test files that are in no other layer's folder. */
  readonly folder?: string;
  readonly needs: readonly NeedName[];
  /** Runs in network, mount and process namespaces of its own: what it leaves behind is gone with them. */
  readonly sandbox: boolean;
  /** A layer that takes longer is stopped and has failed. */
  readonly minutes: number;
}

export const layers: readonly Layer[] = [
  { name: 'unit', needs: [], sandbox: false, minutes: 5 },
  { name: 'conformance', folder: 'conformance', needs: ['compose'], sandbox: false, minutes: 10 },
  { name: 'kernel', folder: 'kernel', needs: ['linux', 'root', 'tools', 'macvlan'], sandbox: true, minutes: 10 },
  { name: 'engine', folder: 'engine', needs: ['linux', 'root', 'tools', 'macvlan', 'engine', 'build'], sandbox: true, minutes: 20 },
  { name: 'package', folder: 'package', needs: ['build'], sandbox: false, minutes: 5 },
];

/** The layer whose folder holds the file; `file` is relative to `test/`. */
export function layerOf(file: string): Layer {
  return layers.find(({ folder }) => folder !== undefined && file.startsWith(`${folder}/`)) ?? layers[0]!;
}
