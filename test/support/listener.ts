/** Hears every frame on an interface of a namespace. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Frame, framesOf } from './frames.ts';

export interface Listener {
  /** Ends it. @returns what it has heard, in order @throws where it has missed something */
  stop(): Promise<readonly Frame[]>;
}

/** Starts to listen, and returns once it does. */
export async function listen(namespace: string, name: string): Promise<Listener> {
  // Into a file, so that it never waits for whoever started it.
  const folder = mkdtempSync(join(tmpdir(), 'heard-'));
  const file = join(folder, 'frames');
  const tcpdump = ['tcpdump', '-i', name, '-n', '-U', '-s', '0', '--immediate-mode', '-Z', 'root', '-w', file];
  const child = spawn('ip', ['netns', 'exec', namespace, ...tcpdump], { stdio: ['ignore', 'ignore', 'pipe'] });
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
      const pcap = readFileSync(file);
      rmSync(folder, { recursive: true });
      if (!said.includes('\n0 packets dropped by kernel')) throw new Error(`tcpdump has missed something: ${said}`);
      return framesOf(pcap);
    },
  };
}
