/** The plan as JSON, versioned; the shape is documented in docs/plan.md. */

import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { plainDiagnostic } from '../../diagnostics/format/json.ts';
import { commandOf, lanRouteCommand, undoOf } from '../../plan/actions/commands.ts';
import type { Plan, ServicePlan } from '../../plan/types.ts';
import {
  attachmentDefinition,
  externalDefinition,
  networkDefinition,
  portDefinition,
} from '../override/definitions.ts';

/** @param cwd diagnostics name files relative to it */
export function planJson(plan: Plan, diagnostics: readonly Diagnostic[], cwd: string): string {
  const services = [...plan.services.values()].map((service) => [service.service.name, serviceJson(service)]);
  const networks = [...plan.networks.values()].map((network) => [
    network.key,
    {
      netmode: network.mode,
      ...(network.kind === 'shared' ? externalDefinition(network.dockerName!) : {}),
      ...networkDefinition(network),
    },
  ]);
  const document = {
    version: 1,
    project: plan.project.name,
    services: Object.fromEntries(services),
    networks: Object.fromEntries(networks),
    shims: plan.shims,
    actions: [
      ...plan.actions.map((action) => ({
        id: action.id,
        reason: action.reason,
        command: commandOf(action),
        undo: undoOf(action),
      })),
      ...plan.hooks
        .filter(({ when }) => when === 'pre_up')
        .map(({ id, reason, command }) => ({ id, reason, command, undo: [] })),
    ],
    routes: plan.lanRoutes.map((route) => ({
      destination: route.destination,
      ...(route.via !== undefined && { via: route.via }),
      networks: route.networks,
      ...(route.via !== undefined && { command: lanRouteCommand(route) }),
    })),
    diagnostics: diagnostics.map((diagnostic) => plainDiagnostic(diagnostic, cwd)),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function serviceJson(plan: ServicePlan): object {
  return {
    netmode: plan.netmode,
    ...(plan.networkMode !== undefined && { network_mode: plan.networkMode }),
    networks: Object.fromEntries([...plan.networks.values()].map((one) => [one.network, attachmentDefinition(one)])),
    ports: plan.ports.map(portDefinition),
    ...(plan.extraHosts.length > 0 && {
      extra_hosts: plan.extraHosts.map(({ host, address }) => `${host}:${address}`),
    }),
    reach: plan.reach,
  };
}
