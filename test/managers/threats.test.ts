/**
 * The rules of `host/` and the real programs: what the rule speaks of happens, and once what its help says is written,
 * it does not happen and the rule is silent.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RuleName } from '../../src/diagnostics/rules.ts';
import { applyActions } from '../../src/host/execute/execute.ts';
import { cureOf } from '../support/help.ts';
import { addressLost } from './given-up.ts';
import { addressed, managers, usualAddress } from './managers.ts';
import { columnsOf, pageFrom, partsOf, threatsOf, withoutVersions } from './page.ts';
import { checked, forms, hostIn, planned } from './product.ts';
import { addContainer, reaches } from './rig/containers.ts';
import { type Machine, startMachine } from './rig/machine.ts';
import { soon, waitFor } from './rig/processes.ts';
import { isTried, type Suite, suites } from './rig/suites.ts';

const [networkd, , dhcpcd] = managers;
const { plain } = forms;
const { shim } = plain;
const page = new URL('../../docs/network-managers.md', import.meta.url);

interface Threat {
  readonly name: string;
  readonly suites: readonly Suite[];
  readonly rule: RuleName;
  /** For the page. */
  readonly does: string;
  /** Says its version, the first number that it prints. */
  readonly version: readonly string[];
  /** Gives the host its address, and has the program do what the rule speaks of. */
  start(machine: Machine): Promise<void>;
  /** Whether the program has done it to the shim that is there; given some time. */
  harmed(machine: Machine): Promise<boolean>;
}

const succeeds = async (machine: Machine, argv: readonly string[]) => (await machine.tryExec(argv)).code === 0;

/** Whether the shim has lost its route to the containers, or has got an address of the LAN. */
const isTaken = (machine: Machine) =>
  soon(8, async () => {
    const { stdout } = await machine.tryExec(['ip', '-4', '-oneline', 'address', 'show', 'dev', shim]);
    const routes = (await machine.tryExec(['ip', 'route', 'show', 'dev', shim])).stdout;
    return (
      /inet 192\.168\.1\./.test(stdout) || !routes.includes('192.168.1.192/28') || /default|192\.168\.1\.0/.test(routes)
    );
  });

async function staticAddress(machine: Machine): Promise<void> {
  await machine.exec(['ip', 'address', 'add', `${usualAddress}/24`, 'dev', 'eth0']);
  await machine.exec(['ip', 'link', 'set', 'dev', 'eth0', 'up']);
}

const networkdWith =
  (path: string, ...match: readonly string[]) =>
  async (machine: Machine) => {
    await machine.write(path, ['[Match]', ...match, '[Network]', 'DHCP=ipv4', ''].join('\n'));
    await networkd.start(machine);
  };

/** The MAC address that the shim is made with. */
async function shimMac(machine: Machine): Promise<string> {
  const { plan } = await checked(machine, plain);
  const made = plan?.actions.find(({ kind }) => kind === 'create-shim');
  return made?.kind === 'create-shim' ? made.mac! : '';
}

const isRenamed = (machine: Machine) => soon(3, () => succeeds(machine, ['test', '-e', '/sys/class/net/lan7']));

const taken = 'its route goes, or it gets an address of the LAN';
const givenUp = "the host's address is given up, as the shim answers containers that ask for it";
const renamed = 'it gets another name, and the next command does not find it';
const blocked = 'containers do not reach ports of the host that are open to the LAN';
const versions = {
  networkd: ['networkctl', '--version'],
  dhcpcd: ['dhcpcd', '--version'],
  connman: ['connmand', '--version'],
  udev: ['udevadm', '--version'],
  firewalld: ['firewall-cmd', '--version'],
} as const;

const threats: readonly Threat[] = [
  {
    name: 'networkd: a .network file for all that is Ethernet',
    suites,
    rule: 'host/manager-takes-shim',
    does: taken,
    version: versions.networkd,
    start: networkdWith('/etc/systemd/network/90-all.network', 'Type=ether'),
    harmed: isTaken,
  },
  {
    name: 'networkd: one that comes before all others',
    suites: ['trixie'],
    rule: 'host/manager-takes-shim',
    does: taken,
    version: versions.networkd,
    start: networkdWith('/etc/systemd/network/01-all.network', 'Name=e* nc-*', 'Kind=!vlan bridge'),
    harmed: isTaken,
  },
  {
    name: 'dhcpcd',
    suites: ['bookworm', 'trixie'],
    rule: 'host/manager-takes-shim',
    does: taken,
    version: versions.dhcpcd,
    async start(machine) {
      await dhcpcd.start(machine);
      await machine.exec(['sed', '-i', '/^denyinterfaces/d', '/etc/dhcpcd.conf']);
      await machine.exec(['systemctl', 'restart', 'dhcpcd']);
    },
    harmed: isTaken,
  },
  {
    name: 'dhcpcd 10, without nft',
    suites: ['trixie', 'sid'],
    rule: 'host/address-given-up',
    does: givenUp,
    version: versions.dhcpcd,
    async start(machine) {
      await dhcpcd.start(machine);
      await machine.exec(['rm', '/usr/sbin/nft']);
    },
    harmed: addressLost,
  },
  {
    name: 'dhcpcd 10 as ifupdown starts it, for one interface, without nft',
    suites: ['trixie'],
    rule: 'host/address-given-up',
    does: givenUp,
    version: versions.dhcpcd,
    async start(machine) {
      await machine.exec(['dhcpcd', '-4', 'eth0']);
      await machine.exec(['rm', '/usr/sbin/nft']);
    },
    harmed: addressLost,
  },
  {
    name: 'ConnMan',
    suites: ['trixie'],
    rule: 'host/manager-takes-shim',
    does: taken,
    version: versions.connman,
    async start(machine) {
      await machine.exec(['systemctl', 'unmask', 'connman.service']);
      await machine.exec(['systemctl', 'start', 'connman']);
    },
    harmed: isTaken,
  },
  {
    name: 'udev: a .link file by MAC address',
    suites,
    rule: 'host/renamed-by-mac',
    does: renamed,
    version: versions.udev,
    async start(machine) {
      await staticAddress(machine);
      const text = ['[Match]', `MACAddress=${await shimMac(machine)}`, '[Link]', 'Name=lan7', ''].join('\n');
      await machine.write('/etc/systemd/network/10-lan.link', text);
      await machine.exec(['udevadm', 'control', '--reload']);
    },
    harmed: isRenamed,
  },
  {
    name: 'udev: a rule by MAC address',
    suites: ['trixie'],
    rule: 'host/renamed-by-mac',
    does: renamed,
    version: versions.udev,
    async start(machine) {
      await staticAddress(machine);
      const parts = ['SUBSYSTEM=="net"', 'ACTION=="add"', `ATTR{address}=="${await shimMac(machine)}"`, 'NAME="lan7"'];
      await machine.write('/etc/udev/rules.d/70-lan.rules', `# The card of the LAN.\n${parts.join(', ')}\n`);
      await machine.exec(['udevadm', 'control', '--reload']);
    },
    harmed: isRenamed,
  },
  {
    name: 'firewalld: another zone than the parent',
    suites: ['trixie'],
    rule: 'host/firewall-zone',
    does: blocked,
    version: versions.firewalld,
    async start(machine) {
      await staticAddress(machine);
      await machine.exec(['systemctl', 'unmask', 'firewalld.service']);
      await machine.exec(['systemctl', 'start', 'firewalld']);
      for (const args of [['--add-interface=eth0'], ['--add-port=8080/tcp']]) {
        await machine.exec(['firewall-cmd', '--permanent', '--zone=home', ...args]);
        await machine.exec(['firewall-cmd', '--zone=home', ...args]);
      }
      await machine.exec(['systemd-run', '--quiet', 'busybox', 'httpd', '-f', '-p', '8080', '-h', '/etc']);
      await waitFor('no server', () =>
        succeeds(machine, ['busybox', 'wget', '-q', '-O', '-', 'http://127.0.0.1:8080/hostname']),
      );
    },
    // It answers neither the container nor refuses it: the firewall says "admin prohibited".
    harmed: async (machine) => {
      const url = `http://${usualAddress}:8080/hostname`;
      return !(await succeeds(machine, [
        'ip',
        'netns',
        'exec',
        plain.container,
        'busybox',
        'wget',
        '-T',
        '3',
        '-q',
        '-O',
        '-',
        url,
      ]));
    },
  },
];

/** Makes the shim as `up` does, or as far as it comes. */
async function make(machine: Machine, rule: RuleName): Promise<void> {
  await applyActions(await planned(machine, plain, rule), hostIn(machine)).catch(() => undefined);
}

/** Does what the help of a diagnostic says, word for word. */
async function follow(machine: Machine, help: string): Promise<void> {
  const { write, runs } = cureOf(help);
  if (write?.begins !== undefined) {
    await machine.exec(['sed', '-i', `${write.begins}s|^|${write.lines[0]} |`, write.path]);
  } else if (write) {
    const old = machine.read(write.path) ?? '';
    await machine.exec(['install', '-D', '-m', '0644', '/dev/null', write.path]);
    await machine.write(write.path, `${[...write.lines, old].join('\n')}\n`);
  }
  for (const argv of runs) await machine.exec(argv);
}

const test = suite<{ machine?: Machine }>('managers: threats');
test.after.each(async (context) => {
  await context.machine?.stop();
  delete context.machine;
});

const seen = new Map<string, Map<Suite, string>>();

for (const { name, suites: where, rule, version, start, harmed } of threats) {
  seen.set(name, new Map());
  for (const each of where.filter(isTried)) {
    test(`${each}, ${name}`, async (context) => {
      const machine = await startMachine(each, 'threat');
      context.machine = machine;
      await start(machine);
      await addressed(machine, usualAddress);
      await addContainer(machine, plain.container, plain.address);
      const found = async () =>
        (await checked(machine, plain)).diagnostics.filter((one) => one.rule.startsWith('host/'));

      const [diagnostic, ...others] = await found();
      assert.is(diagnostic?.rule, rule);
      assert.equal(others, []);
      await make(machine, rule);
      assert.ok(await harmed(machine), 'the program does what the rule speaks of');

      for (const link of [shim, 'lan7']) await machine.tryExec(['ip', 'link', 'del', 'dev', link]);
      await follow(machine, diagnostic!.help!);
      await addressed(machine, usualAddress);
      assert.equal(await found(), []);
      await make(machine, rule);
      assert.not(await harmed(machine), 'the program leaves the shim alone');
      assert.ok(await reaches(machine, plain.address));
      seen.get(name)!.set(each, /\d+(?:\.\d+)*/.exec(await machine.exec(version))?.[0] ?? '?');
    });
  }
}

test('docs/network-managers.md says what was seen', () => {
  const text = threatsOf(threats.map((threat) => ({ ...threat, versions: seen.get(threat.name)! })));
  const whole = suites.every(isTried);
  const { events } = partsOf(readFileSync(page, 'utf8'));
  if (whole && process.env['UPDATE_GOLDENS']) writeFileSync(page, pageFrom({ events, threats: text }));
  const { threats: written } = partsOf(readFileSync(page, 'utf8'));
  assert.equal(columnsOf(written, isTried), columnsOf(text, isTried));
  if (whole) assert.is(withoutVersions(written), withoutVersions(text));
});

test.run();
