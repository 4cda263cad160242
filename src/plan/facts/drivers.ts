/** Whether the kernel has the drivers of macvlan and ipvlan. */
import type { KernelDriver } from './facts.ts';
import type { ParsedFacts } from './parsed-facts.ts';

/**
 * What is missing for a netmode's network on a parent; nothing where nobody could look. Docker makes the VLAN link of
 * `eth0.10` itself.
 */
export function lackingDriver(
  driver: 'macvlan' | 'ipvlan',
  parent: string,
  facts: Pick<ParsedFacts, 'host' | 'engine'>,
): { readonly driver: KernelDriver; readonly help: readonly string[] } | undefined {
  const { host, engine } = facts;
  if (!host?.drivers || engine?.remote) return undefined;
  if (host.drivers[driver] === 'missing') {
    const other = driver === 'macvlan' ? 'ipvlan' : 'macvlan';
    const instead =
      host.drivers[other] === 'missing' ? [] : [`use ${other === 'ipvlan' ? 'ipvlan-l2' : other} instead`];
    return {
      driver,
      help: [...instead, `install a kernel that has ${driver}, or its other modules (linux-modules-extra on Ubuntu)`],
    };
  }
  const isMadeByDocker = /^[^.]+\.\d+$/.test(parent) && !host.interfaces.some(({ name }) => name === parent);
  if (!isMadeByDocker || host.drivers['8021q'] !== 'missing') return undefined;
  return { driver: '8021q', help: ['use the interface without a VLAN', 'install a kernel that has 8021q'] };
}

export const lackingMessage = (driver: KernelDriver) => `the kernel of this host has no ${driver}`;

/** What a network's options are where nothing is given, by driver. Source: Docker's network driver documentation. */
const defaultOptions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  macvlan: { macvlan_mode: 'bridge' },
  ipvlan: { ipvlan_flag: 'bridge', ipvlan_mode: 'l2' },
};

const defaultsOf = (driver: string) => (Object.hasOwn(defaultOptions, driver) ? defaultOptions[driver]! : {});

/** Driver options without those that say what Docker does anyway. */
export const withoutDefaults = (
  driver: string,
  options: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(options).filter(([name, value]) => defaultsOf(driver)[name] !== value));

/** Driver options with what Docker does where they are silent, so that two networks compare. */
export const withDefaults = (
  driver: string,
  options: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => ({ ...defaultsOf(driver), ...options });
