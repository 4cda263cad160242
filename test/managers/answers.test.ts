/**
 * dhcpcd 10 as it comes keeps the address of the host, however often containers ask for it, and nothing of that need be
 * in its configuration. That it would give it up otherwise is shown in `threats.test.ts`.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { applyActions } from '../../src/host/execute/execute.ts';
import { executeReleases } from '../../src/host/execute/remove.ts';
import { observeHost } from '../../src/host/observe/host-facts.ts';
import { withLastShim } from '../../src/plan/host-changes/releasable.ts';
import { addressLost } from './given-up.ts';
import { addressed, managers, usualAddress } from './managers.ts';
import { checked, forms, hostIn, planned, prepare } from './product.ts';
import { addContainer, reaches } from './rig/containers.ts';
import { type Machine, startMachine } from './rig/machine.ts';
import { isTried, type Suite } from './rig/suites.ts';

const { plain } = forms;
const [, , dhcpcd] = managers;

interface Start {
  readonly suite: Suite;
  readonly how: string;
  start(machine: Machine): Promise<unknown>;
}

const starts: readonly Start[] = [
  { suite: 'trixie', how: 'for all interfaces', start: dhcpcd.start },
  { suite: 'trixie', how: 'as ifupdown starts it', start: (machine) => machine.exec(['dhcpcd', '-4', 'eth0']) },
  { suite: 'sid', how: 'for all interfaces', start: dhcpcd.start },
];

const test = suite('managers: answers');

/** All of it on one machine. */
async function run({ suite: name, start }: Start, at: number): Promise<void> {
  const machine = await startMachine(name, `answers${at}`);
  try {
    await start(machine);
    await addressed(machine, usualAddress);
    await addContainer(machine, plain.container, plain.address);
    const told = (await checked(machine, plain)).diagnostics.filter(({ rule }) => rule.startsWith('host/'));
    assert.equal(told, []);

    await prepare(machine, plain);
    assert.not(await addressLost(machine), 'the host keeps its address');
    for (const container of [plain.container, 'second'])
      assert.ok(await reaches(machine, usualAddress, container), `${container} reaches the host`);
    assert.ok(await reaches(machine, plain.address), 'the host reaches the container');

    const again = async () => {
      const { changed } = await applyActions(await planned(machine, plain), hostIn(machine));
      return changed.map(({ action }) => action.kind);
    };
    assert.equal(await again(), []);
    // As the restart of a firewall does.
    await machine.exec(['nft', 'flush', 'ruleset']);
    assert.equal(await again(), ['retype-answers']);

    const host = hostIn(machine);
    const last = { kind: 'shim', shim: plain.shim, command: ['ip', 'link', 'del', 'dev', plain.shim] } as const;
    await executeReleases([last, ...withLastShim(await observeHost(host, { listener: true }), [last])], host);
    assert.is(await machine.exec(['nft', 'list', 'ruleset']), '');
  } finally {
    await machine.stop();
  }
}

let over: readonly Promise<void>[] = [];
const tried = starts.filter((one) => isTried(one.suite));
test.before(() => {
  // At one time: most of it is waiting.
  over = tried.map(run);
  // Each is looked at in its turn.
  for (const one of over) one.catch(() => undefined);
});

for (const [at, { suite: name, how }] of tried.entries()) test(`${name}, dhcpcd ${how}`, () => over[at]!);

test.run();
