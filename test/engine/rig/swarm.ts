/** What tests of a swarm have in common: containers that engines make. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import type { Rig } from './rig.ts';

/** Runs `docker` on that node, which must not fail. */
export async function docker(node: Rig, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await node.docker(...args);
  assert.is(code, 0, `docker ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** Bounded: the engine answers each time, and makes one container in a few seconds. */
export async function until(done: () => Promise<boolean>, otherwise: string): Promise<void> {
  for (let turn = 0; turn < 150; turn++) {
    if (await done()) return;
    await sleep(200);
  }
  throw new Error(otherwise);
}

/** The one container of a service on that node, once it runs. */
export async function containerOf(rig: Rig, service: string): Promise<string> {
  const ids = async () => (await rig.docker('ps', '--quiet', '--filter', `name=${service}`)).stdout;
  await until(async () => (await ids()) !== '', `${service} does not run`);
  return ids();
}

export async function addressOf(rig: Rig, service: string, network: string): Promise<string> {
  const id = await containerOf(rig, service);
  const { stdout } = await rig.docker('inspect', '--format', '{{json .NetworkSettings.Networks}}', id);
  const networks = JSON.parse(stdout) as Readonly<Record<string, { readonly IPAddress: string }>>;
  return networks[network]?.IPAddress ?? stdout;
}
