/**
 * What `shim persist` writes, read by the programs that it is for: the machine starts again, and without anybody doing
 * anything the host reaches its containers, in the way in which `up` would have it. Then all of it is removed.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isPersisted, persist } from '../../src/emit/persist/formats.ts';
import { persistedShim } from '../../src/emit/persist/persisted-shim.ts';
import { applyActions } from '../../src/host/execute/execute.ts';
import { observeManagers } from '../../src/host/persist/managers.ts';
import { removePersisted, writePersisted } from '../../src/host/persist/persisted-files.ts';
import type { PersistFormat } from '../../src/plan/facts/managers.ts';
import { linkLocalSender } from '../../src/plan/facts/ownership.ts';
import { foreignClaims } from '../support/frames.ts';
import { addressed, ifupdown2, ifupdownNg, type Manager, managers, usualAddress } from './managers.ts';
import { type Form, forms, hostIn, planned, prepare } from './product.ts';
import { addContainer, reaches } from './rig/containers.ts';
import { hostMac } from './rig/lan.ts';
import { type Machine, startMachine } from './rig/machine.ts';
import { waitFor } from './rig/processes.ts';
import { isTried, type Suite, suites } from './rig/suites.ts';

interface Ride {
  readonly suite: Suite;
  readonly manager: Pick<Manager, 'name' | 'start' | 'enable'>;
  /** What is asked for, and what is found where nothing is. */
  readonly asked?: PersistFormat;
  readonly found: PersistFormat;
  readonly forms: readonly Form[];
  readonly before: readonly (readonly string[])[];
  /** Has it read its files again while all is there. */
  readonly reload?: readonly string[];
}

const [networkd, networkManager, dhcpcd] = managers;
const usual = { forms: [forms.plain, forms.addressed], before: [] } as const;

const rides: readonly Ride[] = [
  { suite: 'trixie', manager: dhcpcd, found: 'systemd', ...usual },
  { suite: 'trixie', manager: ifupdownNg, found: 'ifupdown', ...usual },
  { suite: 'trixie', manager: ifupdown2, found: 'ifupdown', ...usual, reload: ['ifreload', '-a'] },
  ...suites.flatMap((each): readonly Ride[] => [
    { suite: each, manager: networkManager, asked: 'systemd', found: 'systemd', ...usual },
    { suite: each, manager: networkd, asked: 'systemd', found: 'systemd', ...usual },
  ]),
  {
    suite: 'sid',
    manager: networkd,
    found: 'systemd',
    forms: [forms.table],
    // An address of scope global on an interface that came first: the kernel takes it for the source.
    before: [['ip', 'address', 'add', '10.9.9.9/32', 'dev', 'lo']],
  },
  ...suites.flatMap((each): readonly Ride[] => [
    { suite: each, manager: networkd, found: 'networkd', ...usual },
    { suite: each, manager: networkManager, found: 'networkmanager', ...usual },
  ]),
];

/** Each file below /etc with its mode, and what it says or where it leads. */
async function etcOf(machine: Machine): Promise<ReadonlySet<string>> {
  const texts = await machine.exec(['find', '/etc', '-type', 'f', '-exec', 'sha256sum', '{}', '+']);
  const rest = await machine.exec(['find', '/etc', '-printf', '%p %M %l\\n']);
  return new Set([...texts.split('\n'), ...rest.split('\n')]);
}

const without = (some: ReadonlySet<string>, others: ReadonlySet<string>) => [...some].filter((one) => !others.has(one));

async function writeAll(machine: Machine, { asked, found, forms: wanted }: Ride): Promise<void> {
  const host = hostIn(machine);
  const here = await observeManagers(host, ['eth0']);
  const files = [];
  for (const form of wanted) {
    const actions = (await planned(machine, form)).map(({ action }) => action);
    const one = persist(persistedShim(actions), here, asked);
    assert.ok(isPersisted(one), `${form.name} is not written`);
    assert.is(one.format, found);
    files.push(...one.files);
  }
  const { written } = await writePersisted(host, files);
  assert.is(written.length, files.length);
  assert.equal(await writePersisted(host, files), { written: [], removed: [] }, 'the second time does something');
  for (const { unit } of files) if (unit !== undefined) await machine.exec(['systemd-analyze', 'verify', unit]);
}

/** Where the host's address must be named, the way follows some seconds after the host has it. */
async function isReached(machine: Machine, form: Form): Promise<void> {
  await waitFor(`there is no way through ${form.shim}`, async () => {
    const { stdout } = await machine.tryExec(['ip', 'route', 'get', form.address]);
    return stdout.includes(`dev ${form.shim} `) && stdout.includes(`src ${form.source ?? usualAddress} `);
  });
  // Without it the shim would ask for containers as the host.
  const addresses = await machine.exec(['ip', '-4', '-oneline', 'address', 'show', 'dev', form.shim]);
  assert.match(addresses, `inet ${form.source ?? linkLocalSender}/`);
  assert.ok(await reaches(machine, form.address), `the host does not reach ${form.name}`);
  assert.ok(await reaches(machine, usualAddress, form.container), `${form.name} does not reach the host`);
  if (!form.six) return;
  assert.ok(await reaches(machine, form.six.address), `the host does not reach ${form.name} by IPv6`);
  assert.ok(await reaches(machine, form.six.shim, form.container), `${form.name} does not reach the shim by IPv6`);
}

const test = suite('managers: persist');

/** All of it on one machine. */
async function run(ride: Ride, at: number): Promise<void> {
  const { suite: suiteName, manager } = ride;
  let machine = await startMachine(suiteName, `p-${suiteName.slice(0, 4)}-${at}`);
  try {
    for (const argv of ride.before) await machine.exec(argv);
    await manager.start(machine);
    await manager.enable(machine);
    await addressed(machine, usualAddress);
    for (const form of ride.forms) await prepare(machine, form);
    const before = await etcOf(machine);
    await writeAll(machine, ride);

    machine = await machine.reboot();
    for (const argv of ride.before) await machine.exec(argv);
    await addressed(machine, usualAddress);
    for (const form of ride.forms) await addContainer(machine, form.container, form.address, form.six?.address);
    for (const form of ride.forms) await isReached(machine, form);
    if (ride.reload) {
      await machine.exec(ride.reload);
      for (const form of ride.forms) await isReached(machine, form);
    }
    const claims = foreignClaims(await machine.lan.heard(), usualAddress, hostMac);
    assert.equal(claims, [], 'the LAN heard the address of the host from another');
    for (const form of ride.forms) {
      const { changed } = await applyActions(await planned(machine, form), hostIn(machine));
      assert.equal(
        changed.map(({ command }) => command.join(' ')),
        [],
        `"up" has something to do for ${form.name}`,
      );
    }

    await removePersisted(hostIn(machine));
    const after = await etcOf(machine);
    assert.equal([without(after, before), without(before, after)], [[], []], 'something is left in /etc, or gone');
    for (const form of ride.forms) await isReached(machine, form);
  } finally {
    await machine.stop();
  }
}

/** Machines that run at one time: most of it is waiting. */
const atOnce = 5;
const waiting: (() => Promise<void>)[] = [];

for (const [at, ride] of rides.filter(({ suite }) => isTried(suite)).entries()) {
  const { suite: suiteName, manager, found, forms: wanted } = ride;
  const what = wanted.map(({ name }) => name).join(' and ');
  const over = new Promise<void>((resolve, reject) => {
    waiting.push(() => run(ride, at).then(resolve, reject));
  });
  // It is looked at in its turn.
  over.catch(() => undefined);
  test(`${suiteName}, ${manager.name}: ${what} come back by ${found}`, () => over);
}

test.before(() => {
  for (let at = 0; at < atOnce; at++) void work();
});

async function work(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next();
}

test.run();
