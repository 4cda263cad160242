/** What the engine and its kernel must have for the networks of the project. */
import type { Report } from '../../diagnostics/diagnostic.ts';
import type { Intents } from '../../netmode/intents.ts';
import { underlay } from '../../netmode/modes.ts';
import type { Facts, KernelDriver } from '../facts/facts.ts';
import type { Attached } from '../services/attach.ts';
import type { NetworkPlan } from '../types.ts';

/** Reports `engine/swarm-inactive`, and `engine/kernel-lacks-driver` for networks that a started service joins. */
export function checkEngine(
  intents: Intents,
  services: ReadonlyMap<string, Attached>,
  networks: ReadonlyMap<string, NetworkPlan>,
  facts: Facts,
  report: Report,
): void {
  const joined = new Set(
    [...services.values()].filter(({ service }) => service.active).flatMap((plan) => [...plan.networks.keys()]),
  );
  for (const network of networks.values()) {
    if (!joined.has(network.key)) continue;
    // An external overlay is the affair of the swarm that it is in.
    if (network.mode === 'overlay' && !intents.project.networks.get(network.key)?.external)
      checkSwarm(network, facts, report);
    // Those that netcompose makes have been judged where a fallback can still take their place.
    if (network.kind === 'native' && network.underlay) checkDrivers(network, network.underlay.parent, facts, report);
  }
}

const swarmFaults = {
  inactive: { fact: 'this engine is in none', help: 'docker swarm init' },
  worker: {
    fact: 'this engine is a worker of one, and only its managers make networks',
    help: 'docker node promote NODE, on a manager; or run this there',
  },
} as const;

function checkSwarm({ key, span }: NetworkPlan, { engine }: Facts, report: Report): void {
  if (!engine || engine.swarm === 'manager' || engine.kind === 'rootless') return;
  const { fact, help } = swarmFaults[engine.swarm];
  report('engine/swarm-inactive', span, `network "${key}": overlay networks need a swarm, and ${fact}`, { help });
}

/** What is missing for a netmode's network on a parent; nothing where nobody could look. Docker makes the VLAN link of `eth0.10` itself. */
export function lackingDriver(
  driver: 'macvlan' | 'ipvlan',
  parent: string,
  facts: Facts,
): { readonly driver: KernelDriver; readonly ways: readonly string[] } | undefined {
  const { host, engine } = facts;
  if (!host?.drivers || engine?.remote) return undefined;
  if (host.drivers[driver] === 'missing') {
    const other = driver === 'macvlan' ? 'ipvlan' : 'macvlan';
    const instead =
      host.drivers[other] === 'missing' ? [] : [`use ${other === 'ipvlan' ? 'ipvlan-l2' : other} instead`];
    return {
      driver,
      ways: [...instead, `install a kernel that has ${driver}, or its other modules (linux-modules-extra on Ubuntu)`],
    };
  }
  const isMadeByDocker = /^[^.]+\.\d+$/.test(parent) && !host.interfaces.some((one) => one.name === parent);
  if (!isMadeByDocker || host.drivers['8021q'] !== 'missing') return undefined;
  return { driver: '8021q', ways: ['use the interface without a VLAN', 'install a kernel that has 8021q'] };
}

function checkDrivers(network: NetworkPlan, parent: string, facts: Facts, report: Report): void {
  const lacking = lackingDriver(underlay(network.underlay!.mode).driver, parent, facts);
  if (lacking)
    report('engine/kernel-lacks-driver', network.span, `network "${network.key}": ${lackingFact(lacking.driver)}`, {
      help: lacking.ways.join('; '),
    });
}

export const lackingFact = (driver: KernelDriver) => `the kernel of this host has no ${driver}`;
