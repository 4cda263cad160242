/** Whose processes are looked for among those that have a port open. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EngineContainer, EngineFacts } from '../../src/plan/facts/facts.ts';
import { ownersWanted } from '../../src/plan/wanted-facts.ts';

const container = (running: boolean, ...ports: EngineContainer['ports']): EngineContainer => ({
  ...{ id: 'c', name: 'c', running, networkMode: 'bridge', networks: {}, ports },
});
const engine = (...containers: readonly EngineContainer[]): EngineFacts => ({
  ...{ version: '28', kind: 'engine', remote: false, swarm: 'inactive', networks: [], containers },
  images: { nginx: [{ first: 443, last: 443, protocol: 'tcp' }] },
});
const published = (port: number, ip?: string) => ({
  ...{ published: port, target: 80, protocol: 'tcp', ...(ip !== undefined && { ip }) },
});
const socket = (port: number, address = '0.0.0.0', protocol: 'tcp' | 'udp' = 'tcp') => ({ port, address, protocol });

for (const [name, isWanted, facts, open] of [
  ['a port that the files name', true, undefined, socket(80)],
  ['another', false, undefined, socket(81)],
  ['one that an image names', true, engine(), socket(443)],
  ['one that a container publishes', false, engine(container(true, published(80))), socket(80)],
  ['at the same address', false, engine(container(true, published(80, '127.0.0.1'))), socket(80, '127.0.0.1')],
  ['at all addresses', false, engine(container(true, published(80, '0.0.0.0'))), socket(80, '127.0.0.1')],
  ['at another address', true, engine(container(true, published(80, '127.0.0.1'))), socket(80, '192.168.1.5')],
  ['of another protocol', true, engine(container(true, published(80))), socket(80, '0.0.0.0', 'udp')],
  ['of a container that does not run', true, engine(container(false, published(80))), socket(80)],
] as const) {
  test(name, () => {
    assert.is(ownersWanted(new Set([80]), facts)(open), isWanted);
  });
}

test.run();
