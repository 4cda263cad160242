/** The plan as JSON, versioned; the shape is documented in docs/plan.md. */

import { networkModeText } from '../../compose/project/network-mode.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { plainDiagnostic } from '../../diagnostics/format/json.ts';
import { safeJson } from '../../diagnostics/format/safe.ts';
import { lanRouteCommand } from '../../plan/actions/argv.ts';
import { commandOf, undoOf } from '../../plan/actions/commands.ts';
import { blockOf, formatAddress, formatCidr } from '../../plan/facts/ip.ts';
import { networkDefinition } from '../../plan/networks/definition.ts';
import { unknownOf } from '../../plan/networks/unknown.ts';
import type { Standing, State, Subject } from '../../plan/standing/standing.ts';
import type { NetworkPlan, Plan, ServicePlan, ShimPlan } from '../../plan/types.ts';
import { attachmentDefinition, externalDefinition, floatingTexts, portsData } from '../override/definitions.ts';
import { placeText } from './reach-text.ts';

/**
 * @param cwd diagnostics name files relative to it
 * @param standing what is new and what is there already, where that is known
 */
export function planJson(plan: Plan, diagnostics: readonly Diagnostic[], cwd: string, standing?: Standing): string {
  const stateIn = (states: ReadonlyMap<string, State | Subject> | undefined, of: string) => {
    const found = states?.get(of);
    const state = typeof found === 'object' ? found.state : found;
    return state ? { state } : {};
  };
  const services = [...plan.services.values()].map((service) => [
    service.service.name,
    { ...serviceJson(service), ...stateIn(standing?.services, service.service.name) },
  ]);
  const networks = [...plan.networks.values()].map((network) => [
    network.key,
    {
      netmode: network.mode,
      ...(network.kind === 'shared' ? externalDefinition(network.dockerName) : {}),
      ...networkDefinition(network),
      ...unknownJson(network),
      ...stateIn(standing?.networks, network.key),
    },
  ]);
  const document = {
    version: 1,
    project: plan.project.name,
    services: Object.fromEntries(services),
    networks: Object.fromEntries(networks),
    shims: plan.shims.map((shim) => ({ ...shimJson(shim), ...stateIn(standing?.shims, shim.name) })),
    actions: [
      ...plan.actions.map((action) => ({
        id: action.id,
        reason: action.reason,
        command: commandOf(action),
        undo: undoOf(action),
        ...stateIn(standing?.actions, action.id),
      })),
      ...plan.hooks
        .filter(({ when }) => when === 'pre_up')
        .map(({ id, reason, command }) => ({ id, reason, command, undo: [] })),
    ],
    routes: plan.lanRoutes.map((route) => ({
      destination: formatCidr(route.destination),
      ...(route.via && { via: formatAddress(route.via) }),
      networks: route.networks,
      ...(route.via && { command: lanRouteCommand(route) }),
    })),
    leftOver: standing?.leftOver.map(({ kind, name }) => ({ kind, name })) ?? [],
    diagnostics: diagnostics.map((diagnostic) => plainDiagnostic(diagnostic, cwd)),
  };
  return `${safeJson(document)}\n`;
}

function shimJson({ name, network, parent, driver, mode, flag, addresses, routes, neighbours }: ShimPlan): object {
  return {
    name,
    network,
    parent,
    driver,
    mode,
    ...(flag !== undefined && { flag }),
    addresses: addresses.map((address) => formatCidr(blockOf(address))),
    routes: routes.map(({ destination, source }) => ({
      destination: formatCidr(destination),
      ...(source && { source: formatAddress(source) }),
    })),
    neighbours: neighbours.map(({ address }) => formatAddress(address)),
  };
}

/** What is not known is null; the key of such a network is its name in this document only. */
function unknownJson(network: NetworkPlan): object {
  const unknown = unknownOf(network);
  if (!unknown) return {};
  const isOpen = unknown === 'parent';
  return {
    ...(isOpen && network.kind === 'shared' && { name: null }),
    ...(isOpen && { driver_opts: { ...network.options, parent: null } }),
    ...(network.pools.length === 0 && { ipam: null }),
  };
}

function serviceJson(plan: ServicePlan): object {
  const floating = floatingTexts(plan);
  return {
    netmode: plan.netmode,
    // Of a profile that is not asked for: it is not started.
    ...(!plan.service.active && { active: false }),
    ...(plan.networkMode !== undefined && { network_mode: networkModeText(plan.networkMode) }),
    ...(plan.fallen && { fallback: { from: plan.fallen.from, because: plan.fallen.because } }),
    networks: Object.fromEntries(
      [...plan.networks.values()].map((attachment) => [attachment.network, attachmentDefinition(attachment)]),
    ),
    ...(floating.length > 0 && { floating_addresses: floating }),
    ports: portsData(plan.ports),
    ...(plan.links.length > 0 && { links: plan.links }),
    ...(plan.extraHosts.length > 0 && {
      extra_hosts: plan.extraHosts.map(({ host, address }) => `${host}:${address}`),
    }),
    reach: plan.reach.map((reach) => ({ from: reach.from, to: placeText(reach) })),
  };
}
