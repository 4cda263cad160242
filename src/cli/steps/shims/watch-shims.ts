/** Keeps the shims of this host right: looks when something has happened, and mends what is not as it is to be. */
import { setTimeout as sleep } from 'node:timers/promises';
import { followEngine } from '../../../host/observe/engine-events.ts';
import { followKernel } from '../../../host/observe/kernel-events.ts';
import { HostError } from '../../../host/system/errors.ts';
import type { Host } from '../../../host/system/host.ts';
import { type ParsedFacts, parseFacts } from '../../../plan/facts/parsed-facts.ts';
import { macsOn } from '../../../plan/host-changes/stale.ts';
import { concernsShims, type Watched } from '../../../plan/shims/kernel-events.ts';
import { rememberShims, type SeenShim } from '../../../plan/shims/wanted-shims.ts';
import { mendShims } from './mend-shims.ts';
import { type Survey, surveyShims } from './survey-shims.ts';

/** In milliseconds. */
const times = {
  /** Events come in swarms: a look waits until there has been none for so long, … */
  quiet: 100,
  /** … but not for longer than this. */
  patience: 300,
  /** Of some changes the kernel tells nobody, such as a setting that is turned off: all is looked at so often. */
  longestPause: 600_000,
  /** After a failure; twice as long after each further one. */
  firstRetry: 1000,
  lastRetry: 60_000,
} as const;

export interface WatchTells {
  /** Something was mended, with what had been wrong. */
  readonly mended: (shim: string, fault: string) => void;
  /** It could not look, or not mend, and not at the second attempt either; told once for each different one. */
  readonly failed: (error: HostError) => void;
  /** The first look is over, and events are followed. */
  readonly watching: (shims: number) => void;
}

/** Watches until it is aborted, and then ends what it has begun. */
export async function watchShims(host: Host, tells: WatchTells, end: AbortSignal): Promise<void> {
  const bell = createBell(end);
  let known: { readonly survey: Survey; readonly watched: Watched } | undefined;
  let remembered: readonly SeenShim[] = [];
  const following = [
    followKernel(
      host,
      (line) => {
        if (!known || concernsShims(line, known.watched)) bell.ring();
      },
      bell.ring,
      end,
    ),
    followEngine(host, bell.ring, end),
  ];
  let failures = 0;
  let told: string | undefined;
  while (!end.aborted) {
    try {
      const options = { remembered, lastEngine: known?.survey.facts.engine };
      let survey = await surveyShims(host, options);
      if (isWrong(survey) && !end.aborted) survey = await mendShims(host, { ...options, onMended: tells.mended });
      const parsed = parseFacts({ version: 1, host: survey.facts.host, engine: survey.facts.engine });
      remembered = rememberShims(remembered, parsed);
      if (!known) tells.watching(survey.shims.length);
      known = { survey, watched: watchedOf(survey, remembered, parsed) };
      failures = 0;
      told = undefined;
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      failures += 1;
      // Once is no failure: what was just mended may be undone again before that is looked at.
      if (failures > 1 && !end.aborted && error.message !== told) {
        tells.failed(error);
        told = error.message;
      }
    }
    const retry = Math.min(times.firstRetry * 2 ** (failures - 1), times.lastRetry);
    // What failed fails again: events do not make the next look come sooner than this.
    if (failures > 1) await pause(retry, end);
    await bell.wait(failures > 0 ? retry : times.longestPause);
  }
  await Promise.all(following);
}

const isWrong = ({ shims, stale }: Survey) => stale.length > 0 || shims.some(({ missing }) => missing.length > 0);

function watchedOf({ shims }: Survey, remembered: readonly SeenShim[], { host, engine }: ParsedFacts): Watched {
  const kinds = (host?.interfaces ?? []).flatMap(({ name, kind }) => {
    const isShim = shims.some(({ plan }) => plan.name === name) || remembered.some((shim) => shim.name === name);
    return isShim && (kind === 'macvlan' || kind === 'ipvlan') ? [[name, kind] as const] : [];
  });
  const planned = shims.map(({ plan }) => [plan.name, plan.driver] as const);
  return {
    shims: new Map([...kinds, ...planned]),
    parents: new Set((engine?.networks ?? []).flatMap(({ options }) => options['parent'] ?? [])),
    macs: new Map(engine ? shims.flatMap(({ plan }) => [...macsOn(plan.network, engine)]) : []),
  };
}

interface Bell {
  readonly ring: () => void;
  /** Until it rings, and then until it has been quiet for a moment; at most so many milliseconds. */
  wait(longest: number): Promise<void>;
}

/** What rings while nobody waits is not lost. */
function createBell(end: AbortSignal): Bell {
  let rings = 0;
  let heard = 0;
  let wake: () => void = () => undefined;
  end.addEventListener('abort', () => wake(), { once: true });
  return {
    ring: () => {
      rings += 1;
      wake();
    },
    wait: async (longest) => {
      if (end.aborted) return;
      if (rings === heard) {
        const over = new AbortController();
        wake = () => over.abort();
        await pause(longest, over.signal);
        wake = () => undefined;
        if (rings === heard) return;
      }
      for (let waited = 0; waited < times.patience && heard !== rings; waited += times.quiet) {
        heard = rings;
        await pause(times.quiet, end);
      }
      heard = rings;
    },
  };
}

const pause = (milliseconds: number, end: AbortSignal) =>
  sleep(milliseconds, undefined, { signal: end }).catch(() => undefined);
