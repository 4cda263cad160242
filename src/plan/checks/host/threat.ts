/** What a program of this host would do to a shim, and by what that is judged. */
import type { RuleName } from '../../../diagnostics/rules.ts';
import type { LinkFile, ManagerFacts } from '../../facts/managers/manager-facts.ts';
import type { ParsedInterface } from '../../facts/parsed-facts.ts';
import type { ShimPlan } from '../../types.ts';
import type { VirtualLink } from './match-link.ts';

/** One planned shim, and what is there. */
export interface Situation {
  readonly shim: ShimPlan;
  /** The shim as the kernel will have it. */
  readonly link: VirtualLink;
  readonly parent?: ParsedInterface;
  /** The names of all interfaces. */
  readonly names: ReadonlySet<string>;
  readonly managers: ManagerFacts;
  /** Whether the shim's answers are written so that no DHCP client of the host takes them for another machine's. */
  readonly retyped: boolean;
}

export interface Threat {
  readonly rule: RuleName;
  /** What happens, as a sentence without its end. */
  readonly message: string;
  readonly help: string;
}

/** What to write, the first line saying where, and the command after which it counts. */
export const whatToWrite = ([where, ...lines]: readonly string[], command: string): string =>
  [where, ...lines.map((line) => `  ${line}`), `then: ${command}`].join('\n');

/** What a file asks of interfaces, as it stands there. */
export const asked = ({ match }: LinkFile): string =>
  Object.entries(match)
    .map(([key, words]) => `${key}=${words.join(' ')}`)
    .join(', ');
