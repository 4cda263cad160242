/** `shim watch` on ipvlan: whatever becomes of shims, parents and containers, the shims are put right. */
import { readFileSync } from 'node:fs';
import { check, within } from './checks.ts';
import { forgetContainers, stateOf } from './containers.ts';
import { restartEngine } from './engine.ts';
import {
  addressOf,
  containerOf,
  difference,
  downAndCompare,
  links,
  makeProject,
  netcompose,
  type Project,
  snapshot,
} from './machine.ts';
import { netmodesOnly, type Row, row } from './netmodes.ts';
import { must, run, until } from './process.ts';
import { reached } from './reached.ts';
import { mended, whileWatching } from './watching.ts';

/** At layer 2, with neighbour entries; at layer 3; with an address, on a VLAN that Docker makes. */
const [entered, layer3, tagged] = ['l2plain', 'l3', 'l2vlan'].map((key): Row => {
  const { second: _, ...one } = row(key);
  return one;
}) as [Row, Row, Row];
export const parentOf = ({ segment }: Row) => segment.parent;
export const shimOf = (one: Row) => `nc-${parentOf(one)}`;
/** Beside the range that the first network has. */
const beside = '192.168.11.21';
const [otherMac, largeMtu] = ['02:00:00:00:11:99', '9000'] as const;

export interface Event {
  readonly what: string;
  readonly happen: () => void;
  /** Whose shims it has to mend. */
  readonly mends: readonly Row[];
  /** What is wrong still; unless said otherwise, what is not as it was before all events. */
  readonly wrong?: () => string;
}

export const watched = (): Promise<void> => whileUp([entered, layer3], eventsOf);
/** It has the engine start again, which takes as long as all else. */
export const watchedVlan = (): Promise<void> => whileUp([tagged], vlanEvents);

export async function whileUp(rows: readonly Row[], events: (project: Project) => readonly Event[]): Promise<void> {
  within('shim watch');
  const before = snapshot();
  const project = makeProject('watched', netmodesOnly(rows));
  try {
    const up = netcompose(project, ['up', '-d']);
    check('up', up.code === 0, up.code === 0 ? '' : up.stderr);
    if (up.code === 0) await whileWatched(project, rows, events(project));
  } finally {
    downAndCompare(project, before);
  }
}

async function whileWatched(project: Project, rows: readonly Row[], events: readonly Event[]): Promise<void> {
  const asUp = links();
  await whileWatching(project, rows.length, () => {
    for (const event of events) {
      putsRight(event, asUp);
      reached(
        'and the host reaches every container',
        rows.map(({ key }) => ['host', addressOf(containerOf(project, `${key}-a`)), `${key}-a`] as const),
      );
    }
  });
}

function putsRight({ what, happen, mends, wrong }: Event, asUp: readonly string[]): void {
  const earlier = mended().length;
  happen();
  const start = performance.now();
  const isMended = () => mends.every((one) => mended().slice(earlier).includes(shimOf(one)));
  until(isMended, Boolean, 1200, 50);
  const seconds = ((performance.now() - start) / 1000).toFixed(2);
  const told = [...new Set(mended().slice(earlier))].join(' ');
  const left = until(wrong ?? (() => difference(asUp, links())), (text) => text === '', 60, 250);
  check(
    `${what}${mends.length === 0 ? ', which takes nothing' : ': it puts that right'}`,
    isMended() && left === '',
    left !== '' || mends.length === 0 ? left : `${told} after ${seconds} s`,
  );
}

function eventsOf(project: Project): readonly Event[] {
  const rows = [entered, layer3];
  const ownMac = readFileSync(`/sys/class/net/${parentOf(entered)}/address`, 'utf8').trim();
  return [
    {
      what: 'all shims are deleted',
      happen: () => {
        for (const one of rows) must('ip', 'link', 'del', 'dev', shimOf(one));
      },
      mends: rows,
    },
    {
      what: 'neighbour entries and routes are flushed',
      happen: () => {
        must('ip', 'neigh', 'flush', 'dev', shimOf(entered), 'nud', 'permanent');
        for (const one of rows) must('ip', 'route', 'flush', 'dev', shimOf(one));
      },
      mends: rows,
    },
    {
      what: "the parents' addresses go and come back",
      happen: () => {
        for (const { segment } of [entered, layer3]) {
          const { parent, host, prefix } = segment;
          for (const verb of ['del', 'add']) must('ip', 'addr', verb, `${host}/${prefix}`, 'dev', parent);
        }
        // As whatever configures the host would.
        must('ip', 'route', 'replace', 'default', 'via', entered.segment.router);
      },
      mends: [],
    },
    {
      what: 'a container is made anew at an address beside the range',
      happen: () => {
        const { network } = stateOf(containerOf(project, `${entered.key}-a`)).addresses[0]!;
        const argv = ['--detach', '--name', 'watched-moved-1', '--network', network, '--ip', beside];
        must('docker', 'run', ...argv, '--stop-signal', 'SIGKILL', 'busybox:latest', 'sleep', '9999');
      },
      mends: [entered],
      wrong: () => (run(['ping', '-c', '1', '-W', '1', beside]).code === 0 ? '' : `${beside} does not answer`),
    },
    {
      what: 'and is removed',
      happen: () => void must('docker', 'rm', '--force', 'watched-moved-1'),
      mends: [entered],
    },
    {
      what: "the parent's MTU is raised",
      happen: () => void must('ip', 'link', 'set', 'dev', parentOf(entered), 'mtu', largeMtu),
      mends: [],
      wrong: () => lacks(must('ip', 'link', 'show', 'dev', shimOf(entered)), `mtu ${largeMtu} `),
    },
    {
      what: 'and lowered',
      happen: () => void must('ip', 'link', 'set', 'dev', parentOf(entered), 'mtu', '1500'),
      mends: [],
    },
    {
      what: 'the parent has another MAC address',
      happen: () => void must('ip', 'link', 'set', 'dev', parentOf(entered), 'address', otherMac),
      mends: [entered],
      wrong: () => entriesBut(entered, otherMac),
    },
    {
      what: 'and its own again',
      happen: () => void must('ip', 'link', 'set', 'dev', parentOf(entered), 'address', ownMac),
      mends: [entered],
    },
  ];
}

const vlanEvents = (): readonly Event[] => [
  {
    what: "the VLAN is deleted, and the engine's restart makes it again",
    happen: () => {
      must('ip', 'link', 'del', 'dev', parentOf(tagged));
      restartEngine();
      forgetContainers();
    },
    mends: [tagged],
  },
];

const lacks = (text: string, wanted: string) => (text.includes(wanted) ? '' : text);
/** Neighbour entries for good with another MAC address than this. */
export const entriesBut = (one: Row, mac: string) =>
  must('ip', 'neigh', 'show', 'nud', 'permanent', 'dev', shimOf(one))
    .split('\n')
    .filter((line) => !line.includes(mac))
    .join('\n');
