/** The address families of a network that the file declares. */
import { goBoolean } from '../../compose/project/fields.ts';
import type { Network } from '../../compose/project/project.ts';
import type { Span } from '../../diagnostics/source.ts';
import type { ParsedFacts } from '../facts/parsed-facts.ts';
import { knowsFamilyOption } from '../facts/versions.ts';

export interface FamilyChoice {
  readonly enabled: boolean;
  /** Where the file says so; absent where it is Docker's default. */
  readonly span?: Span;
}

/**
 * Whether Docker gives the network addresses of each family: its key decides, and without it the option of the same
 * name among `driver_opts`, on an engine that reads it.
 */
export function familiesOf(network: Network, facts: ParsedFacts): Readonly<Record<4 | 6, FamilyChoice>> {
  const choice = (family: 4 | 6): FamilyChoice => {
    const key = family === 4 ? network.enableIpv4 : network.enableIpv6;
    if (key) return { enabled: key.value, span: key.span };
    const option = knowsFamilyOption(family, facts) ? network.driverOpts.get(familyOptions[family]) : undefined;
    const enabled = goBoolean(option?.value);
    // What is no such word, the engine refuses.
    return option && enabled !== undefined ? { enabled, span: option.span } : { enabled: family === 4 };
  };
  return { 4: choice(4), 6: choice(6) };
}

/** Options of the engine itself, whatever the driver. */
export const familyOptions = {
  4: 'com.docker.network.enable_ipv4',
  6: 'com.docker.network.enable_ipv6',
} as const;
