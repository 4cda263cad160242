/** What a reason is taken from, and what it is: the words of all who look for one. */
import { parseAddress } from '../facts/ip.ts';
import type { Evidence } from './evidence.ts';
import type { LiveContainer } from './live-container.ts';
import type { Failure } from './probe.ts';
import type { Question } from './question.ts';

export interface Reason {
  readonly reason: string;
  readonly help?: string;
}

export interface Failed {
  readonly question: Question;
  /** Absent where there was nothing to ask, because an address or a port is not there. */
  readonly why?: Failure;
  readonly evidence: Evidence;
}

export type Look = (failed: Failed) => Reason | undefined;

export const containerOf = ({ container }: Question, { containers }: Evidence): LiveContainer | undefined =>
  container === undefined ? undefined : containers.get(container);

export const addressAsked = ({ probes }: Question): string | undefined => probes[0]?.address;

export const familyAsked = (question: Question): 4 | 6 => parseAddress(addressAsked(question) ?? '')?.family ?? 4;

/** What the answers of one address to one asker are kept under. */
export const sideAndAddress = ({ from }: Question, address: string): string =>
  `${from.kind === 'container' ? from.container : from.kind} ${address}`;

/** Whether a container has no default route of an address's family, as far as that may be read. */
export const lacksDefaultRoute = (container: string, address: string | undefined, { defaultRoutes }: Evidence) =>
  defaultRoutes.get(container)?.has(parseAddress(address ?? '')?.family ?? 4) === false;
