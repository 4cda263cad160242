/** The engine's news of networks and containers. */
import { setTimeout as sleep } from 'node:timers/promises';
import { connectForEvents } from '../engine/client.ts';
import { findEndpoint } from '../engine/endpoint.ts';
import type { Host } from '../system/host.ts';

/** An engine that is starting is there from one moment to the next; one that is away for long is asked less often. */
const pauses = { first: 250, last: 5000, growth: 1.2 } as const;

/**
 * What changes who is on which network. A health check is an event of another kind, and would come every few seconds.
 */
const events = ['connect', 'create', 'destroy', 'die', 'disconnect', 'remove', 'start'] as const;

/**
 * Calls `onChange` after each change, and whenever the engine answers again, until it is aborted. It asks for as
 * long as it takes, and never throws for an engine that is away.
 */
export async function followEngine(host: Host, onChange: () => void, end: AbortSignal): Promise<void> {
  let pause: number = pauses.first;
  while (!end.aborted) {
    if (await readEvents(host, onChange, end)) pause = pauses.first;
    if (end.aborted) return;
    await sleep(pause, undefined, { signal: end }).catch(() => undefined);
    pause = Math.min(pause * pauses.growth, pauses.last);
  }
}

/** @returns whether the engine answered; the end of its events is the end of the connection */
async function readEvents(host: Host, onChange: () => void, end: AbortSignal): Promise<boolean> {
  try {
    const docker = await connectForEvents(findEndpoint(host), host);
    const stream = (await docker.getEvents({
      filters: { type: ['container', 'network'], event: [...events] },
      abortSignal: end,
    } as Parameters<typeof docker.getEvents>[0])) as NodeJS.ReadableStream & { destroy(): void };
    const stop = () => stream.destroy();
    end.addEventListener('abort', stop, { once: true });
    onChange();
    await new Promise<void>((resolve) => {
      stream.on('error', () => resolve());
      stream.on('close', resolve);
      stream.on('end', resolve);
      stream.on('data', onChange);
    });
    end.removeEventListener('abort', stop);
    return true;
  } catch {
    return false;
  }
}
