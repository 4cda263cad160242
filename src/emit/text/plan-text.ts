/** The plan for people: services, networks, every command in order, then what is to be done elsewhere. */

import { isDockersBridge, networkModeText } from '../../compose/project/network-mode.ts';
import { safeLine } from '../../diagnostics/format/safe.ts';
import { lanRouteCommand } from '../../plan/actions/argv.ts';
import { commandOf } from '../../plan/actions/commands.ts';
import { displayCommand } from '../../plan/actions/display.ts';
import { formatAddress, formatCidr } from '../../plan/facts/ip.ts';
import { parentName } from '../../plan/networks/parents.ts';
import type { LanRoute, NetworkPlan, Plan, PlannedPool, ServicePlan } from '../../plan/types.ts';
import { reachText } from './reach-text.ts';
import { table } from './table.ts';

/** @returns what `up` would do; empty sections are left out */
export function planText(plan: Plan): string {
  const sections = [servicesText(plan), networksText(plan), actionsText(plan), lanRoutesText(plan)].filter(
    (text) => text !== '',
  );
  return sections.join('\n');
}

function servicesText({ services }: Plan): string {
  const active = [...services.values()].filter(({ service }) => service.active);
  if (active.length === 0) return '';
  const hasMacs = active.some((plan) => macsText(plan) !== '-');
  return table([
    ['SERVICE', 'NETMODE', 'NETWORK', 'FROM THIS HOST', 'FROM THE LAN', ...(hasMacs ? ['MAC ADDRESS'] : [])],
    ...active.map((plan) => [
      plan.service.name,
      netmodeText(plan),
      networkText(plan),
      reachText(plan.reach, 'host'),
      reachText(plan.reach, 'lan'),
      ...(hasMacs ? [macsText(plan)] : []),
    ]),
  ]);
}

/** Given and made ones, in the order of the networks; nothing of those that Docker makes up. */
function macsText({ networks, service, networkMode }: ServicePlan): string {
  const whole = networkMode ? undefined : service.macAddress;
  const all = [whole, ...[...networks.values()].map((attachment) => attachment.macAddress)];
  return [...new Set(all.flatMap((mac) => mac?.value ?? []))].join(', ') || '-';
}

/** A container that is not of the project may be on any network. */
const netmodeText = ({ netmode, networkMode, owner }: ServicePlan): string =>
  networkMode?.kind === 'container' && owner === undefined ? networkModeText(networkMode) : netmode;

function networkText({ networkMode, networks }: ServicePlan): string {
  if (networkMode) return isDockersBridge(networkMode) || networkMode.kind !== 'network' ? '-' : networkMode.network;
  if (networks.size === 0) return '-';
  return [...networks.values()]
    .map(({ network, ipv4Address, ipv6Address }) =>
      [network, ...[ipv4Address, ipv6Address].flatMap((given) => (given ? formatAddress(given.value) : []))].join(' '),
    )
    .join(', ');
}

function networksText({ networks }: Plan): string {
  const defined = [...networks.values()].filter(({ kind }) => kind !== 'native');
  if (defined.length === 0) return '';
  return table([
    ['NETWORK', 'NETMODE', 'PARENT', 'SUBNET', 'GATEWAY', 'RANGE', 'DOCKER NAME'],
    ...defined.map((network) => [
      network.key,
      network.mode,
      network.underlay ? parentName(network.underlay.parent) : '-',
      column(network, ({ subnet }) => formatCidr(subnet)),
      column(network, ({ gateway }) => gateway && formatAddress(gateway)),
      column(network, ({ ipRange }) => ipRange && formatCidr(ipRange)),
      network.kind === 'project' ? "(the project's)" : network.dockerName,
    ]),
  ]);
}

function column({ pools }: NetworkPlan, textOf: (pool: PlannedPool) => string | undefined): string {
  return pools.flatMap((pool) => textOf(pool) ?? []).join(', ') || '-';
}

/** The exact commands, each reason once above those that share it. */
export function actionsText({ actions, hooks }: Pick<Plan, 'actions' | 'hooks'>): string {
  const hooksAt = (when: 'pre_up' | 'post_down') => hooks.filter((hook) => hook.when === when);
  const before = [
    ...actions.map((action) => ({ reason: action.reason, command: commandOf(action) })),
    ...hooksAt('pre_up'),
  ];
  return [listed('Before the containers start:', before), listed('After "down":', hooksAt('post_down'))]
    .filter((text) => text !== '')
    .join('\n');
}

/** The commands for the LAN's router, as it could run them; empty where it needs none. */
export function lanRoutesText({ lanRoutes }: Pick<Plan, 'lanRoutes'>): string {
  const commands = lanRoutes.map((route) => ({
    reason: `${route.mode} on ${route.parent}`,
    command: lanRouteCommand(route),
    open: openIn(route),
  }));
  return listed("On the LAN's router, so that the LAN finds the containers:", commands);
}

const openIn = ({ via, parent }: LanRoute) => (via === undefined ? ` <this host's address on ${parent}>` : '');

interface Listed {
  readonly reason: string;
  readonly command: readonly string[];
  /** What a person has to fill in at the end; it is not a word of the command and is not quoted. */
  readonly open?: string;
}

function listed(title: string, commands: readonly Listed[]): string {
  if (commands.length === 0) return '';
  const lines = commands.flatMap(({ reason, command, open = '' }, index) => [
    ...(commands[index - 1]?.reason === reason ? [] : [`  # ${safeLine(reason)}`]),
    `  ${displayCommand(command)}${open}`,
  ]);
  return `${title}\n${lines.join('\n')}\n`;
}
