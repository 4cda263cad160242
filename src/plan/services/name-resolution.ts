/**
 * Service names that still resolve after the rewriting. Docker's DNS answers only containers that share a network, and
 * none in host mode: there, an entry in /etc/hosts takes its place.
 */

import type { Dependency } from '../../compose/project/project.ts';
import type { Report } from '../../diagnostics/diagnostic.ts';
import type { Intents } from '../../netmode/intents.ts';
import type { NetworkPlan } from '../types.ts';
import type { Attached } from './attach.ts';

interface Entry {
  readonly host: string;
  readonly address: string;
}

/**
 * @param report gets `service/peer-unreachable` and `service/name-not-resolvable`
 * @returns the `extra_hosts` to add, by service
 */
export function resolveNames(
  intents: Intents,
  services: ReadonlyMap<string, Attached>,
  networks: ReadonlyMap<string, NetworkPlan>,
  report: Report,
): ReadonlyMap<string, readonly Entry[]> {
  const added = new Map<string, readonly Entry[]>();
  for (const [name, plan] of services) {
    const enabled = intents.services.get(name)?.settings.resolve_names?.value !== false;
    const entries = new Map<string, Entry>();
    for (const dependency of plan.service.dependsOn) {
      const peer = services.get(dependency.service);
      if (!peer || !concerned(plan, peer)) continue;
      const answer = judge(plan, peer, networks);
      if (answer.kind === 'entry' && enabled) {
        for (const host of new Set([peer.service.name, dependency.alias ?? peer.service.name])) {
          if (!plan.service.extraHosts.some((own) => own.host === host))
            entries.set(host, { host, address: answer.address });
        }
      } else if (answer.kind === 'unreachable' || answer.kind === 'nameless')
        tell(plan, peer, dependency, answer, report);
    }
    if (entries.size > 0)
      added.set(
        name,
        [...entries.values()].sort((a, b) => (a.host < b.host ? -1 : 1)),
      );
  }
  return added;
}

/** Only what netcompose attaches changes how names resolve; and a service without a network has chosen not to reach anybody. */
function concerned(plan: Attached, peer: Attached): boolean {
  return (plan.managed || peer.managed) && plan.netmode !== 'none' && peer.netmode !== 'none';
}

type Answer =
  | { readonly kind: 'resolves' }
  | { readonly kind: 'entry'; readonly address: string }
  | { readonly kind: 'nameless'; readonly help: string }
  | { readonly kind: 'unreachable'; readonly help: string };

function judge(plan: Attached, peer: Attached, networks: ReadonlyMap<string, NetworkPlan>): Answer {
  if ([...plan.networks.keys()].some((key) => peer.networks.has(key))) return { kind: 'resolves' };
  if (sharesNamespace(plan, peer)) return { kind: 'resolves' };
  if (peer.networkMode === 'host') {
    if (plan.networkMode === 'host') return { kind: 'entry', address: '127.0.0.1' };
    return [...plan.networks.keys()].some((key) => isBridge(networks.get(key)))
      ? { kind: 'entry', address: 'host-gateway' }
      : { kind: 'nameless', help: "give the host's address instead of the name, or add extra_hosts" };
  }
  if (plan.networkMode === 'host') {
    const address = fixedAddress(peer, networks);
    if (address !== undefined) return { kind: 'entry', address };
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
  plan.networkMode === `service:${peer.service.name}` ||
  peer.networkMode === `service:${plan.service.name}` ||
  (plan.networkMode?.startsWith('container:') === true && plan.networkMode === peer.networkMode);

const isBridge = (network: NetworkPlan | undefined) => network === undefined || network.mode === 'bridge';

const onUnderlay = (plan: Attached, networks: ReadonlyMap<string, NetworkPlan>) =>
  [...plan.networks.keys()].some((key) => networks.get(key)?.underlay);

/** An address at which the host itself reaches the service, known before it starts. */
function fixedAddress(plan: Attached, networks: ReadonlyMap<string, NetworkPlan>): string | undefined {
  for (const { network, ipv4Address } of plan.networks.values()) {
    const { underlay, mode } = networks.get(network) ?? {};
    if (ipv4Address !== undefined && (mode === 'bridge' || underlay?.hostAccess === 'shim')) return ipv4Address;
  }
  return undefined;
}

const publishesItsOwnPort = ({ ports }: Attached) =>
  ports.some(({ source: { published, target } }) => published?.first === target && published.last === target);

function tell(
  plan: Attached,
  peer: Attached,
  dependency: Dependency,
  answer: { readonly kind: 'nameless' | 'unreachable'; readonly help: string },
  report: Report,
): void {
  const [from, to] = [`"${plan.service.name}" (${plan.netmode})`, `"${peer.service.name}" (${peer.netmode})`];
  const related = [{ message: `"${peer.service.name}" is declared here`, span: peer.service.span }];
  if (answer.kind === 'unreachable') {
    report('service/peer-unreachable', dependency.span, `${from} depends on ${to}, but they share no network`, {
      help: answer.help,
      related,
    });
  } else {
    report('service/name-not-resolvable', dependency.span, `${from} depends on ${to}, whose name it cannot resolve`, {
      help: answer.help,
      related,
    });
  }
}
