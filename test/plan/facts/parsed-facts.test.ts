/** Facts as numbers, sorted. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Facts } from '../../../src/plan/facts/facts.ts';
import { allAddressesOf, parseFacts } from '../../../src/plan/facts/parsed-facts.ts';
import { cidr, ip } from '../../support/addresses.ts';
import { lanFacts } from '../../support/in-memory.ts';

const facts: Facts = {
  ...lanFacts,
  host: {
    ...lanFacts.host!,
    interfaces: [
      {
        ...lanFacts.host!.interfaces[1]!,
        addresses: ['192.168.1.10/24', 'fd00:1::10/64', 'nonsense'],
        passing: ['fd00:1::10/64'],
      },
      lanFacts.host!.interfaces[0]!,
    ],
    routes: [
      { destination: '10.0.0.0/8', family: 4, interface: 'eth0', gateway: '192.168.1.9' },
      { destination: 'unreachable', family: 4 },
      { destination: 'default', family: 4, interface: 'eth0', gateway: '192.168.1.1', metric: 100 },
    ],
    neighbours: [{ address: '192.168.1.5', interface: 'eth0', mac: '02:00:00:00:00:05', state: 'stale' }],
    sockets: [{ protocol: 'tcp', address: '::', port: 80 }],
  },
  engine: {
    ...lanFacts.engine!,
    networks: [
      {
        ...{ id: '1', name: 'b', driver: 'bridge', scope: 'local', internal: false, options: {}, labels: {} },
        pools: [
          { subnet: '10.1.0.0/24', gateway: '10.1.0.1', auxiliaryAddresses: { nas: '10.1.0.9', odd: 'x' } },
          { subnet: '', auxiliaryAddresses: {} },
        ],
      },
    ],
    containers: [
      {
        ...{ id: '2', name: 'z', running: true, networkMode: 'b' },
        networks: { b: { ipv4: '10.1.0.2', ipv6: '' }, __proto: {} },
        ports: [{ ip: '', published: 80, target: 80, protocol: 'tcp' }],
      },
      { id: '3', name: 'a', running: false, networkMode: 'b', networks: {}, ports: [] },
    ],
  },
};

const { host, engine, compose } = parseFacts(facts);

test('interfaces by index, their addresses with their subnets', () => {
  assert.equal(
    host!.interfaces.map(({ name }) => name),
    ['lo', 'eth0'],
  );
  assert.equal(host!.interfaces[1]!.addresses, [
    { address: ip('192.168.1.10'), subnet: cidr('192.168.1.0/24'), passing: false, general: true },
    { address: ip('fd00:1::10'), subnet: cidr('fd00:1::/64'), passing: true, general: true },
  ]);
});

test('routes by metric; what leads nowhere that can be read is left out', () => {
  assert.equal(
    host!.routes.map(({ destination, gateway }) => [destination, gateway]),
    [
      [cidr('10.0.0.0/8'), ip('192.168.1.9')],
      ['default', ip('192.168.1.1')],
    ],
  );
});

test('neighbours and sockets', () => {
  assert.equal(host!.neighbours![0]!.address, ip('192.168.1.5'));
  assert.equal(host!.sockets![0]!.address, ip('::'));
});

test('networks and containers by name', () => {
  assert.equal(engine!.networks[0]!.pools, [
    { subnet: cidr('10.1.0.0/24'), gateway: ip('10.1.0.1'), auxAddresses: new Map([['nas', ip('10.1.0.9')]]) },
  ]);
  assert.equal(
    engine!.containers.map(({ name }) => name),
    ['a', 'z'],
  );
  assert.equal(allAddressesOf(engine!.containers[1]!), [ip('10.1.0.2')]);
  assert.equal(engine!.containers[1]!.ports, [{ published: 80, target: 80, protocol: 'tcp' }]);
  assert.equal(compose, lanFacts.compose);
});

test('what nobody looked at stays unknown', () => assert.equal(parseFacts({ version: 1 }), {}));

test.run();
