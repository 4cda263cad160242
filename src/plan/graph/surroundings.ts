/** A service with where it stands, and what is known of the networks around it. */
import { isUnderlay } from '../../netmode/modes.ts';
import { hostAddress } from '../facts/host-address.ts';
import type { Address } from '../facts/ip.ts';
import { interfaceOf, type ParsedFacts } from '../facts/parsed-facts.ts';
import { namespaceOwner } from '../services/guests.ts';
import type { Plan, ServicePlan } from '../types.ts';
import { type Found, no, unknown } from './found.ts';
import { type Column, type Row, seen } from './measured.ts';
import { type Place, type Position, positionOf } from './position.ts';

/** A service with where it stands. */
export interface Standing {
  readonly service: ServicePlan;
  readonly owner: ServicePlan;
  readonly position: Position;
}

/** A LAN: the interface that leads there; absent where nobody knows it. */
export interface Lan {
  readonly parent?: string;
  /** Whether the host's default route leads there. */
  readonly isDefault: boolean;
}

export interface Surroundings {
  readonly plan: Plan;
  readonly facts: ParsedFacts;
}

export const noNetwork = 'it has no network';

const namespaceAway = (container: string) => `it is in the network of "${container}", which is not of this project`;

const missingNetwork = (network: string) => `the network "${network}" does not exist`;

export function standing(service: ServicePlan, plan: Plan): Standing {
  const owner = plan.services.get(namespaceOwner(service, plan.services).service.name) ?? service;
  return { service, owner, position: positionOf(owner, plan) };
}

/** Why nothing at all can be said of a position's ways, or none exist. */
export function closed(position: Position): Found | undefined {
  switch (position.kind) {
    case 'none':
      return no(noNetwork);
    case 'missing':
      return no(missingNetwork(position.network));
    case 'container':
      return unknown(namespaceAway(position.container));
    default:
      return undefined;
  }
}

export const positionPlaces = (position: Position): readonly Place[] =>
  position.kind === 'networks' ? position.places : [];

export const hasShim = ({ hostAccess, flag }: Place) => hostAccess === 'shim' && flag === 'bridge';

/** In any of the families that it has. */
export const saw = (row: Row | undefined, column: Column, { families }: Place, { engine }: ParsedFacts): boolean =>
  row !== undefined && families.some((family) => seen(row, column, family, engine?.version) === 'yes');

/** Whether containers are this host's, with bridges that can be reached from it. */
export const isHere = ({ engine }: ParsedFacts) => engine === undefined || (engine.kind === 'engine' && !engine.remote);

export function isOn({ mode, parent, isolated }: Place, lan: Lan): boolean {
  if (!isUnderlay(mode) || isolated) return false;
  return parent === undefined ? lan.isDefault : parent === lan.parent;
}

export const hostOn = (parent: string | undefined, family: 4 | 6, { host }: ParsedFacts): Address | undefined =>
  hostAddress({ family }, interfaceOf(host, parent), host);
