/** What netcompose finds for its own networks on a LAN, and a native one must say itself: gateway and range. */
import type { Report } from '../../../diagnostics/diagnostic.ts';
import type { Span } from '../../../diagnostics/source.ts';
import { underlay } from '../../../netmode/modes.ts';
import { formatAddress, formatCidr, overlaps } from '../../facts/ip.ts';
import type { ParsedFacts } from '../../facts/parsed-facts.ts';
import { familiesOf } from '../../networks/families.ts';
import { lanGateway, lanRange } from '../../networks/lan-pools.ts';
import { fixedAddresses, membersOf } from '../../services/members.ts';
import { type Attached, isUnderlayNetwork, type Plan, type PlannedPool, type UnderlayNetwork } from '../../types.ts';

/**
 * Reports `address/no-gateway`, `address/no-range-on-lan` and `subnet/ipv6-made-up` for native networks that started
 * services join.
 */
export function checkNativePools({ project, services, networks }: Plan, facts: ParsedFacts, report: Report): void {
  const joined = membersOf(services.values());
  for (const network of [...networks.values()].filter(isUnderlayNetwork)) {
    const members = joined.get(network.key) ?? [];
    const { mode, parent } = network.underlay;
    // Without a parent it leads nowhere anyway.
    if (network.kind !== 'native' || !underlay(mode).onLan || parent.kind === 'none' || members.length === 0) continue;
    const declared = project.networks.get(network.key);
    const isExternal = declared?.external === true;
    if (!isExternal && network.pools.length === 0) reportNoSubnet(network, report);
    const ipv6 = declared && familiesOf(declared, facts)[6];
    if (!isExternal && ipv6?.enabled && ipv6.span) checkMadeUp(network, ipv6.span, report);
    for (const pool of network.pools) {
      if (!isExternal && !network.internal && needsGateway(pool, network))
        reportNoGateway(network, pool, facts, report);
      if (!pool.ipRange) checkRange(network, pool, members, isExternal, facts, report);
    }
  }
}

function reportNoSubnet({ key, span, internal }: UnderlayNetwork, report: Report): void {
  if (internal) return;
  report(
    'address/no-gateway',
    span,
    `network "${key}" gives no subnet: Docker chooses one of its own, in which the LAN has no router`,
    { help: 'write "subnet", "gateway" and "ip_range" under "ipam"' },
  );
}

/**
 * Docker 28 makes an IPv6 subnet up where none is given, and its first address the gateway; 26 refuses the network
 * (measured with 28.5.2 and 26.1.5).
 */
function checkMadeUp({ key, pools, internal }: UnderlayNetwork, enabled: Span, report: Report): void {
  // Where there is no subnet at all, that is told.
  if (internal || pools.length === 0 || pools.some(({ subnet }) => subnet.family === 6)) return;
  report(
    'subnet/ipv6-made-up',
    enabled,
    `network "${key}" has IPv6 and no IPv6 subnet: Docker makes one up, whose gateway nobody on the LAN has`,
    { help: 'leave "enable_ipv6" out, or write the LAN\'s own prefix under "ipam", with its router as "gateway"' },
  );
}

/**
 * IPv6 routers announce themselves. Of overlapping subnets only one may name the gateway (`own-subnets.ts`): one is
 * enough, and where none does the first is told.
 */
function needsGateway(pool: PlannedPool, { pools }: UnderlayNetwork): boolean {
  if (pool.subnet.family === 6) return false;
  const together = pools.filter(({ subnet }) => overlaps(subnet, pool.subnet));
  return together[0] === pool && !together.some(({ gateway, spans }) => gateway || spans.gateway);
}

function reportNoGateway({ key, span }: UnderlayNetwork, pool: PlannedPool, facts: ParsedFacts, report: Report): void {
  const found = lanGateway(pool.subnet, facts);
  report(
    'address/no-gateway',
    pool.spans.subnet ?? span,
    `network "${key}": ${formatCidr(pool.subnet)} has no "gateway": Docker takes the first address, ` +
      'or from version 29 on none, and the containers find no way out',
    {
      help: found
        ? `write "gateway: ${formatAddress(found)}"`
        : 'write "gateway: …" with the address of the LAN\'s router',
    },
  );
}

/** Only those without an address of their own get one from the pool. */
function checkRange(
  network: UnderlayNetwork,
  { subnet, gateway, spans }: PlannedPool,
  members: readonly Attached[],
  isExternal: boolean,
  facts: ParsedFacts,
  report: Report,
): void {
  // A range that cannot be read has been reported.
  if (spans.ipRange) return;
  const given = (plan: Attached) => fixedAddresses(plan.networks.get(network.key)!).map(({ value }) => value);
  const open = members.find((plan) => !given(plan).some(({ family }) => family === subnet.family));
  if (!open) return;
  const range = lanRange(
    subnet,
    gateway ?? lanGateway(subnet, facts),
    network.underlay.parent,
    members.flatMap(given),
    facts,
  );
  const keep = "and keep it out of the DHCP server's pool";
  report(
    'address/no-range-on-lan',
    spans.subnet ?? network.span,
    `network "${network.key}" has no "ip_range" on the LAN ${formatCidr(subnet)}: ` +
      `Docker gives "${open.service.name}" the first address that no other container has`,
    {
      help: isExternal
        ? `give "${open.service.name}" an address of its own, ${keep}`
        : range
          ? `write "ip_range: ${formatCidr(range)}", ${keep}`
          : 'write "ip_range:" with a part of it that no DHCP server hands out',
    },
  );
}
