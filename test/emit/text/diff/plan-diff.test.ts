/** What changes against what runs, where not all containers of a service are alike, and where names are strange. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { planDiff } from '../../../../src/emit/text/diff/plan-diff.ts';
import type { EngineContainer, Facts } from '../../../../src/plan/facts/facts.ts';
import { standingOf } from '../../../../src/plan/host-changes/standing.ts';
import { lanFacts, planTexts } from '../../../support/in-memory.ts';

const container = (id: string, networks: readonly string[]): EngineContainer => ({
  id,
  name: id,
  project: 'shop',
  service: 'web',
  running: true,
  networkMode: 'shop_default',
  networks: Object.fromEntries(networks.map((name) => [name, {}])),
  ports: [],
});

function diffOf(text: string, containers: readonly EngineContainer[]) {
  const facts: Facts = { ...lanFacts, engine: { ...lanFacts.engine!, containers } };
  const { plan } = planTexts(text, { facts });
  const standing = standingOf(plan!, facts);
  return { state: standing.services.get('web'), diff: planDiff(plan!, facts, standing, false) };
}

const web = 'name: shop\nservices:\n  web: { image: x, scale: 2, x-netmode: bridge }\n';

test('one container of several is attached otherwise: it is the one that the diff shows', () => {
  const { state, diff } = diffOf(web, [container('a', ['shop_default']), container('b', ['other'])]);
  assert.is(state, 'changes');
  assert.match(diff, '-  network: other\n+  network: shop_default\n');
});

test('all are as planned', () => {
  const { state, diff } = diffOf(web, [container('a', ['shop_default']), container('b', ['shop_default'])]);
  assert.is(state, 'there');
  assert.is(diff, '');
});

test('a name with a line break stays on its line', () => {
  const text = 'name: shop\nservices:\n  web: { image: x, networks: [n], x-netmode: bridge }\n';
  const { diff } = diffOf(`${text}networks:\n  n: { name: "a\\n-b", x-netmode: bridge }\n`, []);
  assert.match(diff, '+  network: a␊-b\n');
});

test.run();
