/** The engine as it is, asked through its API. */
import isEqual from 'lodash/isEqual.js';
import sortBy from 'lodash/sortBy.js';
import type { EngineFacts, ImagePort } from '../../plan/facts/facts.ts';
import { connect, type Engine } from '../engine/client.ts';
import { type Endpoint, findEndpoint } from '../engine/endpoint.ts';
import { containersOf, imageOf, networksOf } from '../engine/questions.ts';
import { badAddress, type EngineUnreachable, unreachable } from '../engine/unreachable.ts';
import type { Host } from '../system/host.ts';
import { identified } from './engine-identity.ts';
import { toContainer, toImagePort, toNetwork } from './engine-json.ts';
import { podmanContainers, podmanNetworks } from './podman.ts';
import type { EngineAsked } from './under-way.ts';

export type EngineObservation =
  | {
      readonly kind: 'reached';
      readonly facts: EngineFacts;
      /** Keeps what need not be asked again, for when the command has succeeded. */
      readonly remember?: () => void;
    }
  | EngineUnreachable;

export interface EngineOptions {
  /** Names of images whose `EXPOSE` is wanted; those that the engine does not have are left out. */
  readonly images?: readonly string[];
  /** Where it is kept what the engine is, if it may be. */
  readonly path?: string;
  /** What it has been asked already. */
  readonly asked?: EngineAsked;
}

/** Observes the engine that `docker` would talk to; one that cannot be reached is a result, with words for people. */
export function observeEngine(host: Host, options: EngineOptions = {}): Promise<EngineObservation> {
  const { images = [], path, asked: begun } = options;
  return observed(host, begun, async (engine, endpoint) => {
    const identifying = identified(host, engine, endpoint, path);
    // By ssh first alone: where an engine cannot be reached, a password is then asked for once.
    if (endpoint.kind === 'ssh') await identifying;
    const [{ identity, remember }, comesAndGoes, exposed] = await Promise.all([
      identifying,
      whatComesAndGoes(
        engine,
        identifying.then((found) => found.identity.kind === 'podman'),
      ),
      Promise.all(images.map((image) => exposedPorts(engine, image))),
    ]);
    const facts: EngineFacts = {
      ...identity,
      ...comesAndGoes.seen,
      ...(images.length > 0 && {
        images: Object.fromEntries(images.flatMap((image, at) => (exposed[at] ? [[image, exposed[at]]] : []))),
      }),
    };
    lastSeen.set(facts, { engine, comesAndGoes });
    return { facts, ...(remember && { remember }) };
  });
}

/** By which connection facts were had, and from which answers: those that are the same need not be read again. */
const lastSeen = new WeakMap<EngineFacts, { readonly engine: Engine; readonly comesAndGoes: ComesAndGoes }>();

/**
 * The same engine some moments later: only what comes and goes is asked for.
 *
 * @returns the same facts where nothing has changed
 */
export function observeAgain(host: Host, known: EngineFacts): Promise<EngineObservation> {
  const last = lastSeen.get(known);
  return observed(host, undefined, async (connected) => {
    const engine = last?.engine ?? connected;
    const isPodman = known.kind === 'podman';
    const comesAndGoes = await whatComesAndGoes(engine, Promise.resolve(isPodman), last?.comesAndGoes);
    if (comesAndGoes === last?.comesAndGoes) return { facts: known };
    const facts = { ...known, ...comesAndGoes.seen };
    lastSeen.set(facts, { engine, comesAndGoes });
    return { facts };
  });
}

type Reached = Omit<Extract<EngineObservation, { kind: 'reached' }>, 'kind'>;

async function observed(
  host: Host,
  begun: EngineAsked | undefined,
  ask: (engine: Engine, endpoint: Endpoint) => Promise<Reached>,
): Promise<EngineObservation> {
  try {
    const endpoint = begun?.endpoint ?? findEndpoint(host);
    try {
      return { kind: 'reached', ...(await ask(begun?.engine ?? (await connect(endpoint, host)), endpoint)) };
    } catch (cause) {
      return unreachable(endpoint, cause);
    }
  } catch (cause) {
    return badAddress(cause);
  }
}

/** What an engine answers of its containers, and what netcompose reads of that and of its networks. */
interface ComesAndGoes {
  readonly listed: Awaited<ReturnType<typeof containersOf>>;
  readonly seen: Pick<EngineFacts, 'networks' | 'containers'>;
}

/**
 * All networks and containers of an engine. Podman's own API tells more than its Docker-compatible one, which is asked
 * before it is known who answers.
 *
 * @returns the last, where Docker answers as it did then
 */
async function whatComesAndGoes(
  engine: Engine,
  isAskedOfPodman: Promise<boolean>,
  last?: ComesAndGoes,
): Promise<ComesAndGoes> {
  const [answered, listed, podman] = await Promise.all([networksOf(engine), containersOf(engine), isAskedOfPodman]);
  const networks = sortBy(podman ? await podmanNetworks(engine) : answered.map(toNetwork), 'name');
  // The list of networks, which is short, has another order each time.
  if (!podman && last?.listed === listed && isEqual(last.seen.networks, networks)) return last;
  const containers = podman
    ? await podmanContainers(engine, listed)
    : listed.map((container) => toContainer(container));
  return { listed, seen: { networks, containers: sortBy(containers, 'name') } };
}

/** Nothing where the engine lacks the image or refuses to answer: this is only the last source of a guess. */
async function exposedPorts(engine: Engine, image: string): Promise<readonly ImagePort[] | undefined> {
  try {
    const { Config } = await imageOf(engine, image);
    return sortBy(Object.keys(Config.ExposedPorts ?? {}).flatMap(toImagePort), ['first', 'protocol']);
  } catch {
    return undefined;
  }
}
