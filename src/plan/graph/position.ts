/** Where a service stands in the network: what decides whom it reaches. */
import sortBy from 'lodash/sortBy.js';
import { isDockersBridge } from '../../compose/project/network-mode.ts';
import { isUnderlay, type Netmode } from '../../netmode/modes.ts';
import type { Address } from '../facts/ip.ts';
import { dockerNameOf } from '../networks/docker-name.ts';
import { interfaceNameOf } from '../networks/parents.ts';
import type { Plan, ServicePlan, ShimPlan } from '../types.ts';
import type { Row } from './measured.ts';

/** A service on a network; several keys of one Docker network are one. */
export interface Place {
  /** Docker's name of it. */
  readonly network: string;
  /** For people: its key in the file, or Docker's name where the file has none. */
  readonly name: string;
  readonly mode: Netmode;
  /** The page's row that tells of it; absent for what was not measured. */
  readonly row?: Row;
  readonly flag?: string;
  readonly hostAccess?: 'shim' | 'loopback' | 'none';
  /** The interface whose LAN it is on; absent for what is no underlay, or where nobody knows. */
  readonly parent?: string;
  /** An underlay without a parent leads nowhere. */
  readonly isolated: boolean;
  readonly internal: boolean;
  readonly families: readonly (4 | 6)[];
  readonly shim?: ShimPlan;
  readonly addresses: readonly Address[];
  /** Those that its own program puts up, and that another service may have instead. */
  readonly floating: readonly Address[];
  /** Whether Docker resolves names there. */
  readonly named: boolean;
  /** Whether its members are kept apart (`enable_icc: "false"`). */
  readonly apart: boolean;
}

export type Position =
  | { readonly kind: 'none' }
  | { readonly kind: 'host' }
  /** In the namespace of a container that is no service of the project. */
  | { readonly kind: 'container'; readonly container: string }
  /** On a network that does not exist: it cannot start. */
  | { readonly kind: 'missing'; readonly network: string }
  | { readonly kind: 'networks'; readonly places: readonly Place[] };

/** @param owner the service in whose namespace it is */
export function positionOf(owner: ServicePlan, plan: Plan): Position {
  const { networkMode: mode, netmode } = owner;
  if (mode?.kind === 'none' || mode?.kind === 'host') return { kind: mode.kind };
  if (mode?.kind === 'container') return { kind: 'container', container: mode.container };
  if (mode?.kind === 'service') return { kind: 'container', container: mode.service };
  if (mode?.kind === 'network') return { kind: 'networks', places: [ofEngine(mode.network, netmode)] };
  const missing = [...owner.networks.keys()].find((key) => plan.networks.get(key)?.isMissing);
  if (missing !== undefined) return { kind: 'missing', network: missing };
  return { kind: 'networks', places: sortBy(placesOf(owner, plan), 'name') };
}

/** A network that `network_mode` names: nothing is known of it but its kind. */
function ofEngine(network: string, mode: Netmode): Place {
  const isDockers = isDockersBridge({ kind: 'network', network });
  const row = rowOf(mode, 'bridge');
  return {
    network: isDockers ? 'bridge' : network,
    name: isDockers ? 'bridge' : network,
    mode,
    ...(row && { row }),
    ...(isUnderlay(mode) && { flag: 'bridge', hostAccess: 'none' }),
    ...{
      isolated: false,
      internal: false,
      families: [4],
      addresses: [],
      floating: [],
      named: !isDockers,
      apart: false,
    },
  };
}

const icc = 'com.docker.network.bridge.enable_icc';

function placesOf(owner: ServicePlan, plan: Plan): readonly Place[] {
  return [...owner.networks.values()].map(({ network: key, ipv4Address, ipv6Address, floating = [] }) => {
    const network = plan.networks.get(key);
    const mode = network?.mode ?? 'bridge';
    const { flag, hostAccess, parent } = network?.underlay ?? {};
    const row = rowOf(mode, flag ?? 'bridge');
    const on = interfaceNameOf(parent);
    const dockerName = dockerNameOf(key, plan.networks, plan.project);
    const shim = plan.shims.find((each) => each.network === dockerName);
    const pools = network?.pools.map(({ subnet }) => subnet.family) ?? [];
    const addresses = [ipv4Address, ipv6Address].flatMap((located) => located?.value ?? []);
    const has6 = network?.ipv6 === true || [...pools, ...addresses.map(({ family }) => family)].includes(6);
    return {
      network: dockerName,
      name: key,
      mode,
      ...(row && { row }),
      ...(flag !== undefined && { flag }),
      ...(hostAccess && { hostAccess }),
      ...(on !== undefined && { parent: on }),
      isolated: parent?.kind === 'none',
      internal: network?.internal === true,
      families: has6 ? [4, 6] : [4],
      ...(shim && { shim }),
      addresses,
      floating: floating.map(({ value }) => value),
      named: true,
      apart: network?.options[icc] === 'false',
    };
  });
}

/** ipvlan's flags mean what macvlan's do (the kernel's Documentation/networking/ipvlan.rst). */
function rowOf(mode: Netmode, flag: string): Row | undefined {
  if (mode === 'overlay' || mode === 'none') return undefined;
  if (flag === 'private' || flag === 'vepa' || flag === 'passthru') return `\`macvlan\`, \`flag: ${flag}\``;
  return mode === 'bridge' ? '`bridge`, with published ports' : `\`${mode}\``;
}
