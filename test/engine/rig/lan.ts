/**
 * A LAN for tests: a network namespace, joined to the host by a pair of interfaces that stands for a network card and
 * its cable.
 */
import { type Output, patiently } from '../../support/patiently.ts';
import { sandboxFolder } from './sandbox.ts';

export interface LanOptions {
  /** Names the namespace; the host's interface is `ncp-<name>`. At most 11 characters. */
  readonly name: string;
  /** The third number of the LAN's addresses; 213 unless said otherwise. */
  readonly third?: number;
  /** Whether the host's default route leads here; no unless said otherwise. */
  readonly defaultRoute?: boolean;
}

export interface Lan {
  readonly namespace: string;
  /** The host's interface. */
  readonly parent: string;
  /** `192.168.213.0/24` */
  readonly subnet: string;
  /** `192.168.213.10`, on `parent`. */
  readonly hostAddress: string;
  /** `192.168.213.1`, in the namespace. */
  readonly gateway: string;
  /** Runs a program on the LAN. */
  exec(argv: readonly string[], input?: string): Promise<Output>;
  /** Takes it away, with what still runs there. Does nothing the second time. */
  remove(): Promise<void>;
}

/** Makes a LAN. Whatever was left of an earlier one of this name is removed first. */
export async function makeLan({ name, third = 213, defaultRoute = false }: LanOptions): Promise<Lan> {
  sandboxFolder();
  const namespace = name;
  const parent = `ncp-${name}`;
  const peer = `ncl-${name}`;
  const [subnet, hostAddress, gateway] = [`192.168.${third}.0/24`, `192.168.${third}.10`, `192.168.${third}.1`];
  const exec = (argv: readonly string[], input?: string) => run(['ip', 'netns', 'exec', namespace, ...argv], input);

  async function remove(): Promise<void> {
    const { code, stdout } = await run(['ip', 'netns', 'pids', namespace]);
    if (code === 0) {
      for (const pid of stdout.split('\n').filter(Boolean)) await run(['kill', '-KILL', pid]);
      await run(['ip', 'netns', 'delete', namespace]);
    }
    // The namespace takes its end of the pair with it, but not at once.
    await run(['ip', 'link', 'delete', parent]);
  }

  await remove();
  try {
    await must(['ip', 'netns', 'add', namespace]);
    await must(['ip', 'link', 'add', parent, 'type', 'veth', 'peer', 'name', peer, 'netns', namespace]);
    await must(['ip', 'address', 'add', `${hostAddress}/24`, 'dev', parent]);
    await must(['ip', 'link', 'set', parent, 'up']);
    await must(['ip', '-netns', namespace, 'address', 'add', `${gateway}/24`, 'dev', peer]);
    await must(['ip', '-netns', namespace, 'link', 'set', peer, 'up']);
    await must(['ip', '-netns', namespace, 'link', 'set', 'lo', 'up']);
    if (defaultRoute) await must(['ip', 'route', 'add', 'default', 'via', gateway, 'dev', parent]);
  } catch (error) {
    await remove();
    throw error;
  }
  return { namespace, parent, subnet, hostAddress, gateway, exec, remove };
}

async function must(argv: readonly string[]): Promise<void> {
  const { code, stderr } = await run(argv);
  if (code !== 0) throw new Error(`"${argv.join(' ')}" failed: ${stderr}`);
}

function run([command, ...args]: readonly string[], input?: string): Promise<Output> {
  return patiently(command!, args, { ...(input !== undefined && { input }) });
}
