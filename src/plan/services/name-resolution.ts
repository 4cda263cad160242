/**
 * Service names that still resolve after the rewriting. Docker's DNS answers only containers that share a network, and
 * none in host mode: there, an entry in /etc/hosts takes its place.
 */
import sortBy from 'lodash/sortBy.js';
import { sameNetworkMode } from '../../compose/project/network-mode.ts';
import { type Address, formatAddress } from '../facts/ip.ts';
import type { Attached, NetworkPlan, ServicePlan } from '../types.ts';
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
    const answer = peer && answerFor(plan, peer, services, networks);
    if (answer?.kind !== 'entry') continue;
    for (const host of new Set([service, alias ?? service])) {
      if (!plan.service.extraHosts.some((written) => written.host === host))
        entries.set(host, { host, address: answer.address });
    }
  }
  return sortBy([...entries.values()], 'host');
}

/**
 * Only what netcompose attaches changes how names resolve; and a service without a network has chosen not to reach
 * anybody.
 */
function concerned(plan: Attached, peer: Attached): boolean {
  return (plan.managed || peer.managed) && plan.netmode !== 'none' && peer.netmode !== 'none';
}

/** How one service's name resolves for another. */
export type Answer =
  | { readonly kind: 'resolves' }
  | { readonly kind: 'entry'; readonly address: string }
  | { readonly kind: 'nameless'; readonly help: string }
  | { readonly kind: 'unreachable'; readonly help: string };

/** Nothing where netcompose changes nothing of it. */
export function answerFor(
  asking: Attached,
  asked: Attached,
  services: ReadonlyMap<string, Attached>,
  networks: ReadonlyMap<string, NetworkPlan>,
): Answer | undefined {
  if (!concerned(asking, asked)) return undefined;
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
  if (peer.networkMode?.kind === 'host') {
    if (plan.networkMode?.kind === 'host') return { kind: 'entry', address: '127.0.0.1' };
    return [...plan.networks.keys()].some((key) => isBridge(networks.get(key)))
      ? { kind: 'entry', address: 'host-gateway' }
      : { kind: 'nameless', help: "give the host's address instead of the name, or add extra_hosts" };
  }
  if (plan.networkMode?.kind === 'host') {
    const address = fixedAddress(peer, networks);
    if (address) return { kind: 'entry', address: formatAddress(address) };
    if (onUnderlay(peer, networks))
      return { kind: 'nameless', help: `give "${peer.service.name}" a fixed address: ipv4_address` };
    return publishesItsOwnPort(peer)
      ? { kind: 'entry', address: '127.0.0.1' }
      : {
          kind: 'nameless',
          help: `publish the port of "${peer.service.name}" under the same number, such as "127.0.0.1:5432:5432"`,
        };
  }
  return { kind: 'unreachable', help: `add both to one network: "networks: [backend]"` };
}

const sharesNamespace = (plan: Attached, peer: Attached) =>
  plan.networkMode?.kind === 'container' && sameNetworkMode(plan.networkMode, peer.networkMode);

const isBridge = (network: NetworkPlan | undefined) => network === undefined || network.mode === 'bridge';

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

const publishesItsOwnPort = ({ ports }: Attached) =>
  ports.some(({ source: { published, target } }) => published?.first === target && published.last === target);
