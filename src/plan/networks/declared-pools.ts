/** The pools that a network declares the native way, under `ipam`. */
import partition from 'lodash/partition.js';
import type { IpamPool, Network } from '../../compose/project/project.ts';
import type { Report } from '../../diagnostics/diagnostic.ts';
import type { Located } from '../../diagnostics/source.ts';
import { type Address, type Cidr, contains, formatCidr, parseAddress, parseCidr } from '../facts/ip.ts';
import type { NetworkPlan, PlannedPool } from '../types.ts';
import type { familiesOf } from './families.ts';
import { checkHostBits, helpOutside } from './pools.ts';

/**
 * As they stand; what cannot be read is left out, as is a range outside its subnet. A pool without a subnet is Docker's
 * to choose.
 *
 * @param report gets `address/range-invalid` for what Docker would refuse when it makes the network
 */
export function declaredPools({ ipam }: Network, report: Report): readonly PlannedPool[] {
  return ipam.flatMap((pool) => declaredPool(pool, report) ?? []);
}

/**
 * Those of a native network, by whether Docker uses them: it drops the subnets of a family that is not enabled, and
 * says nothing.
 *
 * @param pools the network's own, as they stand
 * @param families what the network has of each family
 * @param report gets `subnet/family-not-enabled`
 */
export function enabledPools(
  { key, external }: Network,
  pools: readonly PlannedPool[],
  families: ReturnType<typeof familiesOf>,
  report: Report,
): Pick<NetworkPlan, 'pools' | 'ignoredPools'> {
  if (external) return { pools };
  const [used, ignoredPools] = partition(pools, ({ subnet: { family } }) => families[family].enabled);
  for (const { subnet, spans } of ignoredPools) {
    const { family } = subnet;
    const { span } = families[family];
    report(
      'subnet/family-not-enabled',
      spans.subnet,
      `network "${key}": Docker ignores ${formatCidr(subnet)}, because IPv${family} is not enabled`,
      {
        help: `write "enable_ipv${family}: true" at network "${key}"`,
        ...(span && { related: [{ message: 'it is turned off here', span }] }),
      },
    );
  }
  return { pools: used, ignoredPools };
}

function declaredPool(pool: IpamPool, report: Report): PlannedPool | undefined {
  if (!pool.subnet) return undefined;
  const subnet = parseCidr(pool.subnet.value);
  if (!subnet || subnet.prefix === 0)
    report('address/range-invalid', pool.subnet.span, `"${pool.subnet.value}" is not a subnet`, {
      help: 'write it like 192.168.1.0/24',
    });
  if (!subnet) return undefined;
  const gateway = parseAddress(pool.gateway?.value ?? '');
  const range = parseCidr(pool.ipRange?.value ?? '');
  if (subnet.prefix > 0) {
    checkHostBits('subnet', pool.subnet.value, subnet, pool.subnet.span, report);
    if (range && contains(subnet, range))
      checkHostBits('ip_range', pool.ipRange!.value, range, pool.ipRange!.span, report);
    checkInside('gateway', pool.gateway, gateway, pool.subnet, subnet, report);
    checkInside('ip_range', pool.ipRange, range, pool.subnet, subnet, report);
  }
  const aux = auxAddressesOf(pool, report);
  return {
    subnet,
    ...(gateway && { gateway }),
    ...(range && contains(subnet, range) && { ipRange: range }),
    auxAddresses: new Map([...aux].map(([name, { value }]) => [name, value])),
    spans: {
      subnet: pool.subnet.span,
      ...(pool.gateway && { gateway: pool.gateway.span }),
      ...(pool.ipRange && { ipRange: pool.ipRange.span }),
      auxAddresses: new Map([...aux].map(([name, { span }]) => [name, span])),
    },
  };
}

function checkInside(
  key: 'gateway' | 'ip_range',
  written: Located<string> | undefined,
  read: Address | Cidr | undefined,
  { value, span }: Located<string>,
  subnet: Cidr,
  report: Report,
): void {
  if (!written || (read && contains(subnet, read))) return;
  const isLarger = read !== undefined && 'prefix' in read && contains(read, subnet);
  report(
    'address/range-invalid',
    written.span,
    `${key} ${written.value} is ${isLarger ? 'larger than' : 'outside'} ${value}`,
    {
      help: isLarger ? 'choose a part of the subnet' : helpOutside(read, 'ipam'),
      related: [{ message: 'the subnet is given here', span }],
    },
  );
}

/** Those that the file keeps from containers, by name. */
export function auxAddressesOf({ auxAddresses }: IpamPool, report: Report): ReadonlyMap<string, Located<Address>> {
  const read = new Map<string, Located<Address>>();
  for (const [name, { value: text, span }] of auxAddresses) {
    const value = parseAddress(text);
    if (value) read.set(name, { value, span });
    else
      report('address/range-invalid', span, `aux_addresses: "${text}" is not an address`, {
        help: 'write it like 192.168.1.53',
      });
  }
  return read;
}
