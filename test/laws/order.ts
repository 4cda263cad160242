/** The same project in other orders: what is decided of it must not depend on them. */
import * as assert from 'uvu/assert';
import { Diagnostics } from '../../src/diagnostics/diagnostic.ts';
import { overrideOf } from '../../src/emit/override/override.ts';
import type { Intents } from '../../src/netmode/intents.ts';
import type { Facts } from '../../src/plan/facts/facts.ts';
import { planOf } from '../../src/plan/plan.ts';
import type { Plan } from '../../src/plan/types.ts';
import { type Options, planTexts } from '../support/in-memory.ts';
import { frozen } from './frozen.ts';

export type Shuffle = <T>(items: readonly T[]) => T[];

/** The same number shuffles in the same way. */
export function shuffleBy(seed: number): Shuffle {
  let state = seed;
  const next = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
  return (items) => {
    const left = [...items];
    return items.map(() => left.splice(next(left.length), 1)[0]!);
  };
}

const shuffledMap = <T>(map: ReadonlyMap<string, T>, shuffle: Shuffle) => new Map(shuffle([...map]));

function shuffledIntents(intents: Intents, shuffle: Shuffle): Intents {
  return {
    ...intents,
    services: shuffledMap(intents.services, shuffle),
    networks: shuffledMap(intents.networks, shuffle),
    project: {
      ...intents.project,
      services: shuffledMap(intents.project.services, shuffle),
      networks: shuffledMap(intents.project.networks, shuffle),
    },
  };
}

/** An interface's own addresses stay as they are: the kernel names the primary one first. */
function shuffledFacts({ host, engine, ...rest }: Facts, shuffle: Shuffle): Facts {
  return {
    ...rest,
    ...(host && {
      host: {
        ...host,
        interfaces: shuffle(host.interfaces),
        routes: shuffle(host.routes),
        ...(host.neighbours && { neighbours: shuffle(host.neighbours) }),
        ...(host.sockets && { sockets: shuffle(host.sockets) }),
      },
    }),
    ...(engine && {
      engine: { ...engine, networks: shuffle(engine.networks), containers: shuffle(engine.containers) },
    }),
  };
}

interface Outcome {
  readonly plan: Plan;
  readonly diagnostics: readonly string[];
}

function outcomeOf(intents: Intents, facts: Facts): Outcome {
  const diagnostics = new Diagnostics();
  const plan = planOf(frozen(intents), frozen(facts), diagnostics.report);
  const lines = diagnostics
    .sorted()
    .map(({ rule, severity, message, help, span, related }) =>
      JSON.stringify([
        ...[rule, severity, message, help, span?.source.path, span?.start],
        related.map((one) => [one.message, one.span.source.path, one.span.start]),
      ]),
    );
  return { plan, diagnostics: lines.sort() };
}

/** The override, whatever the order of services and networks. */
export function overrideIn({ services, networks, ...plan }: Plan): string | undefined {
  const sorted = <T>(map: ReadonlyMap<string, T>) => new Map([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
  return overrideOf({ ...plan, services: sorted(services), networks: sorted(networks) });
}

/** Decides it twice, the second time of everything shuffled: the same plan, override and diagnostics. */
export function agrees(texts: Readonly<Record<string, string>>, options: Options, shuffle: Shuffle): void {
  const { intents } = planTexts(texts, options);
  if (!intents) return;
  const facts = options.facts ?? { version: 1 };
  const first = outcomeOf(intents, facts);
  const other = outcomeOf(shuffledIntents(intents, shuffle), shuffledFacts(facts, shuffle));
  assert.equal(other.diagnostics, first.diagnostics);
  assert.equal({ ...other.plan, project: undefined }, { ...first.plan, project: undefined });
  assert.is(overrideIn(other.plan), overrideIn(first.plan));
}
