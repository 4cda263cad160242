/** The layers of the test suite: where their files lie and what they need of the machine. */
import type { EngineName, PodmanName } from '../engine/rig/installed.ts';
import { type Suite, suites } from '../managers/rig/suites.ts';
import type { Patience } from '../support/progress.ts';
import type { NeedName } from './needs.ts';

export interface Layer {
  readonly name: string;
  /** Folder below `test/`; absent: all test files that are in no other layer's folder. */
  readonly folder?: string;
  /** Files of the folder, by their names, that do not run. */
  readonly without?: readonly string[];
  /** The only files of the folder that run; absent: all. */
  readonly only?: readonly string[];
  /** The engine that its tests start. */
  readonly engine?: EngineName;
  readonly podman?: PodmanName;
  /** Debian's suites whose network managers its tests start. */
  readonly suites?: readonly Suite[];
  readonly needs: readonly NeedName[];
  /** Runs in network, mount and process namespaces of its own: what it leaves behind is gone with them. */
  readonly sandbox: boolean;
  /** Not beside others: it needs the machine's cores for itself. */
  readonly alone?: boolean;
  /** Runs only where it is named, and is no part of "everything". */
  readonly onRequest?: boolean;
  /** When it is given up; what most layers take without it. */
  readonly patience?: Patience;
}

/** Nothing that a test waits for takes as long without any sign of life, and no test works as long. */
export const patience: Patience = { quietSeconds: 180, busySeconds: 600 };
/** Two machines are emulated, and the longest of what they do between two lines takes two minutes. */
const emulated: Patience = { quietSeconds: 180, busySeconds: 1800 };

const unit: Layer = { name: 'unit', needs: [], sandbox: false };

const sandboxed = ['linux', 'root', 'tools', 'macvlan'] as const;
/** One layer for each engine, and one for what is the same with all of them. */
const engine = { folder: 'engine', sandbox: true } as const;
const podman = { folder: 'podman', sandbox: true } as const;
const managers = { folder: 'managers', sandbox: true } as const;
const suitesNeeded = suites.map((suite) => `managers-${suite}` as const);
/**
 * What these prove is the same with every engine: what is printed, that Compose's part is left to Compose, what the
 * host tells and what is done on it. They take half of the time.
 */
const newestOnly = [
  'confirm.test.ts',
  'conflicts.test.ts',
  'crowd.test.ts',
  'demo.test.ts',
  'fallback.test.ts',
  'faults.test.ts',
  'floating.test.ts',
  'harmless.test.ts',
  'interface-names.test.ts',
  'ipv6.test.ts',
  'plain.test.ts',
  'provider.test.ts',
  'reach-ipv6.test.ts',
  'reach-reasons.test.ts',
  'reach.test.ts',
  'readme.test.ts',
  'removed.test.ts',
  'situations.test.ts',
  'sudo.test.ts',
  'swarm-nodes.test.ts',
  'swarm.test.ts',
  'vpn.test.ts',
  'watch.test.ts',
] as const;

/** What hangs on Compose more than on the engine: the engine that has the same Compose as 26 need not show it again. */
const notOldest = [...newestOnly, 'external.test.ts', 'guests.test.ts', 'home-lab.test.ts', 'refusal.test.ts'] as const;

/** Those that take longest first, so that the others fill the gaps. */
export const layers: readonly Layer[] = [
  { name: 'engine', ...engine, engine: '28', only: newestOnly, needs: [...sandboxed, 'engine-28', 'build'] },
  { name: 'kernel', folder: 'kernel', needs: sandboxed, sandbox: true },
  { name: 'engine-28', ...engine, engine: '28', without: newestOnly, needs: [...sandboxed, 'engine-28', 'build'] },
  unit,
  // The suite that changes no more and has all the programs. The others' userlands, and what takes one machine after
  // the other, take longer than a gate has.
  {
    ...{
      name: 'managers',
      ...managers,
      suites: ['trixie'],
      only: ['answers.test.ts', 'events.test.ts', 'harm.test.ts', 'reach.test.ts'],
    },
    needs: [...sandboxed, 'managers-trixie', 'engine-28', 'build'],
  },
  {
    name: 'managers-all',
    ...managers,
    suites,
    needs: [...sandboxed, ...suitesNeeded, 'engine-28', 'build'],
    onRequest: true,
  },
  // Beside Docker, shells, manual pages and other programs: each of them is the real one.
  { name: 'setup', folder: 'setup', needs: ['linux', 'setup', 'engine-26', 'engine-28', 'build'], sandbox: false },
  { name: 'podman', ...podman, needs: [...sandboxed, 'podman', 'build'] },
  // What docs/podman.md says of older ones. Fetching them takes longer than a gate has.
  { name: 'podman-4', ...podman, podman: 'podman-4', needs: [...sandboxed, 'podman-4', 'build'], onRequest: true },
  { name: 'podman-5', ...podman, podman: 'podman-5', needs: [...sandboxed, 'podman-5', 'build'], onRequest: true },
  { name: 'conformance', folder: 'conformance', needs: ['compose'], sandbox: false },
  // A minute by the clock, on whatever the others leave of the processor.
  { name: 'fuzz', folder: 'fuzz', needs: ['compose'], sandbox: false },
  { name: 'engine-26', ...engine, engine: '26', without: newestOnly, needs: [...sandboxed, 'engine-26', 'build'] },
  { name: 'engine-20', ...engine, engine: '20', without: notOldest, needs: [...sandboxed, 'engine-20', 'build'] },
  // Each of its two machines is emulated, which takes a whole core.
  {
    name: 'lab',
    folder: 'lab',
    needs: ['linux', 'root', 'lab', 'build'],
    sandbox: false,
    alone: true,
    patience: emulated,
  },
  // Three starts of an emulated machine for each manager of its cards: longer than a gate has.
  {
    name: 'reboot',
    folder: 'reboot',
    needs: ['linux', 'root', 'lab', 'build'],
    sandbox: false,
    alone: true,
    onRequest: true,
    patience: emulated,
  },
  // After all that runs what is built: it builds anew.
  { name: 'package', folder: 'package', needs: ['build'], sandbox: false },
];

/** The layers that run the file; `file` is relative to `test/`. */
export function layersOf(file: string): readonly Layer[] {
  const inFolder = layers.filter(({ folder }) => folder !== undefined && file.startsWith(`${folder}/`));
  if (inFolder.length === 0) return [unit];
  return inFolder.filter(({ folder, without = [], only }) => {
    const name = file.slice(folder!.length + 1);
    return !without.includes(name) && (only === undefined || only.includes(name));
  });
}
