/**
 * An ipvlan shim on a host whose DHCP client or firewall takes what it finds: that `check`, `doctor` and `up` tell it
 * beforehand, that it happens, and that it no longer does once what they say is written. `test/managers/` has the same
 * with macvlan. Runs inside the virtual machine at its only start; `LAB_THREATS` names the program, or `all`. The last
 * line is `N passed, N failed`.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { cureOf } from '../../support/help.ts';
import { check, counts, within } from '../suite/checks.ts';
import { must, run, until } from '../suite/process.ts';
import { makeLan } from './lan.ts';
import { allUnits } from './managers.ts';
import { folder, netcompose, succeeds } from './product.ts';

interface Program {
  readonly name: string;
  /** Absent: it does nothing to this shim, and nothing is said of it. */
  readonly rule?: string;
  /** The shim's own on the LAN, where it is to have one. */
  readonly shimAddress?: string;
  /** Its version, as it says it. */
  readonly version: readonly string[];
  readonly unit: string;
  /** Has it read its files again, where that is something else than to start it again. */
  readonly reload?: readonly string[];
  /** Starts it, as it comes. */
  start(): void;
  /** Whether it has done to the shim what the rule speaks of. */
  harmed(): boolean;
  /** The DHCP clients give their own address to the card. */
  readonly isClient?: true;
  /** Left alone it still turns IPv6 on for every interface when it starts. */
  readonly turnsOnIpv6?: true;
}

const [card, shim] = ['eth0', 'nc-eth0'] as const;
const [hostAddress, address, range] = ['10.10.0.2', '10.10.0.196', '10.10.0.192/29'] as const;
const projectOf = ({ shimAddress }: Program) => ({
  services: {
    web: {
      ...{ image: 'busybox', command: ['sleep', '86400'], init: true, pull_policy: 'never' },
      'x-netmode': { network: 'lan', ipv4_address: address },
    },
  },
  networks: {
    lan: {
      'x-netmode': {
        ...{ mode: 'ipvlan-l2', parent: card, subnet: '10.10.0.0/24', gateway: '10.10.0.1', ip_range: range },
        ...(shimAddress !== undefined && { shim: { ipv4_address: shimAddress } }),
      },
    },
  },
});

const state = () => `${run(['ip', '-4', '-br', 'address']).stdout}${run(['ip', 'route']).stdout}`.trim();

/** An address of the LAN on it, a route that is not ours, or ours gone. */
function isTaken(): boolean {
  const addresses = run(['ip', '-4', '-oneline', 'address', 'show', 'dev', shim]).stdout;
  const routes = run(['ip', 'route', 'show', 'dev', shim]).stdout;
  return (
    / inet (?:10\.10|169\.254)\./.test(addresses) || routes.trim().split('\n').length !== 1 || !routes.includes(range)
  );
}

/** Asks a server of the host from the container. */
const reachesHost = (at: string) =>
  netcompose('exec', '-T', 'web', 'wget', '-T', '3', '-q', '-O', '-', `http://${at}:8080/hostname`).code === 0;

const unitOf = (...command: readonly string[]) =>
  ['[Unit]', 'Description=DHCP client', '[Service]', `ExecStart=${command.join(' ')}`, ''].join('\n');

/** What asks by D-Bus is given up after 25 s by the clock, which on a busy machine is nothing. */
function patiently(...argv: readonly string[]): void {
  const { code, stderr } = until(
    () => run(argv),
    (output) => output.code === 0,
    10,
  );
  if (code !== 0) throw new Error(`"${argv.join(' ')}" ended with ${code}: ${stderr.trim()}`);
}

/** The card is in a zone in which the server's port is open, the default zone is another. */
function startFirewalld(): void {
  must('systemctl', 'start', 'firewalld');
  for (const change of [`--add-interface=${card}`, '--add-port=8080/tcp'])
    for (const how of [['--permanent'], []]) patiently('firewall-cmd', ...how, '--zone=home', change);
  run(['systemd-run', '--quiet', '--unit=web', 'busybox', 'httpd', '-f', '-p', '8080', '-h', '/etc']);
}

const firewalld = {
  ...{ unit: 'firewalld.service', version: ['firewall-cmd', '--version'], start: startFirewalld },
} as const;

const programs: readonly Program[] = [
  {
    // The form of its own; netplan's, `PermanentMACAddress=`, is in the reboots.
    ...{ name: 'networkd', rule: 'host/manager-takes-shim', unit: 'systemd-networkd.service' },
    version: ['networkctl', '--version'],
    reload: ['networkctl', 'reload'],
    start() {
      const mac = readFileSync(`/sys/class/net/${card}/address`, 'utf8').trim();
      const text = `[Match]\nMACAddress=${mac}\n[Network]\nAddress=${hostAddress}/24\n`;
      writeFileSync('/etc/systemd/network/20-lan.network', text);
      must('systemctl', 'start', 'systemd-networkd');
    },
    harmed: isTaken,
  },
  {
    ...{ name: 'dhcpcd', rule: 'host/manager-takes-shim', unit: 'dhcpcd.service', isClient: true },
    version: ['dhcpcd', '--version'],
    start() {
      writeFileSync('/etc/systemd/system/dhcpcd.service', unitOf('/usr/sbin/dhcpcd', '--nobackground'));
      must('systemctl', 'daemon-reload');
      must('systemctl', 'start', 'dhcpcd');
    },
    harmed: isTaken,
  },
  {
    ...{ name: 'connman', rule: 'host/manager-takes-shim', unit: 'connman.service', isClient: true, turnsOnIpv6: true },
    version: ['connmand', '--version'],
    start: () => void must('systemctl', 'start', 'connman'),
    harmed: isTaken,
  },
  // What is sent to the host's own address arrives at the card, and what is sent to the shim's by the shim.
  { name: 'firewalld', ...firewalld, harmed: () => !reachesHost(hostAddress) },
  {
    ...{ name: "firewalld, the shim's own address", rule: 'host/firewall-zone', shimAddress: '10.10.0.150' },
    ...firewalld,
    harmed: () => !reachesHost('10.10.0.150'),
  },
];

interface Told {
  readonly rule: string;
  readonly message: string;
  readonly help?: string;
}

/** What `check` says of programs of this host. */
function told(): readonly Told[] {
  const { stdout } = netcompose('check', '--format', 'json');
  const { diagnostics } = JSON.parse(stdout) as { readonly diagnostics: readonly Told[] };
  return diagnostics.filter(({ rule }) => rule.startsWith('host/') && rule !== 'host/not-persistent');
}

function follow(help: string): void {
  const { write, runs } = cureOf(help);
  if (write) {
    mkdirSync(dirname(write.path), { recursive: true });
    const old = existsSync(write.path) ? readFileSync(write.path, 'utf8') : '';
    writeFileSync(write.path, `${[...write.lines, old].join('\n')}\n`);
  }
  for (const argv of runs) patiently(...argv);
}

const hasIpv6 = () => readFileSync(`/proc/sys/net/ipv6/conf/${shim}/disable_ipv6`, 'utf8').trim() === '0';

const reached = () => run(['ping', '-c1', '-W1', address]).code === 0;

/** The card has an address of what the LAN's server gives; ConnMan takes away what was there already. */
const hasCard = () => until(() => / 10\.10\.0\.(?:5\d|60)\//.test(state()), Boolean, 60, 1000);

function tried(program: Program): void {
  const { name, rule, version, unit, reload, start, harmed, isClient, turnsOnIpv6 } = program;
  within(name);
  writeFileSync(`${folder}/compose.yaml`, JSON.stringify(projectOf(program)));
  start();
  process.stdout.write(`${name}: ${run(version).stdout.split('\n')[0]}\n`);
  if (isClient) check('it has the card', hasCard(), state());
  const before = told();
  if (rule === undefined) {
    check('nothing is told', before.length === 0, JSON.stringify(before));
    succeeds('up', '-d');
    check('and nothing happens', !until(harmed, Boolean, 3, 1000), state());
    succeeds('down');
    return;
  }
  check('`check` tells it', before.length === 1 && before[0]!.rule === rule, JSON.stringify(before));
  const doctor = netcompose('doctor', '--parent', card).stdout;
  check(
    '`doctor` tells it',
    doctor.includes(`shim "${shim}"`) && doctor.includes(before[0]?.message.split(' ')[0] ?? rule),
    doctor,
  );
  const { code, stderr } = netcompose('up', '-d');
  check('`up` tells it', stderr.includes(rule), stderr);
  // Either may come first: what `up` sets, or the program that sets it otherwise.
  const isHindered = code === 3 && stderr.includes('is something else on this host changing its network');
  check('`up` makes the shim, or says that somebody else changes it', code === 0 || isHindered, `${code}: ${stderr}`);
  const isAtOnce = isHindered || until(harmed, Boolean, 20, 1000);
  if (!isAtOnce) must('systemctl', 'restart', unit);
  const happens = isAtOnce || until(harmed, Boolean, 40, 1000);
  check(`and it happens${isAtOnce ? '' : ', once the program starts again'}`, happens, state());
  process.stdout.write(`${state()}\n`);

  run(['ip', 'link', 'del', 'dev', shim]);
  follow(before[0]?.help ?? '');
  if (isClient) hasCard();
  const after = told();
  check('once what they say is done, `check` is silent', after.length === 0, JSON.stringify(after));
  succeeds('up', '-d');
  check('and it does not happen', !until(harmed, Boolean, 20, 1000), state());
  if (reload) {
    patiently(...reload);
    check('nor where the program reads its files again', !until(harmed, Boolean, 20, 1000), state());
  }
  must('systemctl', 'restart', unit);
  if (isClient) hasCard();
  check('nor where the program starts again', !until(harmed, Boolean, 20, 1000), state());
  check('and the host reaches the container', until(reached, Boolean, 20, 1000), state());
  check(
    `IPv6 is ${turnsOnIpv6 ? 'on' : 'still off'} on the shim`,
    until(hasIpv6, (has) => has === Boolean(turnsOnIpv6), 10, 1000) === Boolean(turnsOnIpv6),
    String(hasIpv6()),
  );
  const seen = netcompose('shim', 'ls');
  check(
    `\`shim ls\` ${turnsOnIpv6 ? 'says so' : 'finds nothing wrong'}`,
    turnsOnIpv6 ? seen.code !== 0 && seen.stdout.includes('disable_ipv6') : seen.code === 0,
    seen.stdout + seen.stderr,
  );
  if (turnsOnIpv6) {
    succeeds('shim', 'up');
    check('`shim up` turns it off', !hasIpv6(), '');
    const mended = netcompose('shim', 'ls');
    check('and `shim ls` finds nothing wrong', mended.code === 0, mended.stdout + mended.stderr);
  }
  succeeds('down');
  // With the socket that would start it again at the next change of an interface.
  const triggers = must('systemctl', 'show', '--property', 'TriggeredBy', '--value', unit);
  must('systemctl', 'stop', ...triggers.split(' ').filter(Boolean), unit);
}

function main(): number {
  const wanted = (process.env['LAB_THREATS'] || 'all').split(';');
  for (const unit of allUnits) run(['systemctl', 'disable', '--now', '--quiet', unit]);
  makeLan();
  mkdirSync(folder, { recursive: true });
  for (const program of programs) {
    if (!wanted.some((name) => name === 'all' || program.name.startsWith(name))) continue;
    try {
      run(['ip', 'address', 'flush', 'dev', card]);
      must('ip', 'address', 'add', `${hostAddress}/24`, 'dev', card);
      must('ip', 'link', 'set', 'dev', card, 'up');
      tried(program);
    } catch (error) {
      check('goes to its end', false, error instanceof Error ? error.message : String(error));
    }
  }
  const { passed, failed } = counts();
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

process.exitCode = main();
