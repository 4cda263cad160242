/** Docker sorts networks by their own names, which a `name:` in the file changes. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decide } from '../../../src/plan/decide.ts';
import type { Facts } from '../../../src/plan/facts/facts.ts';
import { lanFacts, planTexts, told } from '../../support/in-memory.ts';

/** Neither knows `gw_priority`. */
const older: Facts = {
  ...lanFacts,
  engine: { ...lanFacts.engine!, version: '26.1.5' },
  compose: { version: '2.26.1' },
};

const lan = 'mode: macvlan, scope: project, ip_range: 192.168.1.192/27';
const project = (lanName: string, backName: string) =>
  'name: shop\nservices:\n  web: { image: x, networks: [back], x-netmode: { network: lan } }\nnetworks:\n' +
  `  back: {${backName}}\n  lan: {${lanName} x-netmode: { ${lan} } }\n`;

const routes = (text: string) =>
  told(planTexts(text, { facts: older })).filter((line) => line.includes('service/default-route'));

const byBack =
  'warning service/default-route: "web" leaves by the network "back", not by "lan": ' +
  'this engine or Compose goes by the order of names';

for (const [name, text, expected] of [
  ['by the keys, the bridge comes first', project('', ''), [byBack]],
  ["the underlay's name comes first", project(' name: aaa,', ''), []],
  ["the bridge's name comes last", project('', ' name: zzz '), []],
  ["the bridge's name comes first", project(' name: ccc,', ' name: bbb '), [byBack]],
] as const) {
  test(name, () => assert.equal(routes(text), expected));
}

test('what Docker calls a network is in the plan', () => {
  const { plan } = planTexts(project(' name: office,', ''), { facts: older });
  assert.equal(
    [...plan!.networks.values()].map(({ key, dockerName, internal }) => [key, dockerName, internal]),
    [
      ['back', 'shop_back', false],
      ['lan', 'office', false],
    ],
  );
  const [reach] = planTexts(project(' name: office,', '').replace('image: x', 'image: x, expose: [80]'), {
    facts: older,
  }).plan!.services.get('web')!.reach;
  assert.equal(reach?.at, { kind: 'dynamic', network: 'office' });
});

test('deciding gives the priority and reports nothing of it', () => {
  const { intents } = planTexts(project('', ''), { facts: lanFacts });
  const reports: string[] = [];
  const { services } = decide(intents!, lanFacts, (rule) => reports.push(rule));
  const web = services.get('web')!;
  assert.is(web.wayOut, 'lan');
  assert.is(web.networks.get('lan')!.gwPriority?.value, 1);
  assert.equal(reports, []);
});

test('a LAN network that leads nowhere is no way out', () => {
  const native = (more: string) =>
    'services:\n  web: { image: x, networks: [back], x-netmode: { network: lan } }\nnetworks:\n  back:\n' +
    '  lan: { driver: macvlan, driver_opts: { parent: eth0 }, ipam: { config: [{ subnet: 192.168.1.0/24, ' +
    `gateway: 192.168.1.1 }] }${more} }\n`;
  const way = (more: string) => {
    const { wayOut, networks } = planTexts(native(more), { facts: lanFacts }).plan!.services.get('web')!;
    return [wayOut, networks.get('lan')!.gwPriority?.value];
  };
  assert.equal(way(''), ['lan', 1]);
  assert.equal(way(', internal: true'), [undefined, undefined]);
});

test('where there are no ports, how they would be published stays', () => {
  const { plan } = planTexts(
    'services:\n  web: { image: x, networks: [lan, zone] }\nnetworks:\n  zone: { name: zone }\n' +
      '  lan: { driver: macvlan, driver_opts: { parent: eth0 } }\n',
    { facts: lanFacts },
  );
  assert.is(plan!.services.get('web')!.publishing, 'as-written');
});

test.run();
