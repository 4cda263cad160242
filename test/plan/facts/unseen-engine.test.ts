/** A file of facts that leaves a part of the engine out: what an empty part would claim is not claimed. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { diagnose } from '../../../src/plan/doctor/doctor.ts';
import type { Facts } from '../../../src/plan/facts/facts.ts';
import { readFactsText } from '../../../src/plan/facts/read-facts.ts';
import { standingOf } from '../../../src/plan/standing/standing.ts';
import { lanFacts, planTexts, told } from '../../support/in-memory.ts';

type Part = 'networks' | 'containers' | 'swarm';

/** A file with an empty part, and one without it. */
function without(part: Part, host = lanFacts.host!): { readonly empty: Facts; readonly absent: Facts } {
  const { [part]: _, ...rest } = { networks: [], containers: [], swarm: 'inactive', version: '28.5.2' } as const;
  const read = (engine: object): Facts => {
    const result = readFactsText(JSON.stringify({ version: 1, host, engine, compose: { version: '2.40.3' } }));
    assert.ok('facts' in result, 'fault' in result ? result.fault : '');
    return result.facts;
  };
  return { empty: read({ ...rest, [part]: part === 'swarm' ? 'inactive' : [] }), absent: read(rest) };
}

test('what is left out is noted, and what is there is not', () => {
  for (const part of ['networks', 'containers', 'swarm'] as const) {
    const { empty, absent } = without(part);
    assert.equal([empty.engine?.unseen, absent.engine?.unseen], [undefined, [part]]);
  }
});

for (const [what, part, text, rule] of [
  [
    'an external network',
    'networks',
    'services: { web: { image: x, networks: [lan] } }\nnetworks: { lan: { external: true } }\n',
    /engine\/network-missing/,
  ],
  ['network_mode with a name', 'networks', 'services: { web: { image: x, network_mode: lan } }\n', /no-such-network/],
  ['an overlay', 'swarm', 'services: { web: { image: x, x-netmode: overlay } }\n', /engine\/swarm-inactive/],
] as const)
  test(`${what}: an empty "${part}" is a fault, none is not`, () => {
    const { empty, absent } = without(part);
    assert.match(told(planTexts(text, { facts: empty })).join('\n'), rule);
    assert.not.match(told(planTexts(text, { facts: absent })).join('\n'), rule);
  });

test('a port that is open: whether the own container has it is not known, so it is a warning', () => {
  const sockets = [{ protocol: 'tcp', address: '0.0.0.0', port: 80 }] as const;
  const { empty, absent } = without('containers', { ...lanFacts.host!, sockets });
  const text = 'services: { web: { image: x, x-netmode: { mode: host, listen: [80] } } }\n';
  assert.match(told(planTexts(text, { facts: empty })).join('\n'), /^error ports\/in-use-on-host/m);
  assert.match(told(planTexts(text, { facts: absent })).join('\n'), /^warning ports\/in-use-on-host/m);
});

test('what is there already is not known, and nothing is called new', () => {
  const text =
    'services: { web: { image: x, x-netmode: { mode: macvlan, host_access: none, ip_range: 192.168.1.192/27 } } }\n';
  const standing = (facts: Facts) => {
    const { networks, services, actions } = standingOf(planTexts(text, { facts }).plan!, facts);
    return { networks: networks.size, services: services.size, actions: actions.size };
  };
  assert.equal(standing(without('networks').empty), { networks: 1, services: 1, actions: 1 });
  assert.equal(standing(without('networks').absent), { networks: 0, services: 1, actions: 0 });
  assert.equal(standing(without('containers').absent), { networks: 1, services: 0, actions: 1 });
});

test('doctor says of overlay what it knows', () => {
  const reasons = (facts: Facts) => JSON.stringify(diagnose(facts));
  const { empty, absent } = without('swarm');
  assert.match(reasons(empty), 'this engine is in none');
  assert.not.match(reasons(absent), 'this engine is in none');
});

test.run();
