/** Which networks go when a project's files no longer have them. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EngineContainer, EngineNetwork } from '../../../src/plan/facts/facts.ts';
import { leftNetworks } from '../../../src/plan/host-changes/left-networks.ts';
import { lanFacts } from '../../support/in-memory.ts';

const network = (name: string, labels: Readonly<Record<string, string>>): EngineNetwork => ({
  ...{ id: name, name, driver: 'macvlan', scope: 'local', internal: false },
  ...{ options: { parent: 'eth0' }, labels, pools: [] },
});
const ofProject = (project: string, key: string) =>
  network(`${project}_${key}`, { 'com.docker.compose.project': project, 'com.docker.compose.network': key });
const on = (name: string): EngineContainer => ({
  ...{ id: 'c1', name: 'c1', running: false, networkMode: name, networks: { [name]: {} }, ports: [] },
});

function gone(networks: readonly EngineNetwork[], containers: readonly EngineContainer[] = []) {
  const engine = { ...lanFacts.engine!, networks, containers };
  return leftNetworks({ project: 'shop', keys: new Set(['lan']) }, engine).map(({ command }) => command.join(' '));
}

test('the project’s own, by its labels', () => {
  assert.equal(gone([ofProject('shop', 'lan')]), ['docker network rm shop_lan']);
});

test('none of another key, another project, or of nobody', () => {
  assert.equal(gone([ofProject('shop', 'back'), ofProject('blog', 'lan'), network('shop_lan', {})]), []);
});

test('none that a container is on, even a stopped one', () => {
  assert.equal(gone([ofProject('shop', 'lan')], [on('shop_lan')]), []);
});

test.run();
