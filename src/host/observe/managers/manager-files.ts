/**
 * What the programs that take, name or block interfaces would do, by their files: to ask them costs processes, and each
 * `up` would wait for those. Only dhcpcd is asked, where it runs, for its version.
 */
import { posix } from 'node:path';
import type {
  ConnmanFacts,
  FirewalldFacts,
  ManagerFacts,
  NamingRule,
} from '../../../plan/facts/managers/manager-facts.ts';
import type { Host } from '../../system/host.ts';
import { observeDhcpcd, withVersion } from './dhcpcd.ts';
import { observeLinkFiles } from './systemd-files.ts';

/** Of a program that does not run, or whose files this user may not read, nothing is told. */
export function observeManagerFiles(host: Host): ManagerFacts {
  // systemd (239 and newer) keeps such a link for each unit that is active (`unit_export_invocation_id`).
  const units = new Set(host.list('/run/systemd/units'));
  const runs = (unit: string) => units.has(`invocation:${unit}.service`);
  const networkd = runs('systemd-networkd') ? observeLinkFiles(host, 'network') : undefined;
  const links = observeLinkFiles(host, 'link');
  const namingRules = observeNamingRules(host);
  const dhcpcd = observeDhcpcd(host);
  const firewalld = runs('firewalld') ? observeFirewalld(host) : undefined;
  return {
    ...(networkd && { networkd }),
    ...(links.length > 0 && { links }),
    ...(namingRules.length > 0 && { namingRules }),
    ...(dhcpcd && { dhcpcd }),
    ...(runs('connman') && { connman: observeConnman(host) }),
    ...(firewalld && { firewalld }),
    persisted: observePersisted(host),
  };
}

/** The same, and the versions that count. */
export async function observeManagers(host: Host): Promise<ManagerFacts> {
  const managers = observeManagerFiles(host);
  return managers.dhcpcd ? { ...managers, dhcpcd: await withVersion(host, managers.dhcpcd) } : managers;
}

/** Of each format of `shim persist` a file that everybody may see. */
const persistedNames = [
  { folder: '/etc/systemd/system', name: /^netcompose-shim-(.+)\.service$/ },
  { folder: '/etc/udev/rules.d', name: /^90-netcompose-(.+)\.rules$/ },
  { folder: '/etc/network/interfaces.d', name: /^netcompose-(.+)$/ },
] as const;

function observePersisted(host: Host): readonly string[] {
  const found = persistedNames.flatMap(({ folder, name }) =>
    host.list(folder).flatMap((file) => name.exec(file)?.[1] ?? []),
  );
  // As systemd-escape has it.
  const plain = (name: string) =>
    name.replace(/(?:\\x[\da-f]{2})+/g, (bytes) => decodeURIComponent(bytes.replaceAll('\\x', '%')));
  return [...new Set(found.map(plain))].sort();
}

/** Those of people and programs of this host: what comes with udev names nothing by an address. */
const ruleFolders = ['/etc/udev/rules.d', '/run/udev/rules.d'] as const;
const isMade = /^(?:[A-Z].*[,\s])?NAME\s*:?=\s*"/;
/** More than any host has. */
const mostRules = 200;

function observeNamingRules(host: Host): readonly NamingRule[] {
  const paths = new Map<string, string>();
  for (const folder of ruleFolders) {
    for (const name of host.list(folder))
      if (name.endsWith('.rules') && !paths.has(name)) paths.set(name, `${folder}/${name}`);
  }
  return [...paths]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, path]) => namingRules(path, host.readText(path) ?? ''))
    .slice(0, mostRules);
}

/** udev(7): a backslash at its end continues a line. */
function namingRules(path: string, text: string): readonly NamingRule[] {
  const joined = text.replaceAll('\\\n', '\0');
  return joined.split('\n').flatMap((line, at, all): readonly NamingRule[] => {
    const rule = line.replaceAll('\0', ' ').trim();
    if (!isMade.test(rule)) return [];
    const more = all.slice(0, at).join('').split('\0').length - 1;
    return [{ path, line: at + more + 1, text: rule }];
  });
}

/** As of 1.42 to 2.0 (`main.c`). */
const leftByDefault = ['vmnet', 'vboxnet', 'virbr', 'ifb', 've-', 'vb-', 'ham', 'veth'] as const;

function observeConnman(host: Host): ConnmanFacts {
  const text = host.readText('/etc/connman/main.conf') ?? '';
  const line = [...text.matchAll(/^\s*NetworkInterfaceBlacklist\s*=\s*(.*)$/gm)].at(-1)?.[1];
  return {
    left:
      line === undefined
        ? leftByDefault
        : line
            .split(/[,;]/)
            .map((name) => name.trim())
            .filter(Boolean),
  };
}

const profiles = '/etc/NetworkManager/system-connections';

/** Of zones, those in which interfaces were put for good, and those that NetworkManager's profiles name. */
function observeFirewalld(host: Host): FirewalldFacts | undefined {
  const settings = host.readText('/etc/firewalld/firewalld.conf');
  if (settings === undefined) return undefined;
  const defaultZone = /^\s*DefaultZone\s*=\s*(\S+)/m.exec(settings)?.[1] ?? 'public';
  const zoneFile = (folder: string, zone: string) => host.readText(`${folder}/zones/${zone}.xml`);
  const zone = zoneFile('/etc/firewalld', defaultZone) ?? zoneFile('/usr/lib/firewalld', defaultZone) ?? '';
  const byZone = host
    .list('/etc/firewalld/zones')
    .filter((name) => name.endsWith('.xml'))
    .flatMap((file) => {
      const text = host.readText(`/etc/firewalld/zones/${file}`) ?? '';
      return [...text.matchAll(/<interface\s+name=["']([^"']+)["']/g)].map(
        ([, name = '']) => [name, posix.basename(file, '.xml')] as const,
      );
    });
  const byProfile = host.list(profiles).flatMap((file) => {
    const text = host.readText(`${profiles}/${file}`) ?? '';
    const value = (key: string) => new RegExp(`^${key}=(\\S+)`, 'm').exec(text)?.[1];
    const [name, named] = [value('interface-name'), value('zone')];
    return name !== undefined && named !== undefined ? [[name, named] as const] : [];
  });
  return {
    defaultZone,
    open: /<zone\b[^>]*\btarget=["']ACCEPT["']/.test(zone),
    zones: Object.fromEntries([...byZone, ...byProfile]),
  };
}
