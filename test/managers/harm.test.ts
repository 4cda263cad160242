/**
 * That the listener hears harm where there is some, which of the shim's commands prevents it, and what the kernel takes
 * for the source of traffic to a container.
 */
import { readFile } from 'node:fs/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { linkLocalSender } from '../../src/plan/facts/ownership.ts';
import { foreignClaims } from '../support/frames.ts';
import { addressed, managers, usualAddress } from './managers.ts';
import { type Form, forms, planned, prepare } from './product.ts';
import { addContainer, reaches } from './rig/containers.ts';
import { hostMac } from './rig/lan.ts';
import { type Machine, startMachine } from './rig/machine.ts';
import { sleep } from './rig/processes.ts';

const { plain } = forms;
const shimPage = new URL('../../docs/shim.md', import.meta.url);
const container = plain.address;
const range = '192.168.1.192/28';

type Commands = readonly (readonly string[])[];
const mdnsPort = 5353;

const test = suite<{ machine: Machine; shim: Commands }>('managers: harm');

test.before(async (context) => {
  context.machine = await startMachine('trixie', 'harm');
  await managers[0].start(context.machine);
  await addressed(context.machine, usualAddress);
  await addContainer(context.machine, plain.container, container);
  context.shim = await commandsFor(context.machine, plain);
});
test.after(async ({ machine }) => machine.stop());
test.after.each(async ({ machine }) => {
  await machine.tryExec(['ip', 'link', 'del', 'dev', plain.shim]);
});

/** What netcompose would run on this host. */
const commandsFor = async (machine: Machine, form: Form): Promise<Commands> =>
  (await planned(machine, form)).map(({ command }) => command);

/** The shim without some of its commands; today's kind had a route with a source. */
const without = (shim: Commands, ...words: readonly string[]): Commands =>
  shim.filter((argv) => !argv.some((word) => words.some((each) => word.includes(each))));

async function make(machine: Machine, commands: Commands): Promise<void> {
  for (const argv of commands) await machine.exec(argv);
}

/** Who else claims the host's address when the host asks for a container that it does not know. */
async function claimsWhenAsked(machine: Machine) {
  await machine.lan.heard();
  await machine.exec(['ip', 'neigh', 'flush', 'dev', plain.shim]);
  await reaches(machine, container);
  return foreignClaims(await machine.lan.heard(), usualAddress, hostMac);
}

test('nobody else claims the address of the host', async ({ machine, shim }) => {
  await make(machine, shim);
  assert.equal(await claimsWhenAsked(machine), []);
});

for (const [what, words] of [
  ['without the link-local address', [`${linkLocalSender}/32`]],
  ['without arp_announce', ['arp_announce']],
] as const) {
  test(`${what} its requests say that the host is at its MAC address`, async ({ machine, shim }) => {
    await make(machine, without(shim, ...words));
    const claims = await claimsWhenAsked(machine);
    assert.ok(claims.some(({ how }) => how === 'arp-request'));
  });
}

/** Each tells the LAN which addresses the host has. */
const responders: Readonly<Record<string, { readonly start: Commands; readonly stop: Commands }>> = {
  avahi: {
    start: [
      ['systemctl', 'unmask', 'avahi-daemon.service', 'avahi-daemon.socket'],
      ['systemctl', 'restart', 'avahi-daemon'],
    ],
    stop: [['systemctl', 'stop', 'avahi-daemon.socket', 'avahi-daemon.service']],
  },
  'systemd-resolved': {
    start: [
      ['mkdir', '-p', '/etc/systemd/resolved.conf.d'],
      ['tee', '/etc/systemd/resolved.conf.d/mdns.conf'],
      ['systemctl', 'unmask', 'systemd-resolved.service'],
      ['systemctl', 'restart', 'systemd-resolved'],
      // networkd says no for its own; of others' interfaces it is resolved's own word that counts.
      ...['eth0', plain.shim].map((link) => ['resolvectl', 'mdns', link, 'yes']),
    ],
    stop: [['systemctl', 'stop', 'systemd-resolved']],
  },
};

for (const [name, { start, stop }] of Object.entries(responders)) {
  for (const [state, announced] of [
    ['off', false],
    ['on', true],
  ] as const) {
    test(`multicast ${state}: ${name} ${announced ? 'announces' : 'does not announce'} the link-local address`, async ({
      machine,
      shim,
    }) => {
      await make(machine, without(shim, 'multicast'));
      await machine.exec(['ip', 'link', 'set', 'dev', plain.shim, 'multicast', state]);
      await machine.lan.heard();
      for (const argv of start) await machine.exec(argv, '[Resolve]\nMulticastDNS=yes\n');
      // It probes for its name, and then says it several times.
      await sleep(5000);
      await make(machine, stop);
      const heard = (await machine.lan.heard())
        .map(({ bytes }) => bytes)
        .filter(
          (bytes) => bytes.length > 42 && bytes.readUInt16BE(12) === 0x0800 && bytes.readUInt16BE(36) === mdnsPort,
        );
      const having = (address: string) =>
        heard.some((bytes) => bytes.includes(Buffer.from(address.split('.').map(Number))));
      assert.ok(having(usualAddress), 'the host itself is announced');
      assert.is(having(linkLocalSender), announced);
    });
  }
}

for (const isDropped of [false, true]) {
  const what = isDropped ? 'stays here by the rule in docs/shim.md' : 'is passed on';
  test(`what is sent to a container that is gone ${what}`, async ({ machine, shim }) => {
    await make(machine, shim);
    const mac = (await machine.exec(['cat', `/sys/class/net/${plain.shim}/address`])).trim();
    const gone = { name: `gone-${isDropped}`, address: isDropped ? '192.168.1.199' : '192.168.1.198' };
    await addContainer(machine, gone.name, gone.address);
    if (isDropped) await machine.exec(['nft', await ruleWritten(mac)]);
    assert.ok(await reaches(machine, gone.address));
    await machine.lan.heard();
    await machine.exec(['ip', '-netns', gone.name, 'link', 'del', 'dev', 'eth0']);
    assert.not(await reaches(machine, gone.address));
    const claims = foreignClaims(await machine.lan.heard(), usualAddress, hostMac);
    assert.equal(new Set(claims.map(({ how }) => how)), new Set(isDropped ? [] : ['ipv4']));
    if (isDropped) assert.ok(await reaches(machine, container), 'containers are reached nevertheless');
  });
}

/** As a reader writes it for this parent and this shim. */
async function ruleWritten(mac: string): Promise<string> {
  const written = /^table netdev [^]*?^}$/m.exec(await readFile(shimPage, 'utf8'))![0];
  return written.replace('02:90:f5:6d:d0:65', mac);
}

test('a shim of the former kind is changed while it is in use, and nobody hears of it', async ({ machine, shim }) => {
  const former = ['ip', 'route', 'add', range, 'dev', plain.shim, 'src', usualAddress];
  await make(machine, without(shim, 'arp_announce', 'multicast', `${linkLocalSender}/32`, 'route'));
  await machine.exec(former);
  await reaches(machine, container);
  await machine.lan.heard();
  // The next `up`.
  await prepare(machine, plain);
  const routes = (await machine.exec(['ip', 'route', 'show', 'dev', plain.shim])).trim().split('\n');
  assert.equal(
    routes.map((line) => line.trim()),
    [range],
  );
  assert.ok(await reaches(machine, container));
  assert.equal(await claimsWhenAsked(machine), []);
});

test("the first interface's address is the source, unless a route in a table of its own has another", async ({
  machine,
  shim,
}) => {
  // A parent that was made after the network card: a bridge with a LAN of its own.
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
  await make(machine, shim);
  const commands = await commandsFor(machine, late);
  const table = commands.filter((argv) => argv.includes('28259') && argv[1] !== 'link');
  assert.is(table.length, 2);
  await make(
    machine,
    commands.filter((argv) => !table.includes(argv)),
  );
  assert.is(await sourceTo(container), usualAddress);
  assert.is(await sourceTo(late.address), usualAddress);
  await make(machine, table);
  assert.is(await sourceTo(late.address), lateAddress);
  assert.is(await sourceTo(container), usualAddress);
});

/** A network of the user's own on that parent. */
const late: Form = {
  name: 'table',
  shim: 'nc-late',
  container: 'late',
  address: '192.168.2.200',
  compose:
    'services: { web: { image: x, x-netmode: { network: lan } } }\n' +
    'networks: { lan: { driver: macvlan, driver_opts: { parent: late }, ' +
    'ipam: { config: [{ subnet: 192.168.2.0/24, gateway: 192.168.2.1, ip_range: 192.168.2.192/27 }] }, ' +
    'x-netmode: { host_access: shim, shim: { name: nc-late } } } }\n',
};

test.run();
