/**
 * What happens to a host does not part it from its containers, and nobody on the LAN hears its address from another
 * interface than its own: for each program that manages networks, in an old and a new version. The shims are
 * netcompose's own. What was seen is `docs/network-managers.md`; `UPDATE_GOLDENS=1` writes it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { foreignClaims } from '../support/frames.ts';
import { addressed, type Manager, managers, usualAddress } from './managers.ts';
import { columnsOf, type Outcome, pageOf, threatsIn, versionKey, withoutVersions } from './page.ts';
import { type Form, forms, prepare } from './product.ts';
import { addContainer, reaches } from './rig/containers.ts';
import { hostMac } from './rig/lan.ts';
import { type Machine, startMachine } from './rig/machine.ts';
import { isTried, type Suite, suites } from './rig/suites.ts';

interface Ride {
  readonly suite: Suite;
  readonly manager: Manager;
  readonly forms: readonly Form[];
  /** What the host has before its network card. */
  readonly before: readonly (readonly string[])[];
}

/** Machines that run at one time: most of an event is waiting. */
const atOnce = 6;
const page = new URL('../../docs/network-managers.md', import.meta.url);

/** The last form once for each program, in the newest version: what it depends on is the kernel's. */
const allRides: readonly Ride[] = managers.flatMap((manager): readonly Ride[] => [
  ...suites.map((each) => ({ suite: each, manager, forms: [forms.plain, forms.addressed], before: [] })),
  {
    suite: 'sid',
    manager,
    forms: [forms.table],
    // An address of scope global on an interface that came first: the kernel takes it for the source.
    before: [['ip', 'address', 'add', '10.9.9.9/32', 'dev', 'lo']],
  },
]);
const rides = allRides.filter(({ suite }) => isTried(suite));

async function faultsOf(machine: Machine, form: Form, address: string): Promise<readonly string[]> {
  // Asked anew, because it is the question by ARP that could do harm.
  await machine.tryExec(['ip', 'neigh', 'flush', 'dev', form.shim]);
  const { six } = form;
  const [host, container, host6, container6, route] = await Promise.all([
    reaches(machine, form.address),
    reaches(machine, address, form.container),
    six ? reaches(machine, six.address) : true,
    six ? reaches(machine, six.shim, form.container) : true,
    machine.tryExec(['ip', '-json', 'route', 'get', form.address]),
  ]);
  const [{ dev, prefsrc }] = (route.code === 0 ? JSON.parse(route.stdout) : [{}]) as [
    { dev?: string; prefsrc?: string },
  ];
  const source = form.source ?? address;
  return [
    ...(host ? [] : ['the host does not reach the container']),
    ...(container ? [] : ['the container does not reach the host']),
    ...(host6 ? [] : ['the host does not reach the container by IPv6']),
    ...(container6 ? [] : ['the container does not reach the host by IPv6']),
    ...(dev === form.shim ? [] : [`the way is by ${dev}`]),
    ...(prefsrc === source ? [] : [`the source is ${prefsrc}`]),
  ];
}

async function heardFrom(machine: Machine, address: string): Promise<readonly string[]> {
  const claims = foreignClaims(await machine.lan.heard(), address, hostMac);
  return claims.map((claim) => `the LAN heard ${JSON.stringify(claim)}`);
}

type Told = (event: string, form: Form, faults: readonly string[]) => void;

/** All of a manager's events on one machine; each is told as soon as it is over. */
async function run(
  { suite: suiteName, manager, forms: wanted, before }: Ride,
  at: number,
  tell: Told,
): Promise<string> {
  const machine = await startMachine(suiteName, `${suiteName.slice(0, 4)}-${at}`);
  try {
    for (const argv of before) await machine.exec(argv);
    await manager.start(machine);
    await addressed(machine, usualAddress);
    for (const form of wanted) await prepare(machine, form);
    for (const form of wanted) await addContainer(machine, form.container, form.address, form.six?.address);
    const look = async (event: string, address: string) => {
      const faults = await Promise.all(wanted.map((form) => faultsOf(machine, form, address)));
      const heard = await heardFrom(machine, address);
      for (const [index, form] of wanted.entries()) tell(event, form, [...faults[index]!, ...heard]);
    };
    await look(nothing, usualAddress);
    for (const { name, run: happen, address = usualAddress } of manager.events) {
      try {
        await happen(machine);
        await addressed(machine, address);
        // The next `up`; until then this form has the source that it was given.
        if (name.startsWith('another lease'))
          for (const form of wanted) if (form.name === 'table') await prepare(machine, form);
        await look(name, address);
      } catch (error) {
        for (const form of wanted) tell(name, form, [(error as Error).message]);
      }
    }
    // A client that took the shim for another machine with its address would say so.
    const declined = machine.lan.dhcpLog().includes('DHCPDECLINE') ? ['the client declined its address'] : [];
    for (const form of wanted) tell(noDecline, form, declined);
    return await manager.version(machine);
  } finally {
    await machine.stop();
  }
}

const nothing = 'nothing';
const noDecline = 'no DHCPDECLINE in all that time';

const test = suite('managers: events');
const outcomes: Outcome[] = [];
const versions = new Map<string, string>();
const waiting: (() => Promise<void>)[] = [];

for (const [at, ride] of rides.entries()) {
  const { suite: suiteName, manager } = ride;
  const answers = new Map<string, (faults: readonly string[]) => void>();
  const keyOf = (event: string, form: Form) => `${form.name}: ${event}`;
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);
  for (const form of ride.forms) {
    for (const event of [nothing, ...manager.events.map(({ name }) => name), noDecline]) {
      const seen = new Promise<readonly string[]>((resolve) => answers.set(keyOf(event, form), resolve));
      test(`${suiteName}, ${manager.name}, ${form.name}: ${event}`, async () => {
        assert.equal(await Promise.race([seen, failed]), []);
      });
    }
  }
  waiting.push(async () => {
    const began = performance.now();
    try {
      const version = await run(ride, at, (event, form, faults) => {
        outcomes.push({ manager: manager.name, suite: suiteName, event, form: form.name, faults });
        answers.get(keyOf(event, form))!(faults);
      });
      versions.set(versionKey(manager.name, suiteName), version);
    } catch (error) {
      fail(error as Error);
    }
    process.stdout.write(`  ${suiteName}, ${manager.name}: ${Math.round((performance.now() - began) / 1000)} s\n`);
  });
}

let over: Promise<unknown> = Promise.resolve();
test.before(() => {
  over = Promise.all(Array.from({ length: atOnce }, work));
});

async function work(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next();
}

test('docs/network-managers.md says what was seen', async () => {
  await over;
  // By what they are about, and not by who was first.
  const order = managers.flatMap(({ name, events }) =>
    [nothing, ...events.map((event) => event.name), noDecline].map((event) => `${name}: ${event}`),
  );
  const place = ({ manager, event }: Outcome) => order.indexOf(`${manager}: ${event}`);
  const whole = suites.every(isTried);
  const text = pageOf(
    [...outcomes].sort((a, b) => place(a) - place(b)),
    versions,
    // Which threats.test.ts has seen.
    threatsIn(readFileSync(page, 'utf8')),
  );
  if (whole && process.env['UPDATE_GOLDENS']) writeFileSync(page, text);
  const written = readFileSync(page, 'utf8');
  assert.equal(columnsOf(written, isTried), columnsOf(text, isTried));
  if (whole) assert.is(withoutVersions(written), withoutVersions(text));
});

test.run();
