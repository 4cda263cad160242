/** The addresses that the file gives to containers, read once. */
import uniqBy from 'lodash/uniqBy.js';
import type { Report } from '../../diagnostics/diagnostic.ts';
import type { Located } from '../../diagnostics/source.ts';
import type { Intents, ServiceIntent } from '../../netmode/intents.ts';
import { type Address, formatAddress, parseAddress } from '../facts/ip.ts';

interface BothFamilies {
  readonly ipv4Address?: Located<Address>;
  readonly ipv6Address?: Located<Address>;
}

export interface WrittenAddresses {
  /** Those of the service's `x-netmode`. */
  readonly netmode: BothFamilies;
  /** Those that it puts up by itself, for the same network. */
  readonly floating: readonly Located<Address>[];
  /** Those of `services.*.networks.*`, by network key. */
  readonly declared: ReadonlyMap<string, BothFamilies>;
}

/**
 * @param report gets `netmode/invalid-value` for what is no address
 * @returns what each service says, by name
 */
export function readAddresses({ services }: Intents, report: Report): ReadonlyMap<string, WrittenAddresses> {
  return new Map([...services].map(([name, intent]) => [name, addressesIn(intent, report)]));
}

function addressesIn({ service, settings }: ServiceIntent, report: Report): WrittenAddresses {
  const read = (written: Located<string> | undefined): Located<Address> | undefined => {
    if (!written) return undefined;
    const value = parseAddress(written.value);
    if (value) return { value, span: written.span };
    report('netmode/invalid-value', written.span, `"${service.name}": "${written.value}" is not an address`, {
      help: 'write it like 192.168.1.53 or fd00:1::53, without a prefix',
    });
    return undefined;
  };
  const both = (ipv4: Located<string> | undefined, ipv6: Located<string> | undefined): BothFamilies => {
    const [ipv4Address, ipv6Address] = [read(ipv4), read(ipv6)];
    return { ...(ipv4Address && { ipv4Address }), ...(ipv6Address && { ipv6Address }) };
  };
  return {
    netmode: both(settings.ipv4_address, settings.ipv6_address),
    // Twice the same, in whatever spelling, says no more than once.
    floating: uniqBy(
      (settings.floating_addresses ?? []).flatMap((written) => read(written) ?? []),
      ({ value }) => formatAddress(value),
    ),
    declared: new Map(
      [...(service.networks?.value.values() ?? [])].map(({ network, ipv4Address, ipv6Address }) => [
        network,
        both(ipv4Address, ipv6Address),
      ]),
    ),
  };
}
