/** Which networks that exist are in a LAN that this host has left, and which are not. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Facts, HostRoute } from '../../../../src/plan/facts/facts.ts';
import { lanFacts, planTexts } from '../../../support/in-memory.ts';

const text = 'services:\n  web: { image: x, networks: [lan] }\nnetworks:\n  lan: { external: true, name: br0 }\n';

/** What is said of a network with this subnet, on a host with these addresses and, beside its usual ones, routes. */
function reported(subnet: string, addresses: readonly string[], routes: readonly HostRoute[] = []) {
  const facts: Facts = {
    ...lanFacts,
    host: {
      ...lanFacts.host!,
      interfaces: lanFacts.host!.interfaces.map((each) => (each.name === 'eth0' ? { ...each, addresses } : each)),
      routes: [...routes, { destination: 'default', family: 4, interface: 'eth0', gateway: '192.168.0.1' }],
    },
    engine: {
      ...lanFacts.engine!,
      networks: [
        {
          id: 'a1',
          name: 'br0',
          driver: 'macvlan',
          scope: 'local',
          internal: false,
          options: { parent: 'eth0' },
          labels: {},
          pools: [{ subnet, ipRange: subnet, auxiliaryAddresses: {} }],
        },
      ],
    },
  };
  return planTexts(text, { facts })
    .diagnostics.sorted()
    .filter(({ rule }) => rule === 'subnet/lan-has-changed')
    .map(({ message }) => message.replace(/:.*/, ''));
}

const told = ['"br0" has 10.9.0.0/24, but "eth0" is in 192.168.0.0/16'];

test('the LAN is another one', () => assert.equal(reported('10.9.0.0/24', ['192.168.0.10/16']), told));

test('the network is a part of the LAN in which the host itself is not', () =>
  assert.equal(reported('192.168.5.0/24', ['192.168.0.10/16']), []));

test('a second address of the parent is in the network', () =>
  assert.equal(reported('10.9.0.0/24', ['192.168.0.10/16', '10.9.0.10/24']), []));

test('a second subnet on the same wire, to which the host has a route there', () => {
  const to = { destination: '10.9.0.0/24', family: 4 } as const;
  assert.equal(reported('10.9.0.0/24', ['192.168.0.10/16'], [{ ...to, interface: 'eth0', scope: 'link' }]), []);
  assert.equal(reported('10.9.0.0/24', ['192.168.0.10/16'], [{ ...to, interface: 'eth1', scope: 'link' }]), told);
  const byRouter = { ...to, interface: 'eth0', gateway: '192.168.0.1' };
  assert.equal(reported('10.9.0.0/24', ['192.168.0.10/16'], [byRouter]), told);
});

test.run();
