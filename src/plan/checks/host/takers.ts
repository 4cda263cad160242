/** Programs that configure whatever interface they meet: they give a shim a lease, and take its routes away. */
import { posix } from 'node:path';
import { fileFor } from './match-link.ts';
import { fits } from './patterns.ts';
import { asked, type Situation, type Threat, whatToWrite } from './threat.ts';

const rule = 'host/manager-takes-shim';

const message = (program: string, { shim }: Situation, because = '') =>
  `${program} takes the shim "${shim.name}" of "${shim.network}" for an interface of its own${because}`;

/** A .network file that names the shim was written for it, by `shim persist` or by hand. */
export function takenByNetworkd(situation: Situation): Threat | undefined {
  const { link, managers } = situation;
  const file = managers.networkd && fileFor(link, managers.networkd);
  if (!file || file.unmanaged || file.match['Name']?.includes(link.name)) return undefined;
  return {
    rule,
    message: message('systemd-networkd', situation, `: "${file.path}" matches it by ${asked(file)}`),
    help: whatToWrite(leftAlone(link.name, file.path), 'networkctl reload'),
  };
}

/** What is written by `shim persist` comes before this (05-…), so that it still counts. */
function leftAlone(shim: string, path: string): readonly string[] {
  const [name, found] = [`06-${shim}.network`, posix.basename(path)];
  return name < found
    ? [`write "/etc/systemd/network/${name}":`, '[Match]', `Name=${shim}`, '[Link]', 'Unmanaged=yes']
    : [`write "/etc/systemd/network/${found}.d/${shim}.conf":`, '[Match]', `Name=!${shim}`];
}

export function takenByDhcpcd(situation: Situation): Threat | undefined {
  const { link, managers } = situation;
  if (!managers.dhcpcd || managers.dhcpcd.only) return undefined;
  const { denied, allowed } = managers.dhcpcd;
  const listed = (patterns: readonly string[]) => patterns.some((pattern) => fits(pattern, link.name));
  if (listed(denied) || (allowed.length > 0 && !listed(allowed))) return undefined;
  return {
    rule,
    message: message('dhcpcd', situation),
    help: whatToWrite(
      [
        'write in "/etc/dhcpcd.conf", before the first line that begins with "interface":',
        `denyinterfaces ${link.name}`,
      ],
      'systemctl restart dhcpcd',
    ),
  };
}

export function takenByConnman(situation: Situation): Threat | undefined {
  const { link, managers } = situation;
  if (!managers.connman || managers.connman.left.some((start) => link.name.startsWith(start))) return undefined;
  return {
    rule,
    message: message('ConnMan', situation),
    help: whatToWrite(
      [
        'write in "/etc/connman/main.conf":',
        '[General]',
        `NetworkInterfaceBlacklist=${[...managers.connman.left, link.name].join(',')}`,
      ],
      'systemctl restart connman',
    ),
  };
}
