/** The pools that a network declares the native way, under `ipam`. */

import type { Network } from '../../compose/project/project.ts';
import type { Report } from '../../diagnostics/diagnostic.ts';
import { type Address, type Cidr, contains, parseAddress, parseCidr } from '../facts/ip.ts';
import type { Pool } from '../types.ts';

/** As they stand, but for a range outside its subnet; a pool without a subnet is Docker's to choose. */
export function nativePools(network: Network): readonly Pool[] {
  return network.ipam.flatMap(({ subnet, gateway, ipRange, auxAddresses }) =>
    subnet
      ? [
          {
            subnet: subnet.value,
            ...(gateway && { gateway: gateway.value }),
            ...(ipRange && isInside(parseCidr(ipRange.value), subnet.value) && { ipRange: ipRange.value }),
            auxAddresses: Object.fromEntries([...auxAddresses].map(([name, { value }]) => [name, value])),
          },
        ]
      : [],
  );
}

/** Reports `address/range-invalid` for what Docker would refuse when it makes the network. */
export function checkNativePools(network: Network, report: Report): void {
  for (const { subnet, gateway, ipRange } of network.ipam) {
    if (!subnet) continue;
    const whole = parseCidr(subnet.value);
    if (!whole || whole.prefix === 0) {
      report('address/range-invalid', subnet.span, `"${subnet.value}" is not a subnet`, {
        help: 'write it like 192.168.1.0/24',
      });
      continue;
    }
    for (const [key, said, read] of [
      ['gateway', gateway, parseAddress],
      ['ip_range', ipRange, parseCidr],
    ] as const) {
      if (!said) continue;
      if (isInside(read(said.value), subnet.value)) continue;
      report('address/range-invalid', said.span, `${key} ${said.value} is outside ${subnet.value}`, {
        help: 'correct it, or add its subnet to "ipam"',
        related: [{ message: 'the subnet is given here', span: subnet.span }],
      });
    }
  }
}

function isInside(inner: Address | Cidr | undefined, subnet: string): boolean {
  const whole = parseCidr(subnet);
  return inner !== undefined && whole !== undefined && contains(whole, inner);
}
