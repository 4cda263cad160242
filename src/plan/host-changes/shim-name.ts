/** What shims are called. */
import sortBy from 'lodash/sortBy.js';
import { servedNetwork } from '../facts/ownership.ts';
import { interfaceOf, type ParsedFacts } from '../facts/parsed-facts.ts';
import { parentName } from '../networks/parents.ts';
import type { UnderlayNetwork, UnderlayPlan } from '../types.ts';

/**
 * The name of each network's shim, by network key: the one that is given, else `nc-<parent>`. From engine 27 on a
 * parent carries several macvlan networks: then one of them has that name (the one that has it already, else the shared
 * one, else the first by Docker's names), and the others have one made of their own names. The order in the file means
 * nothing.
 */
export function shimNames(networks: readonly UnderlayNetwork[], facts: ParsedFacts): ReadonlyMap<string, string> {
  const servedBy = (shim: string) => servedNetwork(interfaceOf(facts.host, shim) ?? {});
  const taken = new Set(networks.flatMap(({ underlay }) => underlay.shim.name?.value ?? []));
  const byRight = sortBy(networks, [
    ({ underlay, dockerName }) => servedBy(usualName(underlay)) !== dockerName,
    ({ kind }) => kind !== 'shared',
    'dockerName',
    'key',
  ]);
  const names = new Map<string, string>();
  for (const { key, underlay, dockerName } of byRight) {
    const [usual, other] = [usualName(underlay), `nc-${hashOf(dockerName).toString(36).padStart(7, '0')}`];
    const keepsOther = servedBy(other) === dockerName;
    const isFree = !taken.has(usual) && !isOfOther(servedBy(usual), dockerName, facts);
    const name = underlay.shim.name?.value ?? (!keepsOther && isFree ? usual : other);
    taken.add(name);
    names.set(key, name);
  }
  return names;
}

/** What is left of a network that is gone is made anew, under the same name. */
const isOfOther = (served: string | undefined, network: string, { engine }: ParsedFacts) =>
  served !== undefined && served !== network && engine?.networks.some(({ name }) => name === served) === true;

const usualName = ({ parent }: UnderlayPlan) => shimName(parentName(parent));

/** `nc-eth0`; the kernel allows 15 characters, so a long name is cut and told apart by a hash. */
export function shimName(parent: string): string {
  const whole = `nc-${parent}`;
  if (whole.length <= 15) return whole;
  return `nc-${parent.slice(0, 7)}-${(hashOf(parent) % 1296).toString(36).padStart(2, '0')}`;
}

function hashOf(text: string): number {
  let hash = 0;
  for (const character of text) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) >>> 0;
  return hash;
}
