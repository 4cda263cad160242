/** A LAN in a network namespace: a router that hands out addresses, a neighbour, and a listener to all that is said. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { sandboxFolder } from '../../engine/rig/sandbox.ts';
import { type Frame, framesOf } from '../../support/frames.ts';
import { must, type Output, run, sleep, waitFor } from './processes.ts';

/** The host's network card, and the addresses that the DHCP server may give it. */
export const hostMac = '52:54:00:00:00:02';
const router = '192.168.1.1';
const router6 = 'fd00:1::1';

export interface Lan {
  readonly namespace: string;
  exec(argv: readonly string[]): Promise<Output>;
  /** Pulls the cable out, or puts it back. */
  cable(state: 'up' | 'down'): Promise<void>;
  /** From now on the DHCP server has this address for the host and has forgotten what it gave before. */
  lease(address: string): Promise<void>;
  /** What the DHCP server wrote, for tests that look for a DHCPDECLINE. */
  dhcpLog(): string;
  /** All frames since the last call, or since the LAN was made. */
  heard(): Promise<readonly Frame[]>;
  stop(): Promise<void>;
}

/** The host's end of the cable, in the LAN's namespace until it is put into a host. */
export const cardOnLan = 'card0';

export async function makeLan(namespace: string): Promise<Lan> {
  const leases = join(sandboxFolder(), `${namespace}.leases`);
  const inside = (argv: readonly string[]) => ['ip', 'netns', 'exec', namespace, ...argv];
  const started: ChildProcess[] = [];
  let log = '';
  let captured = Buffer.alloc(0);
  let read = 0;
  let server: ChildProcess | undefined;

  function start(argv: readonly string[]): ChildProcess {
    const [command, ...args] = inside(argv);
    const child = spawn(command!, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    child.on('error', () => undefined);
    started.push(child);
    return child;
  }

  await must(['ip', 'netns', 'add', namespace]);
  // It keeps its index: that of a network card, which is there before the interfaces that programs make.
  const card = ['ip', 'link', 'add', cardOnLan, 'index', '2', 'address', hostMac];
  await must(inside([...card, 'type', 'veth', 'peer', 'name', 'lan0', 'index', '3']));
  for (const argv of [
    // Or it says of itself that it is no router when asked for its MAC address, and the host forgets its routes by it.
    ['sysctl', '-qw', 'net.ipv6.conf.all.forwarding=1'],
    ['ip', 'address', 'add', `${router}/24`, 'dev', 'lan0'],
    ['ip', 'address', 'add', `${router6}/64`, 'dev', 'lan0', 'nodad'],
    ['ip', 'link', 'set', 'dev', 'lo', 'up'],
    ['ip', 'link', 'set', 'dev', 'lan0', 'up'],
  ]) {
    await must(inside(argv));
  }
  const listener = start(['tcpdump', '-i', 'lan0', '-n', '-U', '-s', '0', '--immediate-mode', '-Z', 'root', '-w', '-']);
  listener.stdout!.on('data', (chunk: Buffer) => {
    captured = Buffer.concat([captured, chunk]);
  });
  await waitFor('no capture', async () => captured.length >= 24);

  return {
    namespace,
    exec: (argv) => run(inside(argv)),
    cable: async (state) => void (await must(inside(['ip', 'link', 'set', 'dev', 'lan0', state]))),
    async lease(address) {
      if (server) await end(server);
      await run(['rm', '-f', leases]);
      server = start([
        ...['dnsmasq', '--keep-in-foreground', '--log-facility=-', '--conf-file=/dev/null', '--port=0', '--user=root'],
        ...['--interface=lan0', '--bind-dynamic', '--dhcp-authoritative', '--no-ping', `--dhcp-leasefile=${leases}`],
        ...[`--dhcp-range=${address},${address},2m`, `--dhcp-host=${hostMac},${address}`],
        ...['--dhcp-range=192.168.1.100,192.168.1.150,2m', `--dhcp-option=option:router,${router}`],
        ...['--enable-ra', '--dhcp-range=fd00:1::,ra-only,64'],
      ]);
      server.stderr!.on('data', (chunk: Buffer) => {
        log += chunk.toString();
      });
      await waitFor('no DHCP server', async () => (await run(inside(['ss', '-lun']))).stdout.includes(':67 '));
    },
    dhcpLog: () => log,
    async heard() {
      // What has been said just now is on its way through the listener.
      await sleep(150);
      const frames = framesOf(captured);
      const fresh = frames.slice(read);
      read = frames.length;
      return fresh;
    },
    async stop() {
      for (const child of started) await end(child);
      await run(['ip', 'netns', 'delete', namespace]);
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await ended;
}
