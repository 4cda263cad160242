/**
 * What happens to a host does not part it from its containers, and nobody on the LAN hears its address from another
 * interface than its own: for each program that manages networks, in an old and a new version.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Claim, foreignClaims } from '../support/frames.ts';
import { addressed, type Manager, managers, usualAddress } from './managers.ts';
import { addContainer, reaches } from './rig/containers.ts';
import { hostMac } from './rig/lan.ts';
import { type Machine, type Suite, startMachine, suites } from './rig/machine.ts';
import { macvlanShim } from './shim-commands.ts';

/** What there is to see after an event. */
interface Seen {
  readonly hostReachesContainer: boolean;
  readonly containerReachesHost: boolean;
  /** Of what the host sends to the container. */
  readonly source: string | undefined;
  /** Who else claimed the host's address on the LAN since the event before. */
  readonly foreign: readonly Claim[];
}

const shim = { name: 'nc-eth0', parent: 'eth0', network: 'netcompose-eth0', range: '192.168.1.192/27' } as const;
const container = '192.168.1.200';
/** Machines that run at one time: most of an event is waiting. */
const atOnce = 5;

async function look(machine: Machine, address: string): Promise<Seen> {
  // Asked anew, because it is the question by ARP that could do harm.
  await machine.exec(['ip', 'neigh', 'flush', 'dev', shim.name]);
  const hostReachesContainer = await reaches(machine, container);
  const route = await machine.exec(['ip', '-json', 'route', 'get', container]);
  const containerReachesHost = await reaches(machine, address, 'c1');
  const [{ dev, prefsrc }] = JSON.parse(route) as [{ dev: string; prefsrc: string }];
  const foreign = foreignClaims(await machine.lan.heard(), address, hostMac);
  return { hostReachesContainer, containerReachesHost, source: dev === shim.name ? prefsrc : undefined, foreign };
}

/** Runs all of a manager's events on one machine, and answers for each as soon as it is over. */
async function watch(suiteName: Suite, manager: Manager, answer: (event: string, seen: Seen | Error) => void) {
  const machine = await startMachine(suiteName, `${suiteName.slice(0, 4)}-${manager.name.slice(-4)}`);
  try {
    await manager.start(machine);
    await addressed(machine, usualAddress);
    for (const { argv } of macvlanShim(shim)) await machine.exec(argv);
    await manager.leaveAlone?.(machine, shim.name);
    await addContainer(machine, 'c1', container);
    answer('nothing', await look(machine, usualAddress));
    for (const { name, run, address = usualAddress } of manager.events) {
      try {
        await run(machine);
        await addressed(machine, address);
        answer(name, await look(machine, address));
      } catch (error) {
        answer(name, error as Error);
      }
    }
    answer('DHCPDECLINE', await declined(machine));
  } finally {
    await machine.stop();
  }
}

/** A client that took the shim for another machine with its address would say so. */
async function declined({ lan }: Machine): Promise<Seen | Error> {
  if (lan.dhcpLog().includes('DHCPDECLINE')) return new Error(lan.dhcpLog());
  return { ...undisturbed(usualAddress), foreign: [] };
}

const undisturbed = (address: string): Seen => ({
  hostReachesContainer: true,
  containerReachesHost: true,
  source: address,
  foreign: [],
});

const test = suite('managers: events');
type Answers = Map<string, (seen: Seen | Error) => void>;
const waiting: (() => Promise<void>)[] = [];

for (const suiteName of suites) {
  for (const manager of managers) {
    const answers: Answers = new Map();
    const expectations = [
      { name: 'nothing', address: usualAddress },
      ...manager.events.map(({ name, address = usualAddress }) => ({ name, address })),
      { name: 'DHCPDECLINE', address: usualAddress },
    ];
    for (const { name, address } of expectations) {
      const seen = new Promise<Seen | Error>((resolve) => answers.set(name, resolve));
      test(`${suiteName}, ${manager.name}: ${name}`, async () => {
        const outcome = await seen;
        if (outcome instanceof Error) throw outcome;
        assert.equal(outcome, undisturbed(address));
      });
    }
    waiting.push(async () => {
      try {
        await watch(suiteName, manager, (event, seen) => answers.get(event)!(seen));
      } catch (error) {
        // Whoever has an answer already keeps it.
        for (const answer of answers.values()) answer(error as Error);
      }
    });
  }
}

test.before(() => {
  for (let worker = 0; worker < atOnce; worker += 1) void work();
});

async function work(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next();
}

test.run();
