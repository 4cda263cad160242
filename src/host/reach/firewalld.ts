/** What firewalld lets in, as root may ask it. */
import type { Zone } from '../../plan/reach/evidence.ts';
import type { Host } from '../system/host.ts';
import { look } from '../system/run-look.ts';
import { which } from '../system/which.ts';

export interface Firewalld {
  /** The zone of each interface, but for those that accept everything. */
  readonly zones: ReadonlyMap<string, Zone>;
  /** Whether it drops what comes by IPv6 by another interface than its answer would leave by (`IPv6_rpfilter`). */
  readonly strictIpv6: boolean;
}

/** @param interfaces those whose zones are wanted */
export async function lookAtFirewalld(host: Host, interfaces: readonly string[]): Promise<Firewalld> {
  if (which(host, 'firewall-cmd') === undefined) return { zones: new Map(), strictIpv6: false };
  const [zones, strictIpv6] = await Promise.all([zonesOf(host, interfaces), isStrict(host)]);
  return { zones, strictIpv6 };
}

/** Its rule says so, in whichever words of firewalld.conf; what it forwards is no matter here. */
async function isStrict(host: Host): Promise<boolean> {
  if (which(host, 'nft') === undefined) return false;
  const { code, stdout } = await look(host, ['nft', 'list', 'table', 'inet', 'firewalld']);
  if (code !== 0) return false;
  const [, ...chains] = stdout.split(/^\tchain /m);
  return chains.some((chain) => /^\w*PREROUTING .*\bfib saddr .*\biif oif missing\b[^\n]*\bdrop$/ms.test(chain));
}

async function zonesOf(host: Host, interfaces: readonly string[]): Promise<Firewalld['zones']> {
  if (which(host, 'firewall-cmd') === undefined) return new Map();
  const ask = async (...args: readonly string[]) => {
    const { code, stdout } = await look(host, ['firewall-cmd', ...args]);
    return code === 0 ? stdout.trim() : '';
  };
  const found = new Map<string, Zone>();
  for (const each of interfaces) {
    // What is in no zone by name is in the default one.
    const name = (await ask(`--get-zone-of-interface=${each}`)) || (await ask('--get-default-zone'));
    if (name === '') continue;
    const settings = settingsOf(await ask(`--zone=${name}`, '--list-all'));
    const words = (key: string) => settings.get(key)?.split(' ').filter(Boolean) ?? [];
    if (settings.get('target') === 'ACCEPT') continue;
    found.set(each, { name, opens: [...words('services'), ...words('ports')] });
  }
  return found;
}

/** `  services: dhcpv6-client ssh` */
const settingsOf = (text: string): ReadonlyMap<string, string> =>
  new Map([...text.matchAll(/^ {2}([a-z-]+):[ \t]*(.*)$/gm)].map(([, key = '', value = '']) => [key, value.trim()]));
