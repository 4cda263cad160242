/** What a host has that netcompose could leave behind: compared before and after. */
import { execa } from 'execa';
import type { Rig } from './rig/rig.ts';

export interface Snapshot {
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  readonly links: readonly string[];
  readonly addresses: readonly string[];
  readonly routes: readonly string[];
  readonly rules: readonly string[];
  readonly neighbours: readonly string[];
  readonly sysctls: readonly string[];
}

type Inspected = Readonly<Record<string, unknown>> & { readonly Name: string };

/** Which an engine makes anew at its start. */
const predefined: readonly string[] = ['bridge', 'host', 'none', 'podman'];

/** A Docker network with all its settings; which containers it has is told elsewhere. */
function asItIs({ Containers: _, Id, Created, ...network }: Inspected): string {
  return JSON.stringify({ ...network, ...(!predefined.includes(network.Name) && { Id, Created }) });
}

/** Sorted, without what changes by itself (counters, life times, link-local addresses, the engine's ids). */
export async function snapshot(rig: Pick<Rig, 'docker'>): Promise<Snapshot> {
  const docker = async (...args: string[]) => lines((await rig.docker(...args)).stdout);
  const ip = async (...args: string[]) => lines((await execa('ip', args)).stdout);
  const ids = await docker('network', 'ls', '--quiet', '--no-trunc');
  const inspected = JSON.parse((await rig.docker('network', 'inspect', ...ids)).stdout) as readonly Inspected[];
  return {
    containers: await docker('ps', '--all', '--format', '{{.Names}}'),
    networks: inspected.map(asItIs).sort(),
    links: (await ip('-o', 'link')).map((line) => line.split(': ')[1]!).sort(),
    addresses: (await ip('-o', 'addr'))
      .filter((line) => !line.includes('fe80:'))
      .map((line) =>
        line
          .replace(/^\d+: |\s+valid_lft.*$/g, '')
          .replace(/\\$/, '')
          .trim(),
      )
      .sort(),
    routes: [
      ...(await ip('route', 'show', 'table', 'all')),
      ...(await ip('-6', 'route', 'show', 'table', 'all')),
    ].filter((line) => !/ expires |\bfe80:/.test(line)),
    rules: [...(await ip('rule')), ...(await ip('-6', 'rule'))],
    neighbours: await ip('neigh', 'show', 'nud', 'permanent'),
    sysctls: lines(
      (await execa('sysctl', ['-a', '-e', '--pattern', '^net\\.ipv[46]\\.(conf|neigh)\\.'])).stdout,
      // An engine turns forwarding on with the first bridge that needs it, and leaves it on; the other goes with that.
    ).filter((line) => !/\.forwarding |^net\.ipv4\.conf\.all\.accept_redirects /.test(line)),
  };
}

function lines(text: string): readonly string[] {
  return text.split('\n').filter(Boolean).sort();
}
