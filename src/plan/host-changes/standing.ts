/** What of a plan is new, what is there already, and what is left over, as far as the facts tell. Pure. */
import type { HostAction } from '../actions/action.ts';
import { commandOf } from '../actions/commands.ts';
import type { EngineContainer, Facts } from '../facts/facts.ts';
import { formatAddress } from '../facts/ip.ts';
import { isOurs, networkLabel, servedNetwork } from '../facts/ownership.ts';
import { dockerNameOf } from '../networks/docker-name.ts';
import type { Plan, ServicePlan } from '../types.ts';
import { pendingFor } from './pending.ts';

/** Absent where nobody looked. */
export type State = 'new' | 'changes' | 'there';

/** What the plan has no use for any more, and `down` takes away. */
interface LeftOver {
  readonly kind: 'network' | 'shim';
  readonly name: string;
}

export interface Standing {
  /** By name. */
  readonly services: ReadonlyMap<string, State>;
  /** By key. */
  readonly networks: ReadonlyMap<string, State>;
  /** By name. */
  readonly shims: ReadonlyMap<string, State>;
  /** By id. */
  readonly actions: ReadonlyMap<string, State>;
  readonly leftOver: readonly LeftOver[];
}

export function standingOf(plan: Plan, facts: Facts): Standing {
  const { engine, host } = facts;
  const existing = engine && new Set(engine.networks.map(({ name }) => name));
  const networks = new Map(
    existing
      ? [...plan.networks.values()].map(({ key, dockerName }) => [key, existing.has(dockerName) ? 'there' : 'new'])
      : [],
  ) as ReadonlyMap<string, State>;
  const left = host && new Map(plan.shims.map(({ name }) => [name, linesOf(pendingFor(name, plan.actions, facts))]));
  const isThere = (shim: string) => host?.interfaces.some((link) => link.name === shim && isOurs(link)) === true;
  const shims = new Map(
    [...(left ?? [])].map(([name, lines]): [string, State] => [
      name,
      isThere(name) ? (lines.size > 0 ? 'changes' : 'there') : 'new',
    ]),
  );
  const actionState = (action: HostAction): State | undefined => {
    if (action.kind === 'ensure-network') return existing && (existing.has(action.name) ? 'there' : 'new');
    return left && (left.get(action.shim)?.has(lineOf(commandOf(action))) === true ? 'new' : 'there');
  };
  return {
    services: new Map(
      engine
        ? [...plan.services.values()]
            .filter(({ service }) => service.active)
            .map((service) => [service.service.name, serviceState(service, plan, engine.containers)])
        : [],
    ),
    networks,
    shims,
    actions: new Map(
      plan.actions.flatMap((action) => {
        const state = actionState(action);
        return state ? [[action.id, state]] : [];
      }),
    ),
    leftOver: leftOver(plan, facts),
  };
}

const lineOf = (command: readonly string[]) => command.join('\0');
const linesOf = (commands: readonly (readonly string[])[]) => new Set(commands.map(lineOf));

/** The containers of a service of the project. */
export const containersOf = (
  service: string,
  plan: Pick<Plan, 'project'>,
  containers: readonly EngineContainer[],
): readonly EngineContainer[] =>
  containers.filter((one) => one.project === plan.project.name && one.service === service);

function serviceState(service: ServicePlan, plan: Plan, containers: readonly EngineContainer[]): State {
  const now = containersOf(service.service.name, plan, containers);
  if (now.length === 0) return 'new';
  const planned = attachmentsPlanned(service, plan, containers);
  return now.every((container) => isAttachedSo(container, planned)) ? 'there' : 'changes';
}

/** Whether a container runs, and is attached as planned. */
export const isAttachedSo = (container: EngineContainer, planned: readonly string[]): boolean =>
  container.running && attachmentsNow(container).join('\n') === planned.join('\n');

/** How a container is attached, sorted: a line for each network, with the addresses that it was given. */
export function attachmentsNow({ networkMode, networks }: EngineContainer): readonly string[] {
  if (/^(host|none|container:.*)$/.test(networkMode)) return [`network_mode: ${networkMode}`];
  return Object.entries(networks)
    .map(([name, { fixed = [] }]) => [`network: ${name}`, ...[...fixed].sort()].join(' '))
    .sort();
}

/** The same of what is planned. */
export function attachmentsPlanned(
  { networkMode, owner, networks }: ServicePlan,
  plan: Plan,
  containers: readonly EngineContainer[],
): readonly string[] {
  if (networkMode?.kind === 'service' || owner !== undefined) {
    const name = networkMode?.kind === 'service' ? networkMode.service : owner!;
    const [container] = containersOf(name, plan, containers);
    return [`network_mode: ${container ? `container:${container.id}` : `service:${name}`}`];
  }
  if (networkMode && networkMode.kind !== 'network')
    return [
      `network_mode: ${networkMode.kind === 'container' ? `container:${networkMode.container}` : networkMode.kind}`,
    ];
  if (networkMode) return [`network: ${networkMode.network}`];
  const keys = networks.size > 0 ? [...networks.values()] : [];
  if (keys.length === 0) return [`network: ${dockerNameOf('default', plan.networks, plan.project)}`];
  return keys
    .map(({ network, ipv4Address, ipv6Address }) => {
      const fixed = [ipv4Address, ipv6Address].flatMap((given) => (given ? formatAddress(given.value) : [])).sort();
      return [`network: ${dockerNameOf(network, plan.networks, plan.project)}`, ...fixed].join(' ');
    })
    .sort();
}

/** Shared networks that only containers of this project are on, which the plan attaches elsewhere, and their shims. */
function leftOver(plan: Plan, { engine, host }: Facts): readonly LeftOver[] {
  if (!engine) return [];
  const planned = new Set([...plan.networks.values()].map(({ dockerName }) => dockerName));
  const names = engine.networks
    .filter(({ name, labels }) => labels[networkLabel] === name && !planned.has(name))
    .filter(({ name }) => {
      const users = engine.containers.filter(({ networks }) => Object.hasOwn(networks, name));
      return users.every(({ project }) => project === plan.project.name);
    })
    .map(({ name }) => name);
  const shims = (host?.interfaces ?? []).filter((link) => isOurs(link) && names.includes(servedNetwork(link) ?? ''));
  return [
    ...names.map((name) => ({ kind: 'network', name }) as const),
    ...shims.map(({ name }) => ({ kind: 'shim', name }) as const),
  ];
}
