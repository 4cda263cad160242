/** Hears every frame on an interface of a namespace. */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Frame, framesOf } from './frames.ts';

interface Listener {
  /** Ends it. @returns what it has heard, in order */
  stop(): Promise<readonly Frame[]>;
}

/** Starts to listen, and returns once it does. */
export async function listen(namespace: string, name: string): Promise<Listener> {
  const tcpdump = ['tcpdump', '-i', name, '-n', '-U', '-s', '0', '--immediate-mode', '-Z', 'root', '-w', '-'];
  const child = spawn('ip', ['netns', 'exec', namespace, ...tcpdump], { stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => void chunks.push(chunk));
  let said = '';
  child.stderr.on('data', (text) => void (said += text));
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  while (!said.includes('listening on')) {
    if (child.exitCode !== null) throw new Error(`tcpdump ended: ${said}`);
    await sleep(20);
  }
  return {
    async stop() {
      // What is on its way still counts.
      await sleep(200);
      child.kill('SIGTERM');
      await ended;
      return framesOf(Buffer.concat(chunks));
    },
  };
}
