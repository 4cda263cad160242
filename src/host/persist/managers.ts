/** Which programs configure this host's network when it starts; nothing here needs privileges. */
import type { Managers, NetworkFile } from '../../plan/facts/managers.ts';
import { observeManagedState } from '../observe/host-facts.ts';
import { HostError } from '../system/errors.ts';
import type { Host } from '../system/host.ts';
import { look } from '../system/run-look.ts';
import { programOf, which } from '../system/which.ts';

/**
 * @param parents the interfaces that are asked about
 * Throws a `HostError` where `ip` or `sysctl` is not there.
 */
export async function observeManagers(host: Host, parents: readonly string[]): Promise<Managers> {
  const systemd = host.isDirectory('/run/systemd/system');
  const [networkd, networkManager] = await Promise.all([
    systemd ? observeNetworkd(host, parents) : undefined,
    observeNetworkManager(host, parents),
  ]);
  const ifupdown = observeIfupdown(host);
  const nft = programOf(host, 'nft');
  return {
    programs: { ip: pathOf(host, 'ip'), sysctl: pathOf(host, 'sysctl'), ...(nft !== undefined && { nft }) },
    systemd,
    ...(networkd && { networkd }),
    ...(networkManager && { networkManager }),
    ...(ifupdown && { ifupdown }),
  };
}

/** A unit's commands are given by their paths: it has another PATH than this process. */
function pathOf(host: Host, program: string): string {
  const path = which(host, program);
  if (path === undefined) throw new HostError({ message: `"${program}" is not there` });
  return path;
}

async function observeNetworkd(host: Host, parents: readonly string[]): Promise<Managers['networkd']> {
  const { code, stdout } = await look(host, ['networkctl', '--version']);
  const version = /^systemd (\d+)/m.exec(stdout)?.[1];
  const { code: inactive } = await look(host, ['systemctl', '--quiet', 'is-active', 'systemd-networkd.service']);
  if (code !== 0 || inactive !== 0 || version === undefined) return undefined;
  const files = parents.flatMap((parent): readonly (readonly [string, NetworkFile])[] => {
    const index = host.readText(`/sys/class/net/${parent}/ifindex`)?.trim();
    // What networkd itself keeps of each link (sd-network.c, "NETWORK_FILE").
    const state = index === undefined ? undefined : host.readText(`/run/systemd/netif/links/${index}`);
    const path = /^NETWORK_FILE=(.+)$/m.exec(state ?? '')?.[1];
    if (path === undefined || /^ADMIN_STATE=unmanaged$/m.test(state ?? '')) return [];
    return [[parent, { path, text: host.readText(path) ?? '' }]];
  });
  return { version, files: Object.fromEntries(files) };
}

async function observeNetworkManager(host: Host, parents: readonly string[]): Promise<Managers['networkManager']> {
  if (which(host, 'nmcli') === undefined) return undefined;
  const { code, stdout } = await look(host, ['nmcli', '-t', '-f', 'RUNNING,VERSION', 'general']);
  const version = /^running:([\d.]+)/.exec(stdout)?.[1];
  if (code !== 0 || version === undefined) return undefined;
  const states = await Promise.all(
    parents.map(async (parent) => [parent, await observeManagedState(host, parent)] as const),
  );
  const isManaged = (state = '10') => !/^10\b/.test(state) && !/\(.*\(/.test(state);
  return { version, devices: states.flatMap(([parent, state]) => (isManaged(state) ? [parent] : [])) };
}

const interfaces = '/etc/network/interfaces';

function observeIfupdown(host: Host): Managers['ifupdown'] {
  const main = host.readText(interfaces);
  if (main === undefined || which(host, 'ifup') === undefined) return undefined;
  const more = host.list(`${interfaces}.d`).flatMap((name) => host.readText(`${interfaces}.d/${name}`) ?? []);
  return { texts: [main, ...more] };
}
