/**
 * The programs that configure a host's network when it starts: what is known of them, and which of them has an
 * interface. Looked at by `shim persist` only; no part of the facts that are kept.
 */

export interface Managers {
  /** Where the programs that make a shim are. */
  readonly programs: { readonly ip: string; readonly sysctl: string; readonly nft?: string };
  /** Whether systemd is process 1. */
  readonly systemd: boolean;
  readonly networkd?: Networkd;
  readonly networkManager?: NetworkManager;
  readonly ifupdown?: Ifupdown;
}

interface Networkd {
  /** `252` */
  readonly version: string;
  /** By interface, the .network file that networkd configures it by. */
  readonly files: Readonly<Record<string, NetworkFile>>;
}

export interface NetworkFile {
  readonly path: string;
  readonly text: string;
}

interface NetworkManager {
  /** `1.42.4` */
  readonly version: string;
  /** The interfaces that it configures. */
  readonly devices: readonly string[];
}

interface Ifupdown {
  /** The texts of `/etc/network/interfaces` and of the files that Debian's includes. */
  readonly texts: readonly string[];
}

/** What `--format` takes. */
export const persistFormats = ['systemd', 'networkd', 'networkmanager', 'ifupdown', 'netplan'] as const;
export type PersistFormat = (typeof persistFormats)[number];

/** Which program configures a parent when the host starts; a systemd unit where none is known to. */
export function formatOf(parent: string, managers: Managers): PersistFormat {
  const file = managers.networkd?.files[parent];
  if (file) return isNetplans(file) ? 'netplan' : 'networkd';
  if (managers.networkManager?.devices.includes(parent)) return 'networkmanager';
  return managers.ifupdown && wordsAfter('iface', managers.ifupdown).some(([name]) => name === parent)
    ? 'ifupdown'
    : 'systemd';
}

/** netplan writes such files anew each time the host starts (netplan 0.106 to 1.2). */
export const isNetplans = ({ path }: NetworkFile): boolean => /^\/run\/systemd\/network\/\d+-netplan-/.test(path);

/** Whether ifupdown brings an interface up when the host starts, and not later when it is plugged in. */
export const isAutomatic = (name: string, ifupdown: Ifupdown): boolean =>
  ['auto', 'allow-auto'].some((keyword) => wordsAfter(keyword, ifupdown).flat().includes(name));

/** Whether it reads `/etc/network/interfaces.d`, as Debian sets it up (`source …/*` or `source-directory`). */
export const readsFolder = (ifupdown: Ifupdown): boolean =>
  ['source', 'source-directory'].some((keyword) =>
    wordsAfter(keyword, ifupdown)
      .flat()
      .some((path) => /^(\/etc\/network\/)?interfaces\.d(\/\*)?$/.test(path)),
  );

/** The words of each line that begins with a keyword; interfaces(5): a backslash continues a line. */
function wordsAfter(keyword: string, { texts }: Ifupdown): readonly (readonly string[])[] {
  const lines = texts.flatMap((text) => text.replaceAll('\\\n', ' ').split('\n'));
  return lines.flatMap((line) => {
    const [first, ...rest] = line.trim().split(/\s+/);
    return first === keyword ? [rest] : [];
  });
}

/** NetworkManager's profile for a shim that it makes itself. */
export const profilePath = (shim: string) => `/etc/NetworkManager/system-connections/netcompose-${shim}.nmconnection`;
