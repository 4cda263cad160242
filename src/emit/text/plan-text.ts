/** The plan for people: services, networks, every command in order, then what is to be done elsewhere. */

import groupBy from 'lodash/groupBy.js';
import { isDockersBridge, networkModeText } from '../../compose/project/network-mode.ts';
import { commandLines } from '../../diagnostics/format/hints.ts';
import { labelled, linesAfter } from '../../diagnostics/format/lines.ts';
import { safeLine } from '../../diagnostics/format/safe.ts';
import { lanRouteCommand } from '../../plan/actions/argv.ts';
import { commandOf } from '../../plan/actions/commands.ts';
import { displayCommand } from '../../plan/actions/display.ts';
import { type Address, follows, formatAddress, formatCidr } from '../../plan/facts/ip.ts';
import { parentName } from '../../plan/networks/parents.ts';
import { unknownOf } from '../../plan/networks/unknown.ts';
import { insteadText, lostText } from '../../plan/services/fallen-text.ts';
import { macOfService } from '../../plan/services/members.ts';
import { unplannedNetmode } from '../../plan/services/unplanned.ts';
import type { Standing, State, Subject } from '../../plan/standing/standing.ts';
import type { LanRoute, NetworkPlan, Plan, PlannedPool, ServicePlan } from '../../plan/types.ts';
import { reachText } from './reach-text.ts';
import { table } from './table.ts';

export interface PlanTextOptions {
  /** What of it is new and what is there already, where that is known. */
  readonly standing?: Standing;
  /** How wide the terminal is; absent: no terminal, and nothing is broken into lines. */
  readonly columns?: number;
}

/** @returns what `up` would do; empty sections are left out */
export function planText(plan: Plan, options: PlanTextOptions = {}): string {
  const sections = [
    servicesText(plan, options),
    fallbacksText(plan, options),
    networksText(plan, options),
    unknownText(plan, options),
    shimsTable(plan, options),
    actionsText(plan, options),
    lanRoutesText(plan, options),
    standingText(options),
  ].filter((text) => text !== '');
  return sections.join('\n');
}

const marks: Readonly<Record<State, string>> = { new: '+', changes: '~', there: '=' };

/** The row of a table with its mark before it; no table has marks where nothing is known. */
function marked(
  states: ReadonlyMap<string, Subject> | undefined,
  of: string,
  cells: readonly string[],
): readonly string[] {
  if (!states || states.size === 0) return cells;
  const state = states.get(of)?.state;
  return [`${state ? marks[state] : ' '} ${cells[0]}`, ...cells.slice(1)];
}

/** What the marks mean, and what is left over. */
function standingText({ standing }: PlanTextOptions): string {
  if (!standing) return '';
  const { services, networks, shims, leftOver } = standing;
  const states = new Set([...services.values(), ...networks.values(), ...shims.values()].map(({ state }) => state));
  const shown = (Object.keys(marks) as State[]).filter((state) => states.has(state));
  const words: Readonly<Record<State, string>> = { new: 'new', changes: 'changes', there: 'there already' };
  const legend = shown.map((state) => `${marks[state]} ${words[state]}`).join('   ');
  const left = leftOver.map(({ kind, name }) => safeLine(`  - ${kind} ${name}`));
  return [
    ...(left.length > 0 ? ['Left over, and removed by the next "down":', ...left, ''] : []),
    ...(legend === '' ? [] : [legend, '']),
  ].join('\n');
}

function servicesText({ services, networks }: Plan, { standing, columns }: PlanTextOptions): string {
  const active = [...services.values()].filter(({ service }) => service.active);
  if (active.length === 0) return '';
  const hasMacs = active.some((plan) => macsText(plan) !== '-');
  const head = ['SERVICE', 'NETMODE', 'NETWORK', 'FROM THIS HOST', 'FROM THE LAN', ...(hasMacs ? ['MAC ADDRESS'] : [])];
  return table(
    [
      marked(standing?.services, '', head),
      ...active.map((plan) => {
        const { name } = plan.service;
        const unplanned = unplannedNetmode(plan);
        if (unplanned)
          return marked(standing?.services, name, [name, unplanned.asked ?? unknown, ...head.slice(2).map(() => '-')]);
        return marked(standing?.services, name, [
          name,
          netmodeText(plan),
          networkText(plan, networks),
          reachText(plan.reach, 'host'),
          reachText(plan.reach, 'lan'),
          ...(hasMacs ? [macsText(plan)] : []),
        ]);
      }),
    ],
    columns,
  );
}

/** What is not as the file would have it, each reason once. */
function fallbacksText({ services }: Plan, { columns }: PlanTextOptions): string {
  const fallen = [...services.values()].flatMap(({ service, fallen }) =>
    fallen && service.active ? [{ name: service.name, fallen }] : [],
  );
  const sections = Object.entries(groupBy(fallen, ({ fallen: { because } }) => because)).map(([because, those]) => {
    return [
      ...linesAfter('', `Falling back, because ${safeLine(because)}:`, columns),
      ...those.flatMap(({ name, fallen: each }) =>
        indented(`${name}: ${insteadText(each)}, with ${lostText(each)}`, columns),
      ),
      '',
    ].join('\n');
  });
  return sections.join('\n');
}

/** Given and made ones, in the order of the networks; nothing of those that Docker makes up. */
function macsText(plan: ServicePlan): string {
  const { networks, networkMode } = plan;
  const whole = networkMode ? undefined : macOfService(plan);
  const all = [whole, ...[...networks.values()].map((attachment) => attachment.macAddress)];
  return [...new Set(all.flatMap((mac) => mac?.value ?? []))].join(', ') || '-';
}

/** A container that is not of the project may be on any network. */
const netmodeText = ({ netmode, networkMode, owner }: ServicePlan): string =>
  networkMode?.kind === 'container' && owner === undefined ? networkModeText(networkMode) : netmode;

function networkText({ networkMode, networks }: ServicePlan, planned: Plan['networks']): string {
  if (networkMode) return isDockersBridge(networkMode) || networkMode.kind !== 'network' ? '-' : networkMode.network;
  if (networks.size === 0) return '-';
  return [...networks.values()]
    .map(({ network, ipv4Address, ipv6Address, floating = [] }) =>
      [
        keyText(network, planned),
        ...[ipv4Address, ipv6Address].flatMap((given) => (given ? formatAddress(given.value) : [])),
        ...(floating.length > 0 ? [`(floating: ${floating.map(({ value }) => formatAddress(value)).join(' ')})`] : []),
      ].join(' '),
    )
    .join(', ');
}

function networksText({ networks }: Plan, { standing, columns }: PlanTextOptions): string {
  const defined = [...networks.values()].filter(({ kind }) => kind !== 'native');
  if (defined.length === 0) return '';
  const head = ['NETWORK', 'NETMODE', 'PARENT', 'SUBNET', 'GATEWAY', 'RANGE', 'DOCKER NAME'];
  return table(
    [
      marked(standing?.networks, '', head),
      ...defined.map((network) =>
        marked(standing?.networks, network.key, [
          keyText(network.key, networks),
          network.mode,
          network.underlay ? withoutAuto(parentName(network.underlay.parent), network) : '-',
          column(network, ({ subnet }) => formatCidr(subnet)),
          column(network, ({ gateway }) => gateway && formatAddress(gateway)),
          column(network, ({ ipRange }) => ipRange && formatCidr(ipRange)),
          network.kind === 'project' ? "(the project's)" : withoutAuto(network.dockerName, network),
        ]),
      ),
    ],
    columns,
  );
}

/** Their own commands say all of them; this says whether they are there. */
function shimsTable({ shims }: Plan, { standing, columns }: PlanTextOptions): string {
  if (!standing || standing.shims.size === 0) return '';
  const rows = shims.map(({ name, network, parent }) => marked(standing.shims, name, [name, network, parent]));
  return table([marked(standing.shims, '', ['SHIM', 'NETWORK', 'PARENT']), ...rows], columns);
}

function column(network: NetworkPlan, textOf: (pool: PlannedPool) => string | undefined): string {
  if (network.pools.length === 0 && unknownOf(network)) return unknown;
  return network.pools.flatMap((pool) => textOf(pool) ?? []).join(', ') || '-';
}

/** Stands for what is not known. */
const unknown = '<unknown>';

/** A name that is made from the parent's, which is open. */
const withoutAuto = (name: string, network: NetworkPlan | undefined): string =>
  network && unknownOf(network) === 'parent' ? name.replace(/auto(?=(?:\.\d+)?$)/, unknown) : name;

/** The key of a network; one that the file has not is made from its parent's name. */
function keyText(key: string, networks: Plan['networks']): string {
  const network = networks.get(key);
  return network?.declared ? key : withoutAuto(key, network);
}

/** What would have to be looked up before there could be commands. */
function unknownText({ networks }: Plan, { columns }: PlanTextOptions): string {
  const lines = [...networks.values()].flatMap((network) => {
    const what = unknownOf(network);
    if (!what) return [];
    const known = parentName(network.underlay!.parent);
    const subnet = network.pools.length === 0 ? ', and its subnet' : '';
    const parent = known.includes('.') ? 'its parent, a VLAN on the interface' : 'its parent, the interface';
    const text = what === 'parent' ? `${parent} of the default route${subnet}` : `the subnet of ${known}`;
    return indented(`${keyText(network.key, networks)}: ${text}`, columns);
  });
  return lines.length > 0 ? ['Not known, so that there are no commands for it yet:', ...lines, ''].join('\n') : '';
}

/** A line of a list, which goes on further in. */
const indented = (text: string, columns = Infinity): readonly string[] =>
  labelled('  ', '    ', linesAfter('    ', text, columns));

/** The exact commands, each reason once above those that share it; those that are done already are only counted. */
export function actionsText(
  { actions, hooks }: Pick<Plan, 'actions' | 'hooks'>,
  { standing, columns }: PlanTextOptions = {},
): string {
  const hooksAt = (when: 'pre_up' | 'post_down') => hooks.filter((hook) => hook.when === when);
  const left = actions.filter(({ id }) => standing?.actions.get(id) !== 'there');
  const done = actions.length - left.length;
  const before = [
    ...left.map((action) => ({
      ...{ reason: action.reason, command: commandOf(action) },
      ...(action.kind === 'add-shim-neighbour' && { entry: action.address }),
    })),
    ...hooksAt('pre_up'),
  ];
  const doneText = done > 0 ? `  # done already: ${done} command${done === 1 ? '' : 's'}\n` : '';
  return [
    listed('Before the containers start:', before, columns, doneText),
    listed('After "down":', hooksAt('post_down'), columns),
  ]
    .filter((text) => text !== '')
    .join('\n');
}

/** The commands for the LAN's router, as it could run them; empty where it needs none. */
export function lanRoutesText({ lanRoutes }: Pick<Plan, 'lanRoutes'>, { columns }: PlanTextOptions = {}): string {
  const commands = lanRoutes.map((route) => ({
    reason: `${route.mode} on ${route.parent}`,
    command: lanRouteCommand(route),
    open: openIn(route),
  }));
  return listed("On the LAN's router, so that the LAN finds the containers:", commands, columns);
}

const openIn = ({ via, parent }: LanRoute) => (via === undefined ? ` <this host's address on ${parent}>` : '');

interface Listed {
  readonly reason: string;
  readonly command: readonly string[];
  /** What a person has to fill in at the end; it is not a word of the command and is not quoted. */
  readonly open?: string;
  /** Whose neighbour entry it makes. */
  readonly entry?: Address;
  /** How many are not shown before it. */
  readonly leftOut?: number;
}

function listed(title: string, commands: readonly Listed[], columns?: number, end = ''): string {
  if (commands.length === 0 && end === '') return '';
  const shown = columns === undefined ? commands : withoutMiddles(commands);
  const lines = shown.flatMap(({ reason, command, open = '', leftOut }, index) => [
    ...(shown[index - 1]?.reason === reason ? [] : linesAfter('  # ', safeLine(reason), columns)),
    ...(leftOut === undefined ? [] : linesAfter('  # ', `${leftOut} more, ${whereThoseAre}`, columns)),
    ...commandLines(`${displayCommand(command)}${open}`, columns),
  ]);
  return `${title}\n${lines.map((line) => `${line}\n`).join('')}${end}`;
}

const whereThoseAre = 'one for each address between; all are in: netcompose plan | cat';

/**
 * Of neighbour entries for addresses in a row the first and the last: the others of a range would push all else off the
 * screen.
 */
function withoutMiddles(commands: readonly Listed[]): readonly Listed[] {
  const shown: Listed[] = [];
  let leftOut = 0;
  for (const [at, one] of commands.entries()) {
    if (inRow(commands[at - 1], one) && inRow(one, commands[at + 1])) {
      leftOut += 1;
      continue;
    }
    shown.push(leftOut > 0 ? { ...one, leftOut } : one);
    leftOut = 0;
  }
  return shown;
}

const inRow = (one: Listed | undefined, next: Listed | undefined): boolean =>
  one?.entry !== undefined && next?.entry !== undefined && follows(next.entry, one.entry);
