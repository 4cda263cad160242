/** Sound projects and their plans, for laws about what is written. */
import * as assert from 'uvu/assert';
import { extraHostEntry } from '../../src/emit/override/definitions.ts';
import type { EngineNetwork } from '../../src/plan/facts/facts.ts';
import { formatAddress, formatCidr } from '../../src/plan/facts/ip.ts';
import { networkLabel } from '../../src/plan/facts/ownership.ts';
import type { AttachmentPlan, NetworkPlan, Plan, ServicePlan } from '../../src/plan/types.ts';
import { lanFacts, planTexts, told } from '../support/in-memory.ts';

/** The plan of these texts; nothing where something is wrong with them, which is no matter of the law. */
export function soundPlan(texts: Readonly<Record<string, string>>): Plan | undefined {
  const outcome = planTexts(texts, { facts: lanFacts, files: Object.keys(texts) });
  return outcome.diagnostics.hasErrors ? undefined : outcome.plan;
}

/**
 * The same, of what netcompose itself has written: that has no errors.
 *
 * @param made a plan that has been carried out: its shared networks are there
 */
export function writtenPlan(texts: Readonly<Record<string, string>>, made?: Plan): Plan {
  const networks = [...(made?.networks.values() ?? [])].filter(({ kind }) => kind === 'shared').map(engineNetwork);
  const facts = { ...lanFacts, engine: { ...lanFacts.engine!, networks } };
  const outcome = planTexts(texts, { facts, files: Object.keys(texts) });
  assert.ok(
    outcome.plan && !outcome.diagnostics.hasErrors,
    `${told(outcome).join('\n')}\n${Object.values(texts).join('\n---\n')}`,
  );
  return outcome.plan;
}

/** A network that was made, as the engine tells of it. */
function engineNetwork({ dockerName, driver, options, pools }: NetworkPlan): EngineNetwork {
  return {
    id: dockerName,
    name: dockerName,
    driver: driver!,
    scope: 'local',
    internal: false,
    options,
    labels: { [networkLabel]: dockerName },
    pools: pools.map(({ subnet, gateway, ipRange }) => ({
      subnet: formatCidr(subnet),
      ...(gateway && { gateway: formatAddress(gateway) }),
      ...(ipRange && { ipRange: formatCidr(ipRange) }),
      auxiliaryAddresses: {},
    })),
  };
}

/** A service's networking, as planned. */
export function plannedNetworking({ networkMode, networks, ports, service, extraHosts }: ServicePlan): object {
  return {
    networkMode,
    networks: sortedByKey(
      [...networks.values()].map(({ network, declared: _declared, aliases, ...rest }) => [
        network,
        { ...withoutPlaces(rest), aliases: [...new Set(aliases)].sort() },
      ]),
    ),
    ports: ports.map(({ source, hostIp }) => ({
      published: source.published,
      target: source.target,
      protocol: source.protocol,
      mode: source.mode,
      hostIp,
    })),
    extraHosts: [...service.extraHosts, ...extraHosts].map(extraHostEntry).sort(),
  };
}

type Values = Omit<AttachmentPlan, 'network' | 'declared' | 'aliases'>;

/** Located values as they are written. */
function withoutPlaces({ ipv4Address, ipv6Address, macAddress, interfaceName, gwPriority }: Values): object {
  return {
    ...(ipv4Address && { ipv4Address: formatAddress(ipv4Address.value) }),
    ...(ipv6Address && { ipv6Address: formatAddress(ipv6Address.value) }),
    ...(macAddress && { macAddress: macAddress.value }),
    ...(interfaceName && { interfaceName: interfaceName.value }),
    ...(gwPriority && { gwPriority: gwPriority.value }),
  };
}

export function sortedByKey(entries: readonly (readonly [string, unknown])[]): object {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}
