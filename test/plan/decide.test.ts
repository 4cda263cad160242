/** Deciding: once for each command, without checking, and with nothing of the LAN's answers in it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Diagnostics } from '../../src/diagnostics/diagnostic.ts';
import { check } from '../../src/plan/checks/check.ts';
import { decide } from '../../src/plan/decide.ts';
import type { Facts } from '../../src/plan/facts/facts.ts';
import { lanFacts, planTexts } from '../support/in-memory.ts';

const cli = fileURLToPath(new URL('../../src/cli', import.meta.url));

/** Files of the command line that decide, with how often. */
const deciders = readdirSync(cli, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .flatMap((path) => {
    const calls = readFileSync(join(cli, path), 'utf8').match(/\b(?:decide|planOf)\(/g) ?? [];
    return calls.length > 0 ? [[path, calls.join(' ')]] : [];
  });

test('one command decides once, in one step; --wait-reach again after the start, --swarm for each host', () => {
  assert.equal(deciders.sort(), [
    ['steps/plan-project.ts', 'decide('],
    // The first is for files without x-netmode, and ends the step.
    ['steps/prepare.ts', 'planOf( decide('],
    ['steps/reach/read-for-reach.ts', 'decide('],
    ['steps/swarm/plan-swarm.ts', 'decide('],
  ]);
});

const text =
  'services:\n' +
  '  web: { image: x, ports: ["80:80"], x-netmode: { mode: macvlan, ' +
  'ipv4_address: 192.168.1.53, ip_range: 192.168.1.192/27 } }\n' +
  '  api: { image: x, ports: ["8080:80"] }\n' +
  '  app: { image: x, ports: ["8080:80"] }\n';

const answered: Facts = {
  ...lanFacts,
  host: {
    ...lanFacts.host!,
    neighbours: [{ address: '192.168.1.53', interface: 'eth0', mac: '52:54:00:00:00:35', state: 'reachable' }],
  },
};

test('what the LAN answers changes what is found, not what is decided', () => {
  const { intents } = planTexts(text, { facts: lanFacts });
  const rules = (facts: Facts) => {
    const diagnostics = new Diagnostics();
    const plan = decide(intents!, lanFacts, diagnostics.report);
    assert.equal(diagnostics.sorted(), [], 'clashes are for the checks');
    check(plan, facts, diagnostics.report);
    return diagnostics.sorted().map(({ rule }) => rule);
  };
  const before = rules(lanFacts);
  assert.equal(before, ['service/ports-ignored', 'ports/published-twice']);
  assert.equal(rules(answered), [before[0], 'address/answers-on-lan', before[1]]);
  assert.equal(
    decide(intents!, answered, () => {}),
    decide(intents!, lanFacts, () => {}),
  );
});

test.run();
