/**
 * That the listener hears harm where there is some, which of the shim's commands prevents it, and what the kernel takes
 * for the source of traffic to a container.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { foreignClaims } from '../support/frames.ts';
import { addressed, managers, usualAddress } from './managers.ts';
import { addContainer, reaches } from './rig/containers.ts';
import { hostMac } from './rig/lan.ts';
import { type Machine, startMachine } from './rig/machine.ts';
import { sleep } from './rig/processes.ts';
import {
  type Addressed,
  linkLocal,
  macvlanShim,
  type ShimCommand,
  sourceByItself,
  sourceCommands,
} from './shim-commands.ts';

const shim = { name: 'nc-eth0', parent: 'eth0', network: 'netcompose-eth0', range: '192.168.1.192/27' } as const;
const container = '192.168.1.200';
const mdnsPort = 5353;

const test = suite<{ machine: Machine }>('managers: harm');

test.before(async (context) => {
  context.machine = await startMachine('trixie', 'harm');
  await managers[0].start(context.machine);
  await addressed(context.machine, usualAddress);
  await addContainer(context.machine, 'c1', container);
});
test.after(async ({ machine }) => machine.stop());
test.after.each(async ({ machine }) => {
  await machine.tryExec(['ip', 'link', 'del', 'dev', shim.name]);
});

/** The shim without some of its commands; today's kind had a route with a source. */
const without = (...words: readonly string[]): readonly ShimCommand[] =>
  macvlanShim(shim).filter(({ argv }) => !argv.some((word) => words.some((each) => word.includes(each))));

async function make(machine: Machine, commands: readonly ShimCommand[]): Promise<void> {
  for (const { argv } of commands) await machine.exec(argv);
}

/** Who else claims the host's address when the host asks for a container that it does not know. */
async function claimsWhenAsked(machine: Machine) {
  await machine.lan.heard();
  await machine.exec(['ip', 'neigh', 'flush', 'dev', shim.name]);
  await reaches(machine, container);
  return foreignClaims(await machine.lan.heard(), usualAddress, hostMac);
}

test('nobody else claims the address of the host', async ({ machine }) => {
  await make(machine, macvlanShim(shim));
  assert.equal(await claimsWhenAsked(machine), []);
});

for (const [what, words] of [
  ['without the link-local address', [`${linkLocal}/32`]],
  ['without arp_announce', ['arp_announce']],
] as const) {
  test(`${what} its requests say that the host is at its MAC address`, async ({ machine }) => {
    await make(machine, without(...words));
    const claims = await claimsWhenAsked(machine);
    assert.ok(claims.some(({ how }) => how === 'arp-request'));
  });
}

for (const [state, announced] of [
  ['off', false],
  ['on', true],
] as const) {
  test(`multicast ${state}: avahi ${announced ? 'announces' : 'does not announce'} the link-local address`, async ({
    machine,
  }) => {
    await make(machine, without('multicast'));
    await machine.exec(['ip', 'link', 'set', 'dev', shim.name, 'multicast', state]);
    await machine.exec(['systemctl', 'unmask', 'avahi-daemon.service', 'avahi-daemon.socket']);
    await machine.lan.heard();
    await machine.exec(['systemctl', 'restart', 'avahi-daemon']);
    // It probes for its name, and then says it several times.
    await sleep(5000);
    await machine.exec(['systemctl', 'stop', 'avahi-daemon.socket', 'avahi-daemon.service']);
    const heard = (await machine.lan.heard())
      .map(({ bytes }) => bytes)
      .filter((bytes) => bytes.length > 42 && bytes.readUInt16BE(12) === 0x0800 && bytes.readUInt16BE(36) === mdnsPort);
    const having = (address: string) =>
      heard.some((bytes) => bytes.includes(Buffer.from(address.split('.').map(Number))));
    assert.ok(having(usualAddress), 'the host itself is announced');
    assert.is(having(linkLocal), announced);
  });
}

test('a shim of the former kind is changed while it is in use, and nobody hears of it', async ({ machine }) => {
  const former = ['ip', 'route', 'add', shim.range, 'dev', shim.name, 'src', usualAddress];
  await make(machine, without('arp_announce', 'multicast', `${linkLocal}/32`, 'route'));
  await machine.exec(former);
  await reaches(machine, container);
  await machine.lan.heard();
  for (const word of ['arp_announce', 'multicast', `${linkLocal}/32`]) {
    const command = macvlanShim(shim).find(({ argv }) => argv.some((each) => each.includes(word)))!;
    await machine.exec(command.argv);
  }
  await machine.exec(['ip', 'route', 'replace', shim.range, 'dev', shim.name, 'scope', 'global']);
  const routes = (await machine.exec(['ip', 'route', 'show', 'dev', shim.name])).trim().split('\n');
  assert.equal(
    routes.map((line) => line.trim()),
    [shim.range],
  );
  assert.ok(await reaches(machine, container));
  assert.equal(await claimsWhenAsked(machine), []);
});

test("the first interface's address is the source, unless a route in a table of its own has another", async ({
  machine,
}) => {
  // A parent that was made after the network card: a bridge with a LAN of its own.
  const late = { name: 'nc-late', parent: 'late', network: 'late', range: '192.168.2.192/27' } as const;
  const lateContainer = '192.168.2.200';
  const lateAddress = '192.168.2.10';
  for (const argv of [
    ['ip', 'link', 'add', 'late', 'type', 'bridge'],
    ['ip', 'address', 'add', `${lateAddress}/24`, 'dev', 'late'],
    ['ip', 'link', 'set', 'dev', 'late', 'up'],
  ]) {
    await machine.exec(argv);
  }
  const sourceTo = async (address: string) => {
    const [{ prefsrc }] = JSON.parse(await machine.exec(['ip', '-json', 'route', 'get', address])) as [
      { prefsrc: string },
    ];
    return prefsrc;
  };
  await make(machine, macvlanShim(shim));
  await make(machine, macvlanShim(late));
  const interfaces = await addressedInterfaces(machine);
  assert.ok(sourceByItself(usualAddress, interfaces));
  assert.not(sourceByItself(lateAddress, interfaces));
  assert.is(await sourceTo(container), usualAddress);
  assert.is(await sourceTo(lateContainer), usualAddress);
  await make(machine, sourceCommands(late.name, late.range, lateAddress));
  assert.is(await sourceTo(lateContainer), lateAddress);
  assert.is(await sourceTo(container), usualAddress);
});

async function addressedInterfaces(machine: Machine): Promise<readonly Addressed[]> {
  interface Row {
    readonly ifname: string;
    readonly ifindex: number;
    readonly addr_info: readonly { local?: string; family?: string; scope?: string; secondary?: boolean }[];
  }
  const rows = JSON.parse(await machine.exec(['ip', '-json', 'address'])) as readonly Row[];
  return rows.map(({ ifname, ifindex, addr_info }) => ({
    name: ifname,
    index: ifindex,
    addresses: addr_info.flatMap(({ local, family, scope, secondary }) =>
      family === 'inet' && scope === 'global' && secondary !== true && local !== undefined ? [local] : [],
    ),
  }));
}

test.run();
