/** A project from texts, without a file system. */
import type { Files } from '../../src/compose/input.ts';
import { load } from '../../src/compose/load.ts';
import type { Project } from '../../src/compose/project/project.ts';
import { Diagnostics } from '../../src/diagnostics/diagnostic.ts';
import { type Intents, intentsOf } from '../../src/netmode/intents.ts';
import { commandOf } from '../../src/plan/actions/commands.ts';
import { displayCommand } from '../../src/plan/actions/display.ts';
import type { Facts } from '../../src/plan/facts/facts.ts';
import { planOf } from '../../src/plan/plan.ts';
import type { Plan } from '../../src/plan/types.ts';

export const directory = '/project';

export interface Options {
  readonly facts?: Facts;
  readonly env?: Readonly<Record<string, string>>;
  readonly profiles?: readonly string[];
  /** The services that are started now; all unless said otherwise. */
  readonly starting?: ReadonlySet<string>;
  /** The `-f` options; by default Compose's own names are looked for. */
  readonly files?: readonly string[];
}

/** @param texts by path relative to the project's folder */
export function inMemory(texts: Readonly<Record<string, string>>): Files {
  const paths = new Map(Object.entries(texts).map(([name, text]) => [`${directory}/${name}`, text]));
  return {
    read: (path) => {
      const text = paths.get(path);
      return text === undefined ? { error: 'missing', detail: 'no such file' } : { text };
    },
    exists: (path) => paths.has(path),
    isDirectory: (path) => [...paths.keys()].some((file) => file.startsWith(`${path}/`)),
  };
}

export interface Outcome {
  readonly diagnostics: Diagnostics;
  readonly project?: Project;
  readonly intents?: Intents;
  readonly plan?: Plan;
}

/** From texts to the plan, as the program does it. */
export function planTexts(
  texts: Readonly<Record<string, string>> | string,
  { facts, env, profiles, files, starting }: Options = {},
): Outcome {
  const diagnostics = new Diagnostics();
  const all = typeof texts === 'string' ? { 'compose.yaml': texts } : texts;
  const project = load(
    { files: files ?? [], profiles: profiles ?? [], envFiles: [], cwd: directory, env: env ?? {} },
    inMemory(all),
    diagnostics.report,
  );
  if (!project) return { diagnostics };
  const intents = intentsOf(project, diagnostics.report);
  return {
    diagnostics,
    project,
    intents,
    plan: planOf(intents, facts ?? { version: 1 }, diagnostics.report, starting),
  };
}

/** `rule message` of each diagnostic, in order; what most tests of rules compare. */
export function told({ diagnostics }: Outcome): readonly string[] {
  return diagnostics.sorted().map(({ rule, severity, message }) => `${severity} ${rule}: ${message}`);
}

/** What the plan runs on the host, as a person would type it. */
export const commandsIn = (plan: Plan | undefined): readonly string[] =>
  (plan?.actions ?? []).map((action) => displayCommand(commandOf(action)));

/** A host on an ordinary LAN: `eth0` 192.168.1.10/24 behind 192.168.1.1. */
export const lanFacts: Facts = {
  version: 1,
  host: {
    platform: 'linux',
    interfaces: [
      {
        name: 'lo',
        index: 1,
        up: true,
        loopback: true,
        wireless: false,
        mtu: 65536,
        addresses: ['127.0.0.1/8', '::1/128'],
      },
      {
        name: 'eth0',
        index: 2,
        up: true,
        loopback: false,
        wireless: false,
        mac: '52:54:00:12:34:56',
        mtu: 1500,
        addresses: ['192.168.1.10/24', 'fd00:1::10/64', 'fe80::5054:ff:fe12:3456/64'],
      },
      {
        name: 'eth1',
        index: 3,
        up: true,
        loopback: false,
        wireless: false,
        mac: '52:54:00:12:34:57',
        mtu: 1500,
        addresses: ['10.20.0.5/16'],
      },
      {
        name: 'wlan0',
        index: 4,
        up: true,
        loopback: false,
        wireless: true,
        mac: '52:54:00:12:34:58',
        mtu: 1500,
        addresses: ['192.168.7.10/24'],
      },
    ],
    routes: [
      { destination: 'default', family: 4, interface: 'eth0', gateway: '192.168.1.1', metric: 100 },
      { destination: '192.168.1.0/24', family: 4, interface: 'eth0', source: '192.168.1.10' },
      { destination: '10.20.0.0/16', family: 4, interface: 'eth1', source: '10.20.0.5' },
    ],
    rpFilter: { all: 0, eth0: 2, eth1: 0 },
  },
  engine: { version: '28.5.2', kind: 'engine', remote: false, swarm: 'inactive', networks: [], containers: [] },
  compose: { version: '2.40.3' },
};
