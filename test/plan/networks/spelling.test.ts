/**
 * An address that a file spells in its own way stays the same address, and stays as it is written where nothing
 * changes.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { overrideOf } from '../../../src/emit/override/override.ts';
import { renderOf } from '../../../src/emit/render/render.ts';
import { compareResolved, type ResolvedModel } from '../../../src/plan/checks/compose-agrees.ts';
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

const ports = (entries: string) =>
  planTexts(`services:\n  a: { image: x, ports: [${entries}] }\n  b: { image: x, x-netmode: host }\n`, {
    facts: lanFacts,
  });

/** What Compose 2.40 and 2.26 make of entries that they pass on as they are written. */
const sameOnBothSides: readonly (readonly [entry: string, resolved: object])[] = [
  ['{ target: 80, published: "08080" }', { target: 80, published: '08080', protocol: 'tcp' }],
  ['{ target: 80, published: "8080", protocol: TCP }', { target: 80, published: '8080', protocol: 'TCP' }],
  ['{ target: 80, published: "example.com:8080" }', { target: 80, published: 'example.com:8080', protocol: 'tcp' }],
  ['{ target: 80, published: "8090-8080" }', { target: 80, published: '8090-8080', protocol: 'tcp' }],
  ['{ target: 80, published: "70000" }', { target: 80, published: '70000', protocol: 'tcp' }],
  ['{ target: 80, published: " 8080" }', { target: 80, published: ' 8080', protocol: 'tcp' }],
  ['{ target: 0, published: "8080" }', { published: '8080', protocol: 'tcp' }],
  ['"[0:0::1]:8080:80"', { host_ip: '0:0::1', target: 80, published: '8080', protocol: 'tcp' }],
  ['"8080:80/tcp/udp"', { target: 80, published: '8080', protocol: 'tcp' }],
];

for (const [entry, resolved] of sameOnBothSides) {
  test(`a port is the same as Compose resolves it: ${entry}`, () => {
    const { plan } = ports(entry);
    const services = { a: { networks: { default: null }, ports: [resolved] }, b: { network_mode: 'host' } };
    assert.equal(compareResolved(plan!, { services } as ResolvedModel), []);
  });
}

test('of a range of ports only what differs is told, and not port by port', () => {
  const { plan } = ports('"1000-2000:1000-2000"');
  const services = { a: { networks: { default: null }, ports: [] }, b: { network_mode: 'host' } };
  const [difference, ...others] = compareResolved(plan!, { services });
  assert.equal(others, []);
  assert.is(difference?.planned, '1000:1000/tcp, 1001:1001/tcp, 1002:1002/tcp and 998 more');
  assert.is(difference?.resolved, 'nothing');
});

test('Compose prints each dollar twice', () => {
  const { plan } = planTexts(
    'services:\n  a: { image: x, networks: { default: { aliases: ["a$$b"] } } }\n  b: { image: x, x-netmode: host }\n',
    { facts: lanFacts },
  );
  const services = { a: { networks: { default: { aliases: ['a$$b'] } } }, b: { network_mode: 'host' } };
  assert.equal(compareResolved(plan!, { services }), []);
});

test("a provider's service is on no network, whatever Compose keeps in its model", () => {
  const { plan } = planTexts(
    'services:\n  db: { provider: { type: acme }, networks: [back], ports: ["80:80"] }\n' +
      '  b: { image: x, depends_on: [db], x-netmode: host }\nnetworks:\n  back:\n',
    { facts: lanFacts },
  );
  const services = {
    db: { networks: { back: null }, ports: [{ target: 80, published: '80', protocol: 'tcp' }] },
    b: { network_mode: 'host' },
  };
  assert.equal(compareResolved(plan!, { services }), []);
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
