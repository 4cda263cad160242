/**
 * An address that a file spells in its own way stays the same address, and stays as it is written where nothing
 * changes.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { overrideOf } from '../../../src/emit/override/override.ts';
import { renderOf } from '../../../src/emit/render/render.ts';
import { compareResolved } from '../../../src/plan/checks/compose-agrees.ts';
import { lanFacts, planTexts, told } from '../../support/in-memory.ts';

const project = (netmode: string) =>
  'services:\n' +
  `  web: { image: x, networks: { six: { ipv6_address: "FD00:7:0::0005" } }${netmode} }\n` +
  'networks:\n' +
  '  six: { ipam: { config: [{ subnet: "${SIX:-FD00:7:0:0::/64}", gateway: "FD00:7::0001" }] }, x-netmode: bridge }\n';

test('what stays as it is keeps its spelling', () => {
  const { plan, ...outcome } = planTexts(project(', x-netmode: bridge'), { facts: lanFacts });
  assert.equal(told(outcome), []);
  const rendered = renderOf(plan!, { external: false });
  for (const written of ['"FD00:7:0::0005"', '"${SIX:-FD00:7:0:0::/64}"', '"FD00:7::0001"'])
    assert.ok(rendered.includes(written), rendered);
  assert.not.match(overrideOf(plan!) ?? '', /ipv6_address/);
});

test("Compose's own spelling of an address is no difference", () => {
  const { plan } = planTexts(project(', x-netmode: bridge'), { facts: lanFacts });
  const model = (address: string) => ({
    services: { web: { networks: { six: { ipv6_address: address } } } },
    networks: { six: { name: 'project_six', driver: 'bridge' } },
  });
  assert.equal(compareResolved(plan!, model('FD00:7:0::0005')), []);
  assert.is(compareResolved(plan!, model('fd00:7::6')).length, 1);
});

test('an address of the extension that is written with a variable is rendered with it', () => {
  const text =
    'services:\n  web: { image: x, x-netmode: { network: lan, ipv6_address: "${WEB6:-FD00:2:0::0005}" } }\n' +
    'networks:\n  lan: { x-netmode: { mode: ipvlan-l3, subnet: "${LAN6:-FD00:2:0:0::/64}" } }\n';
  const { plan, ...outcome } = planTexts(text, { facts: lanFacts });
  assert.equal(told(outcome), []);
  const rendered = renderOf(plan!, { external: false });
  for (const written of ['${WEB6:-FD00:2:0::0005}', '${LAN6:-FD00:2:0:0::/64}'])
    assert.ok(rendered.includes(written), rendered);
  assert.match(overrideOf(plan!)!, /ipv6_address: fd00:2::5/);
});

test.run();
