/** Podman's networks, as Docker would tell them. What is given is what Podman 5.8.6 answers. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Engine } from '../../../src/host/engine/client.ts';
import { fromPodmanNetwork, podmanContainers, podmanNetworks } from '../../../src/host/observe/podman.ts';

const common = { id: '5a6d', scope: 'local', internal: false, labels: {} } as const;

test('a macvlan network has its parent, its mode and its range', () => {
  const network = fromPodmanNetwork({
    ...{ name: 'lan', id: '5a6d', driver: 'macvlan', network_interface: 'eth0', internal: false, labels: { x: 'y' } },
    subnets: [
      {
        subnet: '192.168.213.0/24',
        gateway: '192.168.213.1',
        lease_range: { start_ip: '192.168.213.193', end_ip: '192.168.213.223' },
      },
    ],
  });
  assert.equal(network, {
    ...{ ...common, name: 'lan', driver: 'macvlan', labels: { x: 'y' } },
    options: { parent: 'eth0', macvlan_mode: 'bridge' },
    pools: [
      {
        subnet: '192.168.213.0/24',
        gateway: '192.168.213.1',
        ipRange: '192.168.213.192/27',
        auxiliaryAddresses: {},
      },
    ],
  });
});

test('a mode that Podman was told in its own words is the mode', () => {
  const given = { id: '5a6d', network_interface: 'eth0', subnets: null, labels: null };
  const l3 = fromPodmanNetwork({ ...given, name: 'l3', driver: 'ipvlan', options: { mode: 'l3', mtu: '1400' } });
  assert.equal(l3.options, { mtu: '1400', parent: 'eth0', ipvlan_mode: 'l3' });
  const plain = fromPodmanNetwork({ ...given, name: 'l2', driver: 'ipvlan' });
  assert.equal(plain.options, { parent: 'eth0', ipvlan_mode: 'l2' });
});

test('of a bridge neither the interface nor an option becomes another', () => {
  const network = fromPodmanNetwork({
    ...{ name: 'back', id: '5a6d', driver: 'bridge', network_interface: 'podman1', options: { isolate: 'true' } },
    subnets: [{ subnet: '10.89.0.0/24' }],
  });
  assert.equal(network.options, { isolate: 'true' });
  assert.equal(network.pools, [{ subnet: '10.89.0.0/24', auxiliaryAddresses: {} }]);
});

test('answers that lack parts: no networks, no settings of a container, no names', async () => {
  const engine: Engine = {
    get: async (path) => (path.startsWith('/containers/') ? {} : null),
    greeting: async () => undefined,
  };
  assert.equal(await podmanNetworks(engine), []);
  const listed = [{ Id: 'c1', Names: null, State: 'removing' }] as unknown as Parameters<typeof podmanContainers>[1];
  assert.equal(await podmanContainers(engine, listed), [
    { id: 'c1', name: 'c1', running: false, networkMode: 'default', networks: {}, ports: [] },
  ]);
});

test.run();
