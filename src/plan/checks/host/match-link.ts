/** Which .network or .link file systemd takes for an interface (`net_match_config` of systemd 252 to 262). */
import { parseMac } from '../../facts/mac.ts';
import type { LinkFile } from '../../facts/managers/manager-facts.ts';
import { allows } from './patterns.ts';

/** What systemd matches by, of an interface without a device of its own. */
export interface VirtualLink {
  readonly name: string;
  /** `macvlan`, `ipvlan`; udev names it as its driver, too. */
  readonly kind: string;
  readonly mac?: string;
  /** What the kernel reports as its permanent address: ipvlan has its parent's. */
  readonly permanentMac?: string;
}

const hasMac = (words: readonly string[], mac: string | undefined) =>
  mac !== undefined && words.some((word) => parseMac(word) === parseMac(mac));

const absent = (words: readonly string[]) => allows(words, undefined);

/** By key of [Match]. What is said of the host and not of the interface is not here. */
const tests: Readonly<Record<string, (words: readonly string[], link: VirtualLink) => boolean>> = {
  MACAddress: (words, { mac }) => hasMac(words, mac),
  PermanentMACAddress: (words, { permanentMac }) => hasMac(words, permanentMac),
  Name: (words, { name }) => allows(words, name),
  OriginalName: (words, { name }) => allows(words, name),
  Kind: (words, { kind }) => allows(words, kind),
  Driver: (words, { kind }) => allows(words, kind),
  // Neither driver tells a type of its own (DEVTYPE), so that the type of its frames counts.
  Type: (words) => allows(words, 'ether'),
  Property: (words, link) =>
    words.every((word) => {
      const [, not, key = '', value] = /^(!?)([^=]*)=(.*)$/s.exec(word) ?? [];
      return (properties(link)[key] === value) !== (not === '!');
    }),
  Path: absent,
  WLANInterfaceType: absent,
  SSID: absent,
  BSSID: () => false,
};

/** udev's, as far as they are the same everywhere. */
const properties = ({ name, kind }: VirtualLink): Readonly<Record<string, string>> => ({
  SUBSYSTEM: 'net',
  INTERFACE: name,
  ID_NET_DRIVER: kind,
});

/**
 * The file that systemd takes, or nothing: also where it hangs on something that is not known here (`Host=`,
 * `Virtualization=`, `KernelVersion=` and the like).
 */
export function fileFor(link: VirtualLink, files: readonly LinkFile[]): LinkFile | undefined {
  for (const file of files) {
    const keys = Object.keys(file.match);
    // One that asks for nothing is passed over (243 and newer).
    if (keys.length === 0) continue;
    const known = keys.filter((key) => Object.hasOwn(tests, key));
    if (!known.every((key) => tests[key]!(file.match[key]!, link))) continue;
    return known.length === keys.length ? file : undefined;
  }
  return undefined;
}
