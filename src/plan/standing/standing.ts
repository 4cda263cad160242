/** What of a plan is new, what is there already, and what is left over, as far as the facts tell. Pure. */
import type { HostAction } from '../actions/action.ts';
import { commandOf } from '../actions/commands.ts';
import type { Facts, HostInterface } from '../facts/facts.ts';
import { type Address, parseAddress, sameAddress } from '../facts/ip.ts';
import { isOurs, networkLabel, servedNetwork } from '../facts/ownership.ts';
import { knows } from '../facts/parsed-facts.ts';
import { pendingFor } from '../host-changes/pending.ts';
import { allAddresses } from '../services/members.ts';
import type { Plan, ShimPlan } from '../types.ts';
import { networkLines, networkNow } from './network-lines.ts';
import { attachmentsNow, type Lines, serviceLines } from './service-lines.ts';
import { shimLines, shimNow } from './shim-lines.ts';

/** Absent where nobody looked. */
export type State = 'new' | 'changes' | 'there';

/** Something of the plan: whether it is there, and how it stands beside how it is planned. */
export interface Subject extends Lines {
  readonly state: State;
}

/** What the plan has no use for any more. */
interface LeftOver {
  readonly kind: 'network' | 'shim';
  readonly name: string;
  readonly now: readonly string[];
}

export interface Standing {
  /** By name: those that are started, and are containers. */
  readonly services: ReadonlyMap<string, Subject>;
  /** By key. */
  readonly networks: ReadonlyMap<string, Subject>;
  /** By name. */
  readonly shims: ReadonlyMap<string, Subject>;
  /** By id. */
  readonly actions: ReadonlyMap<string, State>;
  /** Shared networks and shims that the next `down` takes away. */
  readonly leftOver: readonly LeftOver[];
  /** Services whose containers are there, and which the files have not, or not for these profiles. */
  readonly orphans: readonly { readonly name: string; readonly now: readonly string[] }[];
}

const same = ({ now, planned }: Lines) => now.join('\n') === planned.join('\n');
const stateOf = (isThere: boolean, isAsPlanned: boolean): State =>
  !isThere ? 'new' : isAsPlanned ? 'there' : 'changes';

export function standingOf(plan: Plan, facts: Facts): Standing {
  const { engine, host } = facts;
  const existing = knows(engine, 'networks') && new Map(engine.networks.map((network) => [network.name, network]));
  const started = [...plan.services.values()].filter(({ service }) => service.active && !service.provider);
  const services = knows(engine, 'containers')
    ? started.map((service): [string, Subject] => {
        const lines = serviceLines(service, plan, engine.containers);
        const isThere = lines.now.length > 0 || lines.planned.length === 0;
        return [service.service.name, { ...lines, state: stateOf(isThere, same(lines)) }];
      })
    : [];
  const networks = existing
    ? [...plan.networks.values()].map((network): [string, Subject] => {
        const now = existing.get(network.dockerName);
        const lines = networkLines(network, plan, now);
        return [network.key, { ...lines, state: stateOf(now !== undefined, same(lines)) }];
      })
    : [];
  const left = new Map(
    host ? plan.shims.map(({ name }) => [name, linesOf(pendingFor(name, plan.actions, facts))] as const) : [],
  );
  const shims = host
    ? plan.shims.map((shim): [string, Subject] => {
        const link = host.interfaces.find((one) => one.name === shim.name && isOurs(one));
        const lines = shimLines(shim, link, host, leavingOf(shim, plan, facts));
        return [shim.name, { ...lines, state: stateOf(link !== undefined, left.get(shim.name)!.size === 0) }];
      })
    : [];
  const actionState = (action: HostAction): State | undefined => {
    if (action.kind === 'ensure-network') return existing ? (existing.has(action.name) ? 'there' : 'new') : undefined;
    return host && (left.get(action.shim)?.has(lineOf(commandOf(action))) === true ? 'new' : 'there');
  };
  return {
    services: new Map(services),
    networks: new Map(networks),
    shims: new Map(shims),
    actions: new Map(
      plan.actions.flatMap((action) => {
        const state = actionState(action);
        return state ? [[action.id, state]] : [];
      }),
    ),
    leftOver: leftOver(plan, facts),
    orphans: orphansOf(plan, facts),
  };
}

const lineOf = (command: readonly string[]) => command.join('\0');
const linesOf = (commands: readonly (readonly string[])[]) => new Set(commands.map(lineOf));

/** The addresses that containers of the project were made with and that its files give nobody any more. */
function leavingOf({ network }: ShimPlan, { project, services }: Plan, { engine }: Facts): readonly Address[] {
  const given = [...services.values()].flatMap((service) => [...service.networks.values()].flatMap(allAddresses));
  const made = (engine?.containers ?? []).flatMap(({ project: of, service = '', oneOff, networks }) => {
    const isMadeAnew = of === project.name && oneOff !== true && services.get(service)?.service.active === true;
    return isMadeAnew ? (networks[network]?.fixed ?? []).flatMap((text) => parseAddress(text) ?? []) : [];
  });
  return made.filter((address) => !given.some(({ value }) => sameAddress(value, address)));
}

function orphansOf({ project, services }: Plan, { engine }: Facts): Standing['orphans'] {
  const all = new Map(
    (engine?.containers ?? []).flatMap((container) => {
      const { service = '', running } = container;
      const isOrphan = container.project === project.name && container.oneOff !== true;
      if (!isOrphan || service === '' || services.get(service)?.service.active) return [];
      return [[service, running ? attachmentsNow(container) : ['stopped']] as const];
    }),
  );
  return [...all].map(([name, now]) => ({ name, now })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Shared networks that only containers of this project are on, which the plan attaches elsewhere, and their shims. */
function leftOver(plan: Plan, { engine, host }: Facts): readonly LeftOver[] {
  if (!knows(engine, 'networks') || !knows(engine, 'containers')) return [];
  const planned = new Set([...plan.networks.values()].map(({ dockerName }) => dockerName));
  const networks = engine.networks
    .filter(({ name, labels }) => labels[networkLabel] === name && !planned.has(name))
    .filter(({ name }) => {
      const users = engine.containers.filter(({ networks }) => Object.hasOwn(networks, name));
      return users.every(({ project }) => project === plan.project.name);
    });
  const isServed = (link: HostInterface) => networks.some(({ name }) => name === servedNetwork(link));
  const shims = (host?.interfaces ?? []).filter((link) => isOurs(link) && isServed(link));
  return [
    ...networks.map((network) => ({ kind: 'network', name: network.name, now: networkNow(network) }) as const),
    ...shims.map((link) => ({ kind: 'shim', name: link.name, now: shimNow(link, host!) }) as const),
  ];
}
