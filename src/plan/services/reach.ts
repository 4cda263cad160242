/** Where each service answers: for people after `up`, and for `plan`. */
import { portRuns } from '../../compose/project/port-runs.ts';
import { underlay } from '../../netmode/modes.ts';
import { hostAddress, isOnHost } from '../facts/host-address.ts';
import { defaultInterface } from '../facts/interfaces.ts';
import type { Address } from '../facts/ip.ts';
import { contains, isLoopback, isUnspecified } from '../facts/ip.ts';
import { interfaceOf, type ParsedFacts } from '../facts/parsed-facts.ts';
import type { Attached, NetworkPlan, Place, Reach } from '../types.ts';

/** What this host and the LAN use to reach the service, port by port; empty where nothing does. */
export function reachOf(
  plan: Attached,
  networks: ReadonlyMap<string, NetworkPlan>,
  facts: ParsedFacts,
): readonly Reach[] {
  // Nothing starts without its networks.
  if ([...plan.networks.keys()].some((key) => networks.get(key)?.isMissing)) return [];
  const timesOut = timesOutOnLan(plan, networks, facts);
  const published = portRuns(plan.ports, ({ source }) => source)
    .flatMap(({ first: { source, address }, published: port }) =>
      onHost(address, { ...(port && { port }), protocol: source.protocol }, facts),
    )
    .filter(({ from }) => from === 'host' || !timesOut);
  const open = plan.networkMode === 'host' ? plan.listeners : [];
  const listening = open.flatMap(({ address, first, last, protocol }) =>
    onHost(address, { port: { first, last }, protocol }, facts),
  );
  const direct = [...plan.networks.values()].flatMap(({ network: key, ipv4Address, ipv6Address }): readonly Reach[] => {
    const network = networks.get(key);
    if (!network?.underlay) return [];
    const { hostAccess, flag } = network.underlay;
    const address = (ipv4Address ?? ipv6Address)?.value;
    const at: Place = address ? { kind: 'address', address } : { kind: 'dynamic', network: network.dockerName };
    const from = hostAccess === 'shim' && flag === 'bridge' ? (['host', 'lan'] as const) : (['lan'] as const);
    return plan.listeners.flatMap(({ first, last, protocol }) =>
      from.map((side) => ({ from: side, at, port: { first, last }, protocol })),
    );
  });
  return [...published, ...listening, ...direct];
}

/**
 * Whether ports that the service publishes answer nobody on the LAN: the request comes by the bridge, and the answer
 * leaves by the service's own interface on the LAN, with its own address (docs/measured.md).
 */
export function timesOutOnLan(
  { networks: on }: Attached,
  networks: ReadonlyMap<string, NetworkPlan>,
  facts: ParsedFacts,
): boolean {
  const { address } = lanAddress(facts);
  return [...on.keys()].some((key) => {
    const { underlay: wanted, pools = [] } = networks.get(key) ?? {};
    if (!wanted || wanted.hostAccess === 'loopback' || !underlay(wanted.mode).onLan) return false;
    return !address || pools.length === 0 || pools.some(({ subnet }) => contains(subnet, address));
  });
}

/** A port of the host's own. */
function onHost(
  address: Address | undefined,
  port: Pick<Reach, 'port' | 'protocol'>,
  facts: ParsedFacts,
): readonly Reach[] {
  if (address && !isUnspecified(address)) {
    if (!isOnHost(address, facts)) return [];
    const at: Place = { kind: 'address', address };
    const host: Reach = { from: 'host', at, ...port };
    return isLoopback(address) ? [host] : [host, { from: 'lan', at, ...port }];
  }
  return [
    { from: 'host', at: { kind: 'localhost' }, ...port },
    { from: 'lan', at: { kind: 'this-host', ...lanAddress(facts) }, ...port },
  ];
}

/** The host's address as the LAN knows it. */
function lanAddress({ host }: ParsedFacts): { readonly address?: Address } {
  const address = hostAddress({ family: 4 }, interfaceOf(host, defaultInterface(host)), host);
  return address ? { address } : {};
}
