/** What must be known of the host and the engine for this project, and no more: looking costs time. */
import { readFileSync } from 'node:fs';
import { findCompose } from '../host/compose.ts';
import type { Intents } from '../netmode/intents.ts';
import { isUnderlay } from '../netmode/modes.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { Facts } from '../plan/facts.ts';
import type { Session } from './session.ts';
import { UsageError } from './usage-error.ts';

export interface FactsOptions {
  /** Look at nothing. */
  readonly offline?: boolean;
  /** Take these instead of looking. */
  readonly file?: string;
  /** Whether the engine may be asked; yes unless said otherwise. */
  readonly engine?: boolean;
  /** Whether the command cannot do without the engine. */
  readonly engineNeeded?: boolean;
}

/** @param report gets `engine/unreachable` where the engine is needed, and `engine/compose-too-old` */
export async function factsFor(session: Session, intents: Intents, options: FactsOptions, report: Report): Promise<Facts> {
  if (options.file !== undefined) return readFacts(options.file);
  if (options.offline) return { version: 1 };
  const underlay = usesUnderlay(intents);
  const engineUseful = options.engineNeeded || (options.engine !== false && (underlay || usesOverlay(intents)));
  const [host, engine, compose] = await Promise.all([
    underlay || options.engineNeeded ? observeHostLazily(session) : undefined,
    engineUseful ? observeEngineLazily(session, options.engineNeeded === true, report) : undefined,
    engineUseful ? composeFacts(session, options.engineNeeded === true, report) : undefined,
  ]);
  return { version: 1, ...(host && { host }), ...(engine && { engine }), ...(compose && { compose }) };
}

/** Compose knows `!override` from 2.24.4 on. */
const oldestCompose = '2.24.4';

const usesUnderlay = ({ services, networks }: Intents) =>
  [...services.values()].some(({ mode }) => mode && isUnderlay(mode.value)) || [...networks.values()].some(({ mode }) => isUnderlay(mode.value));

const usesOverlay = ({ services, networks }: Intents) =>
  [...services.values(), ...networks.values()].some(({ mode }) => mode?.value === 'overlay');

async function observeHostLazily({ host }: Session): Promise<Facts['host']> {
  const { observeHost } = await import('../host/observe-host.ts');
  return observeHost(host);
}

async function observeEngineLazily({ host }: Session, needed: boolean, report: Report): Promise<Facts['engine']> {
  const { observeEngine } = await import('../host/observe-engine.ts');
  const observed = await observeEngine(host);
  if (observed.kind === 'reached') return observed.facts;
  if (needed) report('engine/unreachable', undefined, observed.message, { help: observed.help });
  return undefined;
}

async function composeFacts({ host }: Session, needed: boolean, report: Report): Promise<Facts['compose']> {
  const argv = findCompose(host);
  if (!argv) {
    if (needed) report('engine/compose-too-old', undefined, 'Docker Compose is not installed', { help: `install the "docker compose" plugin, ${oldestCompose} or newer` });
    return undefined;
  }
  const { composeVersion } = await import('../host/compose.ts');
  const version = await composeVersion(host, argv);
  if (needed && isOlder(version, oldestCompose)) {
    report('engine/compose-too-old', undefined, `Docker Compose ${version} is too old to be given networking from outside`, { help: `update it to ${oldestCompose} or newer` });
  }
  return { version };
}

function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split('.').map((part) => Number.parseInt(part, 10) || 0));
  for (let index = 0; index < 3; index++) {
    if (a![index] !== b![index]) return (a![index] ?? 0) < (b![index] ?? 0);
  }
  return false;
}

function readFacts(path: string): Facts {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UsageError(`"${path}" cannot be read: ${(cause as Error).message}`, 'make one with: netcompose facts > facts.json');
  }
  try {
    const facts = JSON.parse(text) as Facts;
    if (facts.version === 1) return facts;
  } catch {
    // told below
  }
  throw new UsageError(`"${path}" holds no facts of version 1`, 'make one with: netcompose facts > facts.json');
}
