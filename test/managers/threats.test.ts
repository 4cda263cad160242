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
import { addressed, managers, usualAddress, versionOf } from './managers.ts';
import { type ThreatOutcome, threatLines, threatsIn, threatsSection } from './page.ts';
import { checked, forms, hostIn, planned } from './product.ts';
import { addContainer, reaches } from './rig/containers.ts';
import { type Machine, startMachine } from './rig/machine.ts';
import { soon, waitFor } from './rig/processes.ts';
import { isTried, type Suite, suites } from './rig/suites.ts';

const page = new URL('../../docs/network-managers.md', import.meta.url);
const [networkd, , dhcpcd] = managers;
const { plain } = forms;
const { shim } = plain;

interface Threat {
  readonly program: Program;
  /** How it is set up, and what it does then, for the page. */
  readonly setUp: string;
  readonly does: string;
  readonly suites: readonly Suite[];
  readonly rule: RuleName;
  /** Gives the host its address, and has the program do what the rule speaks of. */
  start(machine: Machine): Promise<void>;
  /** Whether the program has done it to the shim that is there; given some time. */
  harmed(machine: Machine): Promise<boolean>;
}

const programs = {
  networkd: { name: 'systemd-networkd', version: ['networkctl', '--version'] },
  dhcpcd: { name: 'dhcpcd', version: ['dhcpcd', '--version'] },
  connman: { name: 'ConnMan', version: ['connmand', '--version'] },
  udev: { name: 'udev', version: ['udevadm', '--version'] },
  firewalld: { name: 'firewalld', version: ['firewall-cmd', '--version'] },
} as const;
type Program = (typeof programs)[keyof typeof programs];

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

const takes = 'gives it an address of the LAN, or takes its route away';
const givesUp = "takes its answers for another machine's, and gives the host's own address up";
const renames = 'renames it before it is done';

const threats: readonly Threat[] = [
  {
    program: programs.networkd,
    setUp: 'a .network file with `Type=ether`',
    does: takes,
    suites,
    rule: 'host/manager-takes-shim',
    start: networkdWith('/etc/systemd/network/90-all.network', 'Type=ether'),
    harmed: isTaken,
  },
  {
    program: programs.networkd,
    setUp: 'a .network file that comes before all others, with `Name=e* nc-*` and `Kind=!vlan bridge`',
    does: takes,
    suites: ['trixie'],
    rule: 'host/manager-takes-shim',
    start: networkdWith('/etc/systemd/network/01-all.network', 'Name=e* nc-*', 'Kind=!vlan bridge'),
    harmed: isTaken,
  },
  {
    program: programs.dhcpcd,
    setUp: 'no `denyinterfaces`',
    does: takes,
    suites: ['bookworm', 'trixie'],
    rule: 'host/manager-takes-shim',
    async start(machine) {
      await dhcpcd.start(machine);
      await machine.exec(['sed', '-i', '/^denyinterfaces/d', '/etc/dhcpcd.conf']);
      await machine.exec(['systemctl', 'restart', 'dhcpcd']);
    },
    harmed: isTaken,
  },
  {
    program: programs.dhcpcd,
    setUp: 'no `nft` on the host',
    does: givesUp,
    suites: ['trixie', 'sid'],
    rule: 'host/address-given-up',
    async start(machine) {
      await dhcpcd.start(machine);
      await machine.exec(['rm', '/usr/sbin/nft']);
    },
    harmed: addressLost,
  },
  {
    program: programs.dhcpcd,
    setUp: 'no `nft`, started for one interface, as ifupdown does',
    does: givesUp,
    suites: ['trixie'],
    rule: 'host/address-given-up',
    async start(machine) {
      await machine.exec(['dhcpcd', '-4', 'eth0']);
      await machine.exec(['rm', '/usr/sbin/nft']);
    },
    harmed: addressLost,
  },
  {
    program: programs.connman,
    setUp: 'as it comes',
    does: takes,
    suites: ['trixie'],
    rule: 'host/manager-takes-shim',
    async start(machine) {
      await machine.exec(['systemctl', 'unmask', 'connman.service']);
      await machine.exec(['systemctl', 'start', 'connman']);
    },
    harmed: isTaken,
  },
  {
    program: programs.udev,
    setUp: 'a .link file by the MAC address that the shim has',
    does: renames,
    suites,
    rule: 'host/renamed-by-mac',
    async start(machine) {
      await staticAddress(machine);
      const text = ['[Match]', `MACAddress=${await shimMac(machine)}`, '[Link]', 'Name=lan7', ''].join('\n');
      await machine.write('/etc/systemd/network/10-lan.link', text);
      await machine.exec(['udevadm', 'control', '--reload']);
    },
    harmed: isRenamed,
  },
  {
    program: programs.udev,
    setUp: 'a rule by that MAC address',
    does: renames,
    suites: ['trixie'],
    rule: 'host/renamed-by-mac',
    async start(machine) {
      await staticAddress(machine);
      const parts = ['SUBSYSTEM=="net"', 'ACTION=="add"', `ATTR{address}=="${await shimMac(machine)}"`, 'NAME="lan7"'];
      await machine.write('/etc/udev/rules.d/70-lan.rules', `# The card of the LAN.\n${parts.join(', ')}\n`);
      await machine.exec(['udevadm', 'control', '--reload']);
    },
    harmed: isRenamed,
  },
  {
    program: programs.firewalld,
    setUp: 'the parent in a zone that lets a port in, another default zone',
    does: "keeps containers from that port at the host's address",
    suites: ['trixie'],
    rule: 'host/firewall-zone',
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

const outcomes: ThreatOutcome[] = [];

for (const { program, setUp, does, suites: where, rule, start, harmed } of threats) {
  const tried = where.filter(isTried);
  const versions: string[] = [];
  let cured = 0;
  for (const each of tried) {
    test(`${each}, ${program.name}: ${setUp}`, async (context) => {
      const machine = await startMachine(each, 'threat');
      context.machine = machine;
      await start(machine);
      versions.push(await versionOf(...program.version)(machine));
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
      cured += 1;
    });
  }
  if (tried.length > 0)
    test(`${program.name}: ${setUp}, is told`, () => {
      const isCured = cured === tried.length;
      outcomes.push({ program: program.name, versions, setUp, does, rule, isCured });
      assert.ok(isCured);
    });
}

test('docs/network-managers.md says what was seen', () => {
  const section = threatsSection(outcomes);
  const written = readFileSync(page, 'utf8');
  const whole = suites.every(isTried);
  const old = threatsIn(written);
  if (whole && process.env['UPDATE_GOLDENS'])
    writeFileSync(
      page,
      written.replace(old, () => section),
    );
  const lines = new Set(threatLines(threatsIn(readFileSync(page, 'utf8'))));
  assert.equal(
    threatLines(section).filter((line) => !lines.has(line)),
    [],
  );
});

test.run();
