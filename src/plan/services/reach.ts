/** Where each service answers: for people after `up`, and for `plan`. */
import { portRuns } from '../../compose/project/port-runs.ts';
import { isUnderlay, underlay } from '../../netmode/modes.ts';
import { hostAddress, isOnHost } from '../facts/host-address.ts';
import { defaultInterface } from '../facts/interfaces.ts';
import type { Address } from '../facts/ip.ts';
import { contains, isLoopback, isUnspecified, parseAddress, sameAddress } from '../facts/ip.ts';
import { interfaceOf, type ParsedFacts, passesLoopback } from '../facts/parsed-facts.ts';
import { leftBehind } from '../networks/left-behind.ts';
import type { Attached, NetworkPlan, Place, Reach } from '../types.ts';

/**
 * What this host and the LAN use to reach the service, port by port; empty where nothing does.
 *
 * @param owner the service in whose network namespace it is; itself, if in its own
 */
export function reachOf(
  plan: Attached,
  owner: Attached,
  networks: ReadonlyMap<string, NetworkPlan>,
  facts: ParsedFacts,
): readonly Reach[] {
  // Nothing starts without its networks.
  if ([...owner.networks.keys()].some((key) => networks.get(key)?.isMissing)) return [];
  const timesOut = timesOutOnLan(owner, networks, facts);
  const published = portRuns(publishedFor(plan, owner), ({ source }) => source)
    .flatMap(({ first: { source, address }, targets: target, published: port }) =>
      onHost(address, { ...(port && { port }), target, protocol: source.protocol }, facts),
    )
    .filter(({ from }) => from === 'host' || !timesOut);
  const open = owner.networkMode?.kind === 'host' ? plan.listeners : [];
  const listening = open.flatMap(({ address, first, last, protocol }) =>
    onHost(address, { port: { first, last }, protocol }, facts),
  );
  const direct = [...owner.networks.values()].flatMap(
    ({ network: key, ipv4Address, ipv6Address }): readonly Reach[] => {
      const network = networks.get(key);
      if (!network?.underlay) return [];
      const { hostAccess, flag } = network.underlay;
      const address = (ipv4Address ?? ipv6Address)?.value;
      const at: Place = address ? { kind: 'address', address } : { kind: 'dynamic', network: network.dockerName };
      const from = [
        ...(hostAccess === 'shim' && flag === 'bridge' ? (['host'] as const) : []),
        ...(leftBehind(network, facts) ? [] : (['lan'] as const)),
      ];
      return plan.listeners.flatMap(({ first, last, protocol }) =>
        from.map((side) => ({ from: side, at, port: { first, last }, protocol })),
      );
    },
  );
  return [...published, ...listening, ...direct, ...onDockerNetwork(plan, owner)];
}

/** Of a namespace's ports those that are this service's: all, for its owner. */
function publishedFor(plan: Attached, owner: Attached): Attached['ports'] {
  if (plan === owner) return plan.ports;
  const { service, opens } = plan;
  return owner.ports.filter(({ guest, source: { target, protocol } }) =>
    guest !== undefined
      ? guest === service.name
      : opens.some((port) => port.protocol === protocol && port.first <= target && target <= port.last),
  );
}

/** On a macvlan or ipvlan network of the engine's, by `network_mode`: a shim of the host's there is not known. */
function onDockerNetwork(plan: Attached, { networkMode, netmode }: Attached): readonly Reach[] {
  if (networkMode?.kind !== 'network' || !isUnderlay(netmode)) return [];
  return plan.listeners.map(({ first, last, protocol }) => ({
    ...{ from: 'lan', at: { kind: 'dynamic', network: networkMode.network }, port: { first, last }, protocol },
  }));
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
  port: Pick<Reach, 'port' | 'target' | 'protocol'>,
  facts: ParsedFacts,
): readonly Reach[] {
  if (facts.engine?.remote) return onEnginesMachine(address, port);
  if (address && !isUnspecified(address)) {
    if (!isOnHost(address, facts)) return [];
    // Which of its addresses the virtual machine passes on is not the one that is bound there (`checkFallbacks`).
    if (isLoopback(address) && !passesLoopback(facts) && !sameAddress(address, localhost)) return [];
    const at: Place = { kind: 'address', address };
    const host: Reach = { from: 'host', at, ...port };
    return isLoopback(address) ? [host] : [host, { from: 'lan', at, ...port }];
  }
  return [
    { from: 'host', at: { kind: 'localhost' }, ...port },
    { from: 'lan', at: { kind: 'this-host', ...lanAddress(facts) }, ...port },
  ];
}

const localhost = parseAddress('127.0.0.1')!;

/** What is bound on an engine's machine for itself alone reaches nobody here. */
function onEnginesMachine(address: Address | undefined, port: Pick<Reach, 'port' | 'protocol'>): readonly Reach[] {
  if (address && isLoopback(address)) return [];
  const at: Place = address && !isUnspecified(address) ? { kind: 'address', address } : { kind: 'engine-machine' };
  return (['host', 'lan'] as const).map((from) => ({ from, at, ...port }));
}

/** The host's address as the LAN knows it. */
function lanAddress({ host }: ParsedFacts): { readonly address?: Address } {
  const address = hostAddress({ family: 4 }, interfaceOf(host, defaultInterface(host)), host);
  return address ? { address } : {};
}
