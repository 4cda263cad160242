/**
 * Shows what netcompose makes of `examples/home-lab`: the plan, the rendered file, and, where an engine answers and the
 * user is root, the real thing, on a LAN of its own (a pair of virtual interfaces), so that yours is left alone.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importImage, testImage } from '../test/engine/rig/image.ts';
import { onPath } from '../test/engine/rig/installed.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const file = 'examples/home-lab/compose.yaml';
const [parent, cable] = ['ncdemo0', 'ncdemo1'];
const lan = {
  PARENT: parent,
  LAN_SUBNET: '192.168.213.0/24',
  LAN_GATEWAY: '192.168.213.1',
  LAN_RANGE: '192.168.213.192/27',
  DNS_ADDRESS: '192.168.213.53',
};

type Variables = Readonly<Record<string, string>>;

/** Runs netcompose on the example, with its output where the reader is, and gives back its exit code. */
function netcompose(variables: Variables, ...args: readonly string[]): number {
  process.stdout.write(`\n$ netcompose -f ${[file, ...args].join(' ')}\n`);
  const { status, error } = spawnSync(process.execPath, ['bin/netcompose.cjs', '-f', file, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...variables },
  });
  if (error) throw error;
  return status ?? 1;
}

function succeeds(...[command, ...args]: readonly string[]): boolean {
  const { status, error } = spawnSync(command!, args, { stdio: 'ignore', timeout: 60_000 });
  return !error && status === 0;
}

/** Why nothing is started here, or nothing where all is there. */
function whyNotUp(): string | undefined {
  if (process.platform !== 'linux') return 'this is not Linux';
  if (process.getuid?.() !== 0) return 'you are not root';
  return succeeds('docker', 'version') ? undefined : 'no Docker engine answers';
}

/** The example's images: its own where they can be had, else one made from this machine's programs. */
async function images(): Promise<Variables | undefined> {
  const own = ['busybox:stable', 'dockurr/dnsmasq:latest'];
  if (
    own.every((image) => succeeds('docker', 'image', 'inspect', image) || succeeds('docker', 'pull', '--quiet', image))
  )
    return {};
  if (!onPath('busybox') || !onPath('dnsmasq')) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'netcompose-demo-'));
  try {
    await importImage(folder, process.env as Variables);
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { IMAGE: testImage, DNS_IMAGE: testImage };
}

function makeLan(): boolean {
  return (
    succeeds('ip', 'link', 'add', parent!, 'type', 'veth', 'peer', 'name', cable!) &&
    succeeds('ip', 'address', 'add', '192.168.213.10/24', 'dev', parent!) &&
    succeeds('ip', 'link', 'set', 'dev', parent!, 'up') &&
    succeeds('ip', 'link', 'set', 'dev', cable!, 'up')
  );
}

/** Plans and renders; starts and stops what was planned, where that is possible. */
async function demo(): Promise<number> {
  const reason = whyNotUp();
  if (reason !== undefined) {
    // For a host as most are, whatever this one is.
    const shown = Math.max(
      netcompose({ PARENT: 'eth0' }, 'plan', '--offline'),
      netcompose({ PARENT: 'eth0' }, 'render', '--offline'),
    );
    process.stdout.write(
      `\nNothing was started, because ${reason}. ` +
        '"netcompose up -d" does what the plan lists, then starts the services.\n',
    );
    return shown;
  }
  try {
    if (!makeLan()) throw new Error(`a virtual LAN on ${parent} cannot be made here`);
    const shown = Math.max(netcompose(lan, 'plan'), netcompose(lan, 'render'));
    const found = await images();
    if (!found) {
      process.stdout.write('\nNothing was started: its images cannot be had here.\n');
      return shown;
    }
    const up = netcompose({ ...lan, ...found }, 'up', '-d');
    return Math.max(shown, up, netcompose({ ...lan, ...found }, 'down'));
  } finally {
    succeeds('ip', 'link', 'delete', 'dev', parent!);
  }
}

process.exitCode = await demo();
