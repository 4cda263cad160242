/** What services are checked against is looked up, and not gone through for each: the work grows as the file does. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkAnswers } from '../../../src/plan/checks/lan/lan-conflicts.ts';
import type { Facts } from '../../../src/plan/facts/facts.ts';
import { parseFacts } from '../../../src/plan/facts/parsed-facts.ts';
import { takenBy } from '../../../src/plan/networks/free-addresses.ts';
import { lanFacts, planTexts } from '../../support/in-memory.ts';

const lan = 'mode: macvlan, subnet: 10.8.0.0/16, gateway: 10.8.0.1, ip_range: 10.8.128.0/18';
const services = (count: number, key: string) => {
  const netmode = (at: number) => `{ network: lan, ${key}: 10.8.1.${at + 1} }`;
  const each = (_: unknown, at: number) => `  s${at}: { image: x, cap_add: [NET_ADMIN], x-netmode: ${netmode(at)} }\n`;
  return `services:\n${Array.from({ length: count }, each).join('')}networks:\n  lan: { x-netmode: { ${lan} } }\n`;
};

const network = {
  ...{ id: '1', name: 'netcompose-eth0', driver: 'macvlan', scope: 'local', internal: false },
  ...{ options: { parent: 'eth0' }, labels: { 'netcompose.network': 'netcompose-eth0' } },
  pools: [{ subnet: '10.8.0.0/16', gateway: '10.8.0.1', ipRange: '10.8.128.0/18', auxiliaryAddresses: {} }],
};
const running = (count: number): Facts => ({
  ...lanFacts,
  engine: {
    ...lanFacts.engine!,
    networks: [network],
    containers: Array.from({ length: count }, (_, at) => ({
      ...{ id: `c${at}`, name: `c${at}`, project: 'other', running: true, networkMode: 'netcompose-eth0', ports: [] },
      networks: { 'netcompose-eth0': { ipv4: `10.8.130.${at + 1}` } },
    })),
  },
});

/** How often a container is looked at, of as many as there are services. */
function looks(count: number, key: string): number {
  let looked = 0;
  const facts = parseFacts(running(count));
  const containers = facts.engine!.containers.map(
    (container) =>
      new Proxy(container, {
        get: (target, name) => {
          if (name === 'networks') looked += 1;
          return Reflect.get(target, name);
        },
      }),
  );
  const { plan } = planTexts(services(count, key), { facts: running(count) });
  checkAnswers(plan!, { ...facts, engine: { ...facts.engine!, containers } }, () => undefined);
  return looked;
}

for (const key of ['floating_addresses', 'ipv4_address'])
  test(`${key}: twice as many services and containers, twice as many looks`, () => {
    assert.ok(looks(20, key) > 0);
    assert.is(looks(80, key), 2 * looks(40, key));
  });

test('what is taken is known at once, in both families, and what was added too', () => {
  const taken = takenBy([{ family: 4, value: 5n }]);
  assert.ok(taken.has({ family: 4, value: 5n }));
  assert.not.ok(taken.has({ family: 6, value: 5n }));
  taken.add({ family: 6, value: 5n });
  assert.ok(taken.has({ family: 6, value: 5n }));
  assert.equal(taken.all, [
    { family: 4, value: 5n },
    { family: 6, value: 5n },
  ]);
});

test.run();
