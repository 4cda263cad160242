/** Addresses at which ports are bound, against those that this host has. */
import type { Report } from '../../../diagnostics/diagnostic.ts';
import type { Span } from '../../../diagnostics/source.ts';
import { hostAddress, isOnHost } from '../../facts/host-address.ts';
import { defaultInterface } from '../../facts/interfaces.ts';
import { type Address, type Cidr, formatAddress, sameAddress } from '../../facts/ip.ts';
import { interfaceOf, type ParsedFacts } from '../../facts/parsed-facts.ts';
import type { Plan, ServicePlan } from '../../types.ts';

/** Reports `ports/no-such-address` for what services that are started publish, or open in host mode. */
export function checkHostAddresses(
  { services, networks }: Plan,
  facts: ParsedFacts,
  report: Report,
  starting?: ReadonlySet<string>,
): void {
  // The host's own end of a bridge that is about to be made; where the file gives none, Docker takes the first address.
  const gateways = [...networks.values()].flatMap(({ mode, pools }) =>
    mode === 'bridge' ? pools.flatMap(({ gateway, subnet, ipRange }) => gateway ?? firstOf(subnet, ipRange)) : [],
  );
  for (const plan of services.values()) {
    if (!plan.service.active || starting?.has(plan.service.name) === false) continue;
    for (const { address, span, verb } of bound(plan)) {
      if (isOnHost(address, facts) || gateways.some((gateway) => sameAddress(gateway, address))) continue;
      reportAddress(plan.service.name, address, verb, span, facts, report);
    }
  }
}

/** That of the subnet, and of the range, from which older engines take it. */
const firstOf = (subnet: Cidr, range: Cidr | undefined): readonly Address[] =>
  [subnet.first + 1n, ...(range ? [range.first, range.first + 1n] : [])].map((value) => ({
    family: subnet.family,
    value,
  }));

interface Bound {
  readonly address: Address;
  readonly span: Span;
  readonly verb: string;
}

const bound = ({ ports, listeners, networkMode }: ServicePlan): readonly Bound[] => [
  ...ports.flatMap(({ address, source: { span } }) => (address ? [{ address, span, verb: 'publishes' }] : [])),
  ...(networkMode?.kind === 'host' ? listeners : []).flatMap(({ address, span }) =>
    address ? [{ address, span, verb: 'opens' }] : [],
  ),
];

function reportAddress(
  service: string,
  address: Address,
  verb: string,
  span: Span,
  facts: ParsedFacts,
  report: Report,
): void {
  const lan = hostAddress(address, interfaceOf(facts.host, defaultInterface(facts.host)), facts.host);
  report(
    'ports/no-such-address',
    span,
    `"${service}" ${verb} a port on ${formatAddress(address)}, which no interface of this host has`,
    {
      help:
        `write ${lan ? `${formatAddress(lan)}, which it has` : 'an address that it has'}, or leave the address out; ` +
        'one that comes and goes (keepalived) needs "sysctl -w net.ipv4.ip_nonlocal_bind=1"',
    },
  );
}
