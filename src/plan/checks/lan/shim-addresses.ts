/** Whether Docker keeps its hands off the addresses that shims have. */
import type { Report } from '../../../diagnostics/diagnostic.ts';
import { type Address, contains, formatAddress, sameAddress } from '../../facts/ip.ts';
import type { ParsedFacts, ParsedNetwork } from '../../facts/parsed-facts.ts';
import { leftBehind } from '../../networks/left-behind.ts';
import type { Plan } from '../../types.ts';

/**
 * Reports `shim/address-not-kept`: a network that exists was made when its shim needed no address, or by somebody else,
 * and what a network keeps from containers cannot be changed.
 */
export function checkShimAddresses({ project, shims, networks }: Plan, facts: ParsedFacts, report: Report): void {
  for (const { key, network, addresses } of shims) {
    const there = facts.engine?.networks.find(({ name }) => name === network);
    const open = there && addresses.find((address) => mayBeHandedOut(there, address));
    const plan = networks.get(key);
    // One that the LAN has left behind is to be made anew anyway (`subnet/lan-has-changed`).
    if (!open || !plan || leftBehind(plan, facts)) continue;
    const isOthers = project.networks.get(key)?.external === true;
    report(
      'shim/address-not-kept',
      plan.span,
      `the shim has ${formatAddress(open)}, which "${network}" does not keep from containers: Docker may hand it out`,
      {
        help:
          'give the shim an address that nobody has, outside the range, at the network: "shim: { ipv4_address: … }"' +
          (isOthers ? '' : '; or run "netcompose down" in every project on it, and "netcompose up" makes it anew'),
      },
    );
  }
}

const mayBeHandedOut = ({ pools }: ParsedNetwork, address: Address): boolean =>
  pools.some(
    ({ subnet, ipRange, auxAddresses }) =>
      contains(ipRange ?? subnet, address) && ![...auxAddresses.values()].some((kept) => sameAddress(kept, address)),
  );
