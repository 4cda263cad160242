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

/** Sorted, without what changes by itself (counters, life times, link-local addresses, the engine's ids). */
export async function snapshot(rig: Pick<Rig, 'docker'>): Promise<Snapshot> {
  const docker = async (...args: string[]) => lines((await rig.docker(...args)).stdout);
  const ip = async (...args: string[]) => lines((await execa('ip', args)).stdout);
  return {
    containers: await docker('ps', '--all', '--format', '{{.Names}}'),
    networks: await docker('network', 'ls', '--format', '{{.Name}} {{.Driver}}'),
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
      (
        await execa('sysctl', [
          '-a',
          '--pattern',
          '^net\\.ipv[46]\\.conf\\..*(arp_filter|arp_announce|rp_filter|accept_ra|disable_ipv6)$',
        ])
      ).stdout,
    ),
  };
}

function lines(text: string): readonly string[] {
  return text.split('\n').filter(Boolean).sort();
}
