/**
 * Service names that still resolve after the rewriting. Docker's DNS answers only containers that share a network, and
 * none in host mode: there, an entry in /etc/hosts takes its place.
 */
import sortBy from 'lodash/sortBy.js';
import { isDockersBridge, type NetworkMode, sameNetworkMode } from '../../compose/project/network-mode.ts';
import { rangeText } from '../../compose/project/port-runs.ts';
import { type Address, formatAddress, isLoopback } from '../facts/ip.ts';
import { type Attached, isBridgeNetwork, type NetworkPlan, type ServicePlan } from '../types.ts';
import { namespaceOwner } from './guests.ts';

/** The `extra_hosts` to add to a service. */
export function extraHostsOf(
  plan: Attached,
  services: ReadonlyMap<string, Attached>,
  networks: ReadonlyMap<string, NetworkPlan>,
): ServicePlan['extraHosts'] {
  const entries = new Map<string, ServicePlan['extraHosts'][number]>();
  for (const { service, alias } of plan.service.dependsOn) {
    const peer = services.get(service);
    // Of what netcompose does not attach nothing is rewritten.
    if (!peer || !(plan.managed || peer.managed)) continue;
    const answer = answerFor(plan, peer, services, networks);
    if (answer?.kind !== 'entry') continue;
    for (const host of new Set([service, alias ?? service])) {
      if (!plan.service.extraHosts.some((written) => written.host === host))
        entries.set(host, { host, address: answer.address });
    }
  }
  return sortBy([...entries.values()], 'host');
}

/**
 * A service without a network has chosen not to reach anybody. Two that netcompose does not attach concern it where one
 * of them is in host mode, on Docker's own bridge, or on macvlan or ipvlan: that two bridges keep services apart is the
 * file's wish.
 */
function concerned(plan: Attached, peer: Attached, networks: ReadonlyMap<string, NetworkPlan>): boolean {
  const both = [plan, peer];
  if (both.some(({ netmode }) => netmode === 'none')) return false;
  if (both.some(({ managed }) => managed)) return true;
  if (both.some(({ networkMode }) => networkMode !== undefined && !isPlain(networkMode))) return false;
  return both.some((each) => each.networkMode !== undefined || onUnderlay(each, networks));
}

/** Whether a container has a namespace of its own on Docker's bridge, or the host's. */
const isPlain = (mode: NetworkMode) => mode.kind === 'host' || isDockersBridge(mode);

/** How one service's name resolves for another. */
export type Answer =
  | { readonly kind: 'resolves' }
  | { readonly kind: 'entry'; readonly address: string }
  | { readonly kind: 'nameless'; readonly help: string }
  | { readonly kind: 'unreachable'; readonly help: string };

/** Nothing where it is no concern of netcompose's. */
export function answerFor(
  asking: Attached,
  asked: Attached,
  services: ReadonlyMap<string, Attached>,
  networks: ReadonlyMap<string, NetworkPlan>,
): Answer | undefined {
  if (!concerned(asking, asked, networks)) return undefined;
  const [plan, peer] = [namespaceOwner(asking, services), namespaceOwner(asked, services)];
  if (plan === peer) {
    // By the loopback interface that they share; on the host there is no DNS that would say so.
    const isNamed = plan.networkMode?.kind !== 'host' || !(asking.managed && asked.managed);
    return isNamed || asking === asked ? { kind: 'resolves' } : { kind: 'entry', address: '127.0.0.1' };
  }
  if ([...plan.networks.keys()].some((key) => peer.networks.has(key)))
    return peer === asked || peer.takesOver?.guests.includes(asked.service.name)
      ? { kind: 'resolves' }
      : {
          kind: 'nameless',
          help:
            `ask for "${peer.service.name}", whose network it is in, ` +
            `or give it "x-netmode: service:${peer.service.name}"`,
        };
  if (sharesNamespace(plan, peer)) return { kind: 'resolves' };
  if (isOnDocker0(plan) && isOnDocker0(peer)) {
    const isLinked = plan.service.dependsOn.some(
      ({ service, from }) => from === 'links' && service === peer.service.name,
    );
    return isLinked
      ? { kind: 'resolves' }
      : { kind: 'nameless', help: 'leave "network_mode" out of both: Docker resolves no names on its own bridge' };
  }
  if (peer.networkMode?.kind === 'host') {
    if (plan.networkMode?.kind === 'host') return { kind: 'entry', address: '127.0.0.1' };
    return isOnDocker0(plan) || leavesByBridge(plan, networks)
      ? { kind: 'entry', address: 'host-gateway' }
      : { kind: 'nameless', help: "give the host's address instead of the name, or add extra_hosts" };
  }
  if (plan.networkMode?.kind === 'host') {
    const address = fixedAddress(peer, networks);
    if (address) return { kind: 'entry', address: formatAddress(address) };
    if (onUnderlay(peer, networks))
      return { kind: 'nameless', help: `give "${peer.service.name}" a fixed address: ipv4_address` };
    const published = publishedOwnPort(peer);
    return published
      ? {
          kind: 'entry',
          address: published.address && isLoopback(published.address) ? formatAddress(published.address) : '127.0.0.1',
        }
      : {
          kind: 'nameless',
          help: `publish the port of "${peer.service.name}" under the same number${exampleOf(peer)}`,
        };
  }
  const shared = bridgeOf(plan, networks) ?? bridgeOf(peer, networks) ?? 'default';
  const lacking = [plan, peer].filter((each) => !each.networks.has(shared)).map(({ service }) => service);
  const names = lacking.map(({ name }) => `"${name}"`).join(' and ');
  // Compose refuses the two beside each other.
  const instead = lacking.some(({ networkMode }) => networkMode) ? ', in place of "network_mode"' : '';
  return { kind: 'unreachable', help: `add ${names} to a network of both: "networks: [${shared}]"${instead}` };
}

/** To the host's address on Docker's own bridge only the host knows the way: the LAN's router does not. */
const leavesByBridge = (plan: Attached, networks: ReadonlyMap<string, NetworkPlan>) =>
  plan.wayOut === undefined
    ? [...plan.networks.keys()].some((key) => isBridgeNetwork(networks.get(key)))
    : isBridgeNetwork(networks.get(plan.wayOut));

/** The first bridge that a service is on. */
const bridgeOf = (plan: Attached, networks: ReadonlyMap<string, NetworkPlan>) =>
  [...plan.networks.keys()].find((key) => isBridgeNetwork(networks.get(key)));

/** What to write under `ports`, where the file tells which port it is. */
function exampleOf({ opens }: Attached): string {
  const [port] = opens;
  if (!port) return '';
  const number = rangeText(port);
  return `: "127.0.0.1:${number}:${number}${port.protocol === 'tcp' ? '' : `/${port.protocol}`}"`;
}

const sharesNamespace = (plan: Attached, peer: Attached) =>
  plan.networkMode?.kind === 'container' && sameNetworkMode(plan.networkMode, peer.networkMode);

/** Docker's own bridge, which Compose makes no network for. */
const isOnDocker0 = ({ networkMode }: Attached): boolean => isDockersBridge(networkMode);

const onUnderlay = (plan: Attached, networks: ReadonlyMap<string, NetworkPlan>) =>
  [...plan.networks.keys()].some((key) => networks.get(key)?.underlay);

/** An address at which the host itself reaches the service, known before it starts. */
function fixedAddress(plan: Attached, networks: ReadonlyMap<string, NetworkPlan>): Address | undefined {
  for (const { network, ipv4Address } of plan.networks.values()) {
    const { underlay, mode } = networks.get(network) ?? {};
    if (ipv4Address && (mode === 'bridge' || underlay?.hostAccess === 'shim')) return ipv4Address.value;
  }
  return undefined;
}

const publishedOwnPort = ({ ports }: Attached) =>
  ports.find(({ source: { published, target } }) => published?.first === target && published.last === target);
