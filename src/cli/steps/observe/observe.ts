/** Finds out what this project needs to know about the host and the engine, and no more: looking costs time. */
import { resolve } from 'node:path';
import once from 'lodash/once.js';
import type { Report } from '../../../diagnostics/diagnostic.ts';
import type { ComposeVersion } from '../../../host/compose-version.ts';
import { findCompose } from '../../../host/engine/find-compose.ts';
import type { EngineUnreachable } from '../../../host/engine/unreachable.ts';
import type { EngineObservation } from '../../../host/observe/engine-facts.ts';
import type { HostObservation, HostOptions } from '../../../host/observe/host-facts.ts';
import type { OpenSocket } from '../../../host/observe/sockets.ts';
import { enginePath } from '../../../host/override-store.ts';
import type { Intents } from '../../../netmode/intents.ts';
import type { Facts, HostFacts, HostSocket } from '../../../plan/facts/facts.ts';
import type { ShimState } from '../../../plan/facts/shim-state.ts';
import { composeMissing, isOlder, oldestCompose } from '../../../plan/facts/versions.ts';
import {
  dependsOnCompose,
  driversWanted,
  imagesWanted,
  isWrittenInFull,
  namesAddresses,
  ownersWanted,
  portsNamed,
  usesNewerKeys,
  usesOverlay,
  usesUnderlay,
} from '../../../plan/wanted-facts.ts';
import type { Session } from '../../session.ts';
import { UsageError } from '../../usage-error.ts';
import type { Ahead } from './ask-ahead.ts';

export interface FactsOptions {
  /** Look at nothing. */
  readonly offline?: boolean;
  /** Take these instead of looking. */
  readonly file?: string;
  /** Whether the engine may be asked; yes unless said otherwise. */
  readonly engine?: boolean;
  /** Whether the ports that are open on the host now matter. */
  readonly live?: boolean;
  /** Whether the command cannot do without the engine. */
  readonly engineNeeded?: boolean;
  /** What has been asked already. */
  readonly ahead?: Ahead;
}

export interface Seen {
  readonly facts: Facts;
  /** What the host's shims carry, where that was seen on the way. */
  readonly shims?: ShimState;
  /** Keeps what need not be found out again, for when the command has succeeded. */
  readonly remember?: () => void;
}

/** As `seenFor`, without what only shims have. */
export async function factsFor(
  session: Session,
  intents: Intents,
  options: FactsOptions,
  report: Report,
): Promise<Facts> {
  return (await seenFor(session, intents, options, report)).facts;
}

/**
 * @param report gets `engine/unreachable`, `engine/compose-missing` and `engine/compose-too-old` where both are needed;
 *   else a warning of an engine that is there and cannot be asked
 */
export async function seenFor(
  session: Session,
  intents: Intents,
  options: FactsOptions,
  report: Report,
): Promise<Seen> {
  if (options.file !== undefined) return { facts: await readFacts(session, options.file) };
  if (options.offline) return nothingSeen;
  const onUnderlay = usesUnderlay(intents);
  // The rendered file may be used anywhere; where the project says everything itself, nothing of this host is needed.
  if (options.engine === false && !options.engineNeeded && isWrittenInFull(intents)) return nothingSeen;
  const ports = options.live ? portsNamed(intents) : undefined;
  const named = options.engine !== false && namesAddresses(intents);
  const engineUseful =
    options.engineNeeded ||
    (options.engine !== false && (onUnderlay || named || usesOverlay(intents) || usesNewerKeys(intents)));
  const images = options.engine === false ? [] : imagesWanted(intents);
  // Usually nothing is in the way, and finding that out needs neither a process nor the engine.
  const openSockets = once(() => openSocketsLazily(session));
  const isAnyOpen = async () =>
    ports !== undefined && ports.size > 0 && (await openSockets())?.some(({ port }) => ports.has(port));
  const isHostWanted = onUnderlay || named || options.engineNeeded || (await isAnyOpen());
  // The engine first: it works while files are read.
  const [asked, observed, compose, open] = await Promise.all([
    engineUseful ? observeEngineLazily(session, images, options, report) : undefined,
    isHostWanted
      ? observeHostLazily(session, {
          lan: onUnderlay,
          drivers: driversWanted(intents),
          ...(options.ahead && { asked: options.ahead.network }),
        })
      : undefined,
    options.engineNeeded || (engineUseful && dependsOnCompose(intents))
      ? composeFacts(session, options.engineNeeded === true, report)
      : undefined,
    isHostWanted && ports ? openSockets() : undefined,
  ]);
  // A port that is open may be the project's own: only the engine knows.
  const inTheWay = !engineUseful && options.engine !== false && open?.some(({ port }) => ports?.has(port));
  const answer = inTheWay ? await observeEngineLazily(session, images, {}, report) : asked;
  const engine = answer?.facts;
  // What is rendered may be used anywhere, whatever this kernel has.
  const seen = observed && options.engine === false ? withoutDrivers(observed.facts) : observed?.facts;
  const sockets = open && ports && (await owned(session, open, ownersWanted(ports, engine)));
  const host = seen && sockets ? { ...seen, sockets } : seen;
  return {
    facts: {
      version: 1,
      ...(host && { host }),
      ...(engine && { engine }),
      ...(compose && { compose: { version: compose.version } }),
    },
    ...(observed?.shims && { shims: observed.shims }),
    remember: () => {
      answer?.remember?.();
      compose?.remember?.();
    },
  };
}

const nothingSeen: Seen = { facts: { version: 1 } };

const withoutDrivers = ({ drivers: _, ...rest }: HostFacts): HostFacts => rest;

async function openSocketsLazily({ host }: Session): Promise<readonly OpenSocket[] | undefined> {
  const { openSockets } = await import('../../../host/observe/sockets.ts');
  return openSockets(host);
}

/** Open files of processes are looked at once the engine has said what its containers publish. */
async function owned(
  { host }: Session,
  open: readonly OpenSocket[],
  isWanted: (socket: HostSocket) => boolean,
): Promise<readonly HostSocket[]> {
  const { withOwners } = await import('../../../host/observe/sockets.ts');
  return withOwners(host, open, isWanted);
}

async function observeHostLazily({ host }: Session, options: HostOptions): Promise<HostObservation> {
  const { observeHostAndShims } = await import('../../../host/observe/host-facts.ts');
  return observeHostAndShims(host, options);
}

async function observeEngineLazily(
  { host }: Session,
  images: readonly string[],
  { engineNeeded: needed = false, ahead }: FactsOptions,
  report: Report,
): Promise<Extract<EngineObservation, { kind: 'reached' }> | undefined> {
  const { observeEngine } = await import('../../../host/observe/engine-facts.ts');
  const observed = await observeEngine(host, {
    images,
    path: enginePath(host),
    ...(ahead?.engine && { asked: ahead.engine }),
  });
  if (observed.kind === 'reached') return observed;
  const { message, help } = observed;
  if (needed) report('engine/unreachable', undefined, message, { help });
  else if (!notThere.has(observed.reason))
    report('engine/unreachable', undefined, message, { help, severity: 'warning' });
  return undefined;
}

/** On a machine without an engine, files are checked all the same, and nothing is missed. */
const notThere: ReadonlySet<EngineUnreachable['reason']> = new Set(['no-socket', 'refused', 'no-permission']);

async function composeFacts({ host }: Session, needed: boolean, report: Report): Promise<ComposeVersion | undefined> {
  const compose = findCompose(host);
  if (!compose) {
    const { message, help } = composeMissing;
    if (needed) report('engine/compose-missing', undefined, message, { help });
    return undefined;
  }
  const { rememberedComposeVersion } = await import('../../../host/compose-version.ts');
  const found = await rememberedComposeVersion(host, compose);
  const { version } = found;
  if (needed && isOlder(version, oldestCompose)) {
    report(
      'engine/compose-too-old',
      undefined,
      `Docker Compose ${version} is too old to be given networking from outside`,
      { help: `update it to ${oldestCompose} or newer` },
    );
  }
  return found;
}

/** Facts that `netcompose facts` has printed before, perhaps on another host. */
export async function readFacts({ host }: Session, file: string): Promise<Facts> {
  const path = resolve(host.cwd, file);
  const read = host.read(path);
  if ('error' in read)
    throw new UsageError(
      `"${path}" ${read.error === 'missing' ? 'does not exist' : `cannot be read: ${read.detail}`}`,
      file === '-' ? 'for standard input write: --facts /dev/stdin' : 'make one with: netcompose facts > facts.json',
    );
  const { readFactsText } = await import('../../../plan/facts/read-facts.ts');
  const result = readFactsText(read.text);
  if ('facts' in result) return result.facts;
  throw new UsageError(`"${path}" holds no facts: ${result.fault}`, 'make one with: netcompose facts > facts.json');
}
