/**
 * A host that starts again, with systemd as process 1: what `shim persist` wrote has the host reach its containers
 * before anyone logs in. Runs inside the virtual machine at each of its starts (`lab.sh run -i`), and ends with 194
 * where it is to start again. `LAB_MANAGER` names what configures its cards. The last line is `N passed, N failed`.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { check, counts, within } from '../suite/checks.ts';
import { must, run, until } from '../suite/process.ts';
import { chosenEngine } from './engine.ts';
import { makeLan } from './lan.ts';
import { allUnits, type File, managers } from './managers.ts';
import { composeFile, networks } from './networks.ts';
import { folder, netcompose, succeeds } from './product.ts';

interface Memory {
  /** How often the machine has started before. */
  readonly starts: number;
  readonly passed: number;
  readonly failed: number;
  /** Of everything below /etc before anything was persisted. */
  readonly etc: string;
}

const again = 194;
const memoryFile = '/src/memory.json';
/** Is brought back; the last start's journal is left there by the machine itself (`lab.sh`). */
const leftFolder = '/out';
/** Of a start: more than the machine writes, and less than is taken of a program's output. */
const journalLines = '5000';
const manager = managers.find(({ name }) => name === (process.env['LAB_MANAGER'] || 'networkd'))!;

/** Each file, with what it says or where it leads. */
const etc = () =>
  must('bash', '-c', "cd /etc; find . -type f -exec sha256sum {} + | sort; find . -type l -printf '%p %l\\n' | sort");

/** Waits for the containers, which the engine starts: it takes its time after the host is there. */
function reached(): void {
  for (const { name, address, address6 } of networks)
    for (const each of [address, address6]) {
      if (each === undefined) continue;
      const answers = () => run(['ping', '-c1', '-W1', each]).code === 0;
      const way = () => run(['ip', 'route', 'get', each]).stdout;
      const isReached = until(answers, Boolean, 60, 1000);
      check(`the host reaches its container on ${name} at ${each}`, isReached && way().includes(' dev nc-'), way());
    }
  for (const { name, router, router6 } of networks)
    for (const each of [router, router6]) {
      if (each === undefined) continue;
      const answer = netcompose('exec', '-T', name, 'ping', '-c1', '-W2', each);
      check(`the container on ${name} reaches ${each}`, answer.code === 0, answer.stdout + answer.stderr);
    }
  const shims = netcompose('shim', 'ls');
  check('`shim ls` finds nothing wrong', shims.code === 0, shims.stdout + shims.stderr);
}

/** @returns everything below /etc before anything was persisted */
function first(): string {
  within(`${manager.name}, first start`);
  prepare();
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/compose.yaml`, JSON.stringify(composeFile));
  succeeds('up', '-d');
  reached();
  const before = etc();
  const { stdout, stderr } = succeeds('shim', 'persist');
  process.stdout.write(`${stdout}${stderr}\n`);
  check(`it is for ${manager.made}`, stderr.includes(`made at start by ${manager.made}`), stderr);
  return before;
}

function second(memory: Memory | undefined): string {
  within(`${manager.name}, after a reboot`);
  reached();
  unpersist(memory!);
  succeeds('shim', 'persist', '--format', 'systemd');
  return memory!.etc;
}

function third(memory: Memory | undefined): string {
  within(`${manager.name}, after a reboot with systemd's units`);
  reached();
  unpersist(memory!);
  if (manager.byMac) takenByMac(manager.byMac);
  succeeds('down');
  const links = must('ip', '-br', 'link');
  check('no shim is left', !links.includes('nc-'), links);
  return memory!.etc;
}

function unpersist({ etc: before }: Memory): void {
  succeeds('shim', 'unpersist');
  const after = etc();
  check('nothing of it is left below /etc', after === before, difference(before, after));
}

/** The LANs, and the manager's configuration of the cards. */
function prepare(): void {
  for (const unit of allUnits)
    if (!manager.units.includes(unit)) run(['systemctl', 'disable', '--now', '--quiet', unit]);
  makeLan();
  chosenEngine();
  configure(...manager.files);
  must('systemctl', 'enable', '--quiet', ...manager.units);
  run(['systemctl', 'restart', ...manager.units]);
  const addresses = until(
    () => must('ip', '-br', '-4', 'address'),
    (text) => ['10.10.0.', '10.11.0.', '10.12.0.'].every((start) => text.includes(start)),
    90,
    1000,
  );
  check('the cards have their addresses', addresses.includes('10.10.0.'), addresses);
}

function configure(...files: readonly File[]): void {
  for (const { path, text, mode } of files) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: mode ?? 0o644 });
  }
  if (manager.name === 'netplan') must('netplan', 'generate');
}

/** An ipvlan shim has its parent's MAC address, by which the manager now is to know the parent. */
function takenByMac(byMac: (mac: string) => File): void {
  const [shim, path] = ['nc-eth1', '/etc/systemd/network/06-nc-eth1.network'];
  const { address } = networks.find(({ name }) => name === 'ipvlan-l2')!;
  const restart = () => must('systemctl', 'restart', ...manager.units);
  const isReached = () => run(['ping', '-c1', '-W1', address]).code === 0;
  // Where the shim has got the card's address and route, the host may still reach its containers.
  const isTaken = () =>
    !isReached() || / inet 10\.11\.0\.2\//.test(run(['ip', '-4', '-oneline', 'address', 'show', 'dev', shim]).stdout);
  const rule = 'host/manager-takes-shim';
  const told = () =>
    ['check', 'doctor --parent eth1'].map((command) => {
      const { stdout, stderr } = netcompose(...command.split(' '));
      return stdout + stderr;
    });
  const tellsIt = (text: string) => text.includes(`takes the shim "${shim}"`) && text.includes(path);
  configure(byMac(readFileSync('/sys/class/net/eth1/address', 'utf8').trim()));
  const before = told();
  check(
    `check and doctor tell that it takes ${shim}`,
    before.every(tellsIt) && before[0]!.includes(rule),
    before.join(),
  );
  restart();
  check('and it does', until(isTaken, Boolean, 30, 1000), must('ip', 'route'));
  // What they say is to be written.
  configure({ path, text: `[Match]\nName=${shim}\n[Link]\nUnmanaged=yes\n` });
  // Given up after 25 s by the clock, which on a busy machine is nothing.
  const { code } = until(
    () => run(['networkctl', 'reload']),
    (output) => output.code === 0,
    10,
  );
  check('`networkctl reload`', code === 0, String(code));
  const after = told();
  check('once that is written, they do not', !after.some((text) => text.includes('takes the shim')), after.join());
  restart();
  succeeds('shim', 'up');
  restart();
  check('and the host reaches the container', !until(isTaken, (yes) => !yes, 30, 1000), must('ip', 'route'));
  const shims = netcompose('shim', 'ls');
  check('`shim ls` finds nothing wrong', shims.code === 0, shims.stdout + shims.stderr);
}

const difference = (before: string, after: string) => {
  const lines = before.split('\n');
  return after
    .split('\n')
    .filter((line) => !lines.includes(line))
    .join(' | ');
};

const starts: readonly ((memory: Memory | undefined) => string)[] = [first, second, third];

function main(): number {
  const memory = existsSync(memoryFile) ? (JSON.parse(readFileSync(memoryFile, 'utf8')) as Memory) : undefined;
  const start = memory?.starts ?? 0;
  let etc: string | undefined;
  try {
    etc = starts[start]!(memory);
  } catch (error) {
    check('goes to its end', false, error instanceof Error ? error.message : String(error));
  }
  const { passed, failed } = counts();
  const total = { passed: passed + (memory?.passed ?? 0), failed: failed + (memory?.failed ?? 0) };
  if (start + 1 < starts.length && etc !== undefined) {
    if (failed > 0)
      writeFileSync(`${leftFolder}/journal-of-start-${start + 1}.log`, must('journalctl', '-b', '-n', journalLines));
    writeFileSync(memoryFile, JSON.stringify({ ...total, etc, starts: start + 1 } satisfies Memory));
    return again;
  }
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
}

process.exitCode = main();
