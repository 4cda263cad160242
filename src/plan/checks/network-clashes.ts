/** What cannot be on one parent together, and subnets that collide: within the project, and with what the engine has. */

import type { Network, Project } from '../../compose/project/project.ts';
import type { Report } from '../../diagnostics/diagnostic.ts';
import { didYouMean } from '../../diagnostics/suggest.ts';
import { netmodeOfDriver, underlay } from '../../netmode/modes.ts';
import type { EngineNetwork, Facts } from '../facts/facts.ts';
import { type Cidr, contains, formatCidr, overlaps, parseCidr } from '../facts/ip.ts';
import { composeProjectLabel } from '../facts/ownership.ts';
import { isOnePerParent } from '../facts/versions.ts';
import type { NetworkPlan } from '../types.ts';

/** Reports the rules `parent/driver-clash`, `mode-clash`, `passthru-exclusive`, `taken-by-network`, `subnet/*`, `driver-option/unknown`. */
export function checkNetworks(
  project: Project,
  networks: ReadonlyMap<string, NetworkPlan>,
  facts: Facts,
  report: Report,
): void {
  for (const sharing of byParent(networks).values()) {
    sharing.forEach((network, index) =>
      sharing.slice(0, index).forEach((other) => checkSharing(other, network, facts, report)),
    );
  }
  checkOverlaps([...networks.values()], report);
  for (const network of networks.values()) {
    checkAgainstEngine(network, project, facts, report);
    checkL3(network, facts, report);
  }
  for (const network of project.networks.values()) checkDriverOptions(network, report);
}

const related = (other: NetworkPlan) => [{ message: `network "${other.key}" is asked for here`, span: other.span }];

/** Underlay networks by parent; a parent that is not known is nobody's. */
function byParent(networks: ReadonlyMap<string, NetworkPlan>): ReadonlyMap<string, readonly UnderlayNetwork[]> {
  const grouped = new Map<string, UnderlayNetwork[]>();
  for (const network of networks.values()) {
    if (!isOnParent(network) || network.underlay.parent === '') continue;
    grouped.set(network.underlay.parent, [...(grouped.get(network.underlay.parent) ?? []), network]);
  }
  return grouped;
}

type UnderlayNetwork = NetworkPlan & { readonly underlay: NonNullable<NetworkPlan['underlay']> };

const isOnParent = (network: NetworkPlan): network is UnderlayNetwork => network.underlay !== undefined;

function checkSharing(earlier: UnderlayNetwork, later: UnderlayNetwork, facts: Facts, report: Report): void {
  const [a, b] = [earlier.underlay, later.underlay];
  const [one, two] = [underlay(a.mode), underlay(b.mode)];
  const subject = `networks "${earlier.key}" and "${later.key}" are both on ${a.parent}`;
  const details = (help: string) => ({ help, related: related(earlier) });
  const elsewhere = 'or another parent (a VLAN is one: "vlan: 10")';
  if (one.driver !== two.driver) {
    report(
      'parent/driver-clash',
      later.span,
      `${subject}, one macvlan and one ipvlan, which the kernel refuses together`,
      details(`use one of the two for both, ${elsewhere}`),
    );
  } else if (one.driver === 'ipvlan' && (a.mode !== b.mode || a.flag !== b.flag)) {
    report(
      'parent/mode-clash',
      later.span,
      `${subject}, one ${nameOf(a)} and one ${nameOf(b)}: the last to start changes the other's mode`,
      details(`use one mode and flag for both, ${elsewhere}`),
    );
  } else if (one.driver === 'macvlan' && (a.flag === 'passthru' || b.flag === 'passthru')) {
    report(
      'parent/passthru-exclusive',
      later.span,
      `${subject}, and passthru has its parent alone`,
      details(`use "flag: bridge", ${elsewhere}`),
    );
  } else if (
    isOnePerParent(one.driver, facts) ||
    (earlier.dockerName !== undefined && earlier.dockerName === later.dockerName)
  ) {
    report(
      'netmode/conflicting-network',
      later.span,
      `${subject}, which carries one ${one.driver} network`,
      details(`join the one network: "network: ${earlier.key}"`),
    );
  }
}

/** In order of first address, so that the cost is that of sorting. Networks on one parent have been judged already. */
function checkOverlaps(networks: readonly NetworkPlan[], report: Report): void {
  const subnets = networks.flatMap((network, order) =>
    subnetsOf(network).map((subnet) => ({ network, subnet, order })),
  );
  subnets.sort(
    (a, b) =>
      a.subnet.family - b.subnet.family ||
      (a.subnet.first < b.subnet.first ? -1 : a.subnet.first > b.subnet.first ? 1 : a.order - b.order),
  );
  let widest = subnets[0];
  for (const next of subnets.slice(1)) {
    const [earlier, later] = widest!.order < next.order ? [widest!, next] : [next, widest!];
    const judged = isOnParent(earlier.network) && earlier.network.underlay.parent === later.network.underlay?.parent;
    if (overlaps(widest!.subnet, next.subnet) && earlier.network !== later.network && !judged) {
      report(
        'subnet/overlap',
        later.network.span,
        `network "${later.network.key}" (${formatCidr(later.subnet)}) overlaps network "${earlier.network.key}" (${formatCidr(earlier.subnet)})`,
        {
          help: 'give each a subnet of its own, or let the services share one network',
          related: related(earlier.network),
        },
      );
    }
    if (next.subnet.family !== widest!.subnet.family || next.subnet.last > widest!.subnet.last) widest = next;
  }
}

const nameOf = ({ mode, flag }: { readonly mode: string; readonly flag: string }) =>
  flag === 'bridge' ? mode : `${mode} ${flag}`;

const subnetsOf = (network: NetworkPlan): readonly Cidr[] =>
  network.pools.flatMap(({ subnet }) => parseCidr(subnet) ?? []);

/** Networks that exist already, but for this project's own and the shared one that it joins. */
function checkAgainstEngine(network: NetworkPlan, project: Project, facts: Facts, report: Report): void {
  if (network.kind === 'native' && network.dockerName !== undefined) return; // external, or made by Compose under this name
  for (const other of facts.engine?.networks ?? []) {
    if (other.labels[composeProjectLabel] === project.name) continue;
    if (other.name === network.dockerName) checkExistingMode(network, other, facts, report);
    else checkOther(network, other, facts, report);
  }
}

/** The shared network of this parent exists, perhaps as something else. */
function checkExistingMode(network: NetworkPlan, existing: EngineNetwork, facts: Facts, report: Report): void {
  const wanted = network.underlay;
  const mode = netmodeOfDriver(existing.driver, existing.options);
  if (!wanted || mode === wanted.mode) return;
  report(
    existing.driver === network.driver ? 'parent/mode-clash' : 'parent/driver-clash',
    network.span,
    `${wanted.parent} carries the network "${existing.name}", which is ${mode ?? existing.driver}, not ${wanted.mode}`,
    {
      help: `use ${mode ?? existing.driver} here too, or take down what uses it${usersOf(existing, facts)}`,
    },
  );
}

function checkOther(network: NetworkPlan, other: EngineNetwork, facts: Facts, report: Report): void {
  const wanted = network.underlay;
  if (wanted && other.options['parent'] === wanted.parent) {
    const sameDriver = other.driver === network.driver;
    const isPassthru = wanted.flag === 'passthru' || other.options['macvlan_mode'] === 'passthru';
    if (!sameDriver && usersOf(other, facts) !== '') {
      report(
        'parent/driver-clash',
        network.span,
        `${wanted.parent} carries the ${other.driver} network "${other.name}", beside which the kernel refuses ${network.driver}`,
        {
          help: `use ${other.driver} here too, or take down what uses it${usersOf(other, facts)}`,
        },
      );
    } else if (sameDriver && isOnePerParent(network.driver, facts)) {
      report(
        'parent/taken-by-network',
        network.span,
        `${wanted.parent} is taken by the Docker network "${other.name}": a parent carries one ${other.driver} network`,
        {
          help: `join it (declare it "external: true" and write "network:"), or remove it: docker network rm ${other.name}`,
        },
      );
    } else if (sameDriver && isPassthru) {
      report(
        'parent/passthru-exclusive',
        network.span,
        `${wanted.parent} carries the macvlan network "${other.name}", and passthru has its parent alone`,
        {
          help: `use another parent (a VLAN is one: "vlan: 10"), or remove that network: docker network rm ${other.name}`,
        },
      );
    }
  }
  for (const mine of subnetsOf(network)) {
    const theirs = other.pools
      .map(({ subnet }) => parseCidr(subnet))
      .find((subnet) => subnet && overlaps(subnet, mine));
    if (theirs) {
      report(
        'subnet/taken-by-network',
        network.span,
        `${formatCidr(mine)} overlaps ${formatCidr(theirs)} of the Docker network "${other.name}"`,
        {
          help: `choose another subnet, or remove that network: docker network rm ${other.name}`,
        },
      );
    }
  }
}

function usersOf(network: EngineNetwork, facts: Facts): string {
  const users = (facts.engine?.containers ?? [])
    .filter((container) => container.running && network.name in container.networks)
    .map(({ name }) => name);
  return users.length === 0 ? '' : ` (${users.slice(0, 5).join(', ')})`;
}

/** Nobody answers ARP for an L3 container, so the LAN would never find it inside its own subnet (docs/measured.md). */
function checkL3(network: NetworkPlan, facts: Facts, report: Report): void {
  if (!network.underlay || underlay(network.underlay.mode).onLan) return;
  const parent = facts.host?.interfaces.find((one) => one.name === network.underlay?.parent);
  for (const lan of (parent?.addresses ?? []).flatMap((text) => parseCidr(text) ?? [])) {
    const inside = subnetsOf(network).find((subnet) => overlaps(lan, subnet));
    if (inside) {
      report(
        'subnet/l3-inside-parent-subnet',
        network.span,
        `${formatCidr(inside)} lies ${contains(lan, inside) ? 'in' : 'across'} the LAN's own ${formatCidr(lan)}, where nobody answers for layer 3 containers`,
        {
          help: "use ipvlan-l2, or a subnet of its own with a route to it on the LAN's router",
        },
      );
    }
  }
}

/** Options that each driver knows; Docker ignores all others without a word (docs/measured.md). Source: Docker's network driver documentation. */
const knownOptions: Readonly<Record<string, readonly string[]>> = {
  macvlan: ['parent', 'macvlan_mode'],
  ipvlan: ['parent', 'ipvlan_mode', 'ipvlan_flag'],
};

const knownValues: Readonly<Record<string, readonly string[]>> = {
  macvlan_mode: ['bridge', 'private', 'vepa', 'passthru'],
  ipvlan_mode: ['l2', 'l3', 'l3s'],
  ipvlan_flag: ['bridge', 'private', 'vepa'],
};

function checkDriverOptions(network: Network, report: Report): void {
  const known = knownOptions[network.driver?.value ?? ''];
  if (!known) return;
  for (const [option, { value, span }] of network.driverOpts) {
    if (option.startsWith('com.docker.')) continue; // generic options of the engine
    if (!known.includes(option)) {
      report(
        'driver-option/unknown',
        span,
        `network "${network.key}": ${network.driver!.value} has no option "${option}", and Docker ignores it silently`,
        {
          help: didYouMean(option.replaceAll('-', '_'), known) ?? `one of ${known.join(', ')}`,
        },
      );
    } else if (knownValues[option] && !knownValues[option].includes(value)) {
      report('driver-option/unknown', span, `network "${network.key}": "${value}" is no value of ${option}`, {
        help: didYouMean(value, knownValues[option]) ?? `one of ${knownValues[option].join(', ')}`,
      });
    }
  }
}
