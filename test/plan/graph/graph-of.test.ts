/** Who reaches whom, and why not. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dotOf } from '../../../src/emit/graph/dot.ts';
import { svgOf } from '../../../src/emit/graph/drawn/svg.ts';
import { labelOf } from '../../../src/emit/graph/labels.ts';
import { mermaidOf } from '../../../src/emit/graph/mermaid.ts';
import { pageOf } from '../../../src/emit/graph/page/html.ts';
import { parseFacts } from '../../../src/plan/facts/parsed-facts.ts';
import { graphOf } from '../../../src/plan/graph/graph-of.ts';
import { composeOf, graphOfText } from '../../emit/graph/graphs.ts';
import { lanFacts, planTexts } from '../../support/in-memory.ts';

const dns = `  dns:
    image: x
    x-netmode: { mode: macvlan, ipv4_address: 192.168.1.53, ip_range: 192.168.1.192/27, listen: ["53/udp"] }
`;
const web = `  web:
    image: x
    ports: ["8080:80"]
    depends_on: [dns]
`;
const metrics = '  metrics: { image: x, x-netmode: { mode: host, listen: [9100] } }\n';
const alone = '  alone: { image: x, x-netmode: none }\n';
const apart = (flag: string) =>
  `  far: { image: x, x-netmode: { mode: macvlan, parent: eth1, flag: ${flag}, host_access: none,
    subnet: 10.20.0.0/16, gateway: 10.20.0.1, ip_range: 10.20.8.0/24, listen: [80] } }\n`;

function graph(...services: readonly string[]) {
  const { plan } = planTexts(`services:\n${services.join('')}`, { facts: lanFacts });
  assert.ok(plan);
  return graphOf(plan, parseFacts(lanFacts));
}

function told(from: string, to: string, ...services: readonly string[]): string {
  const way = graph(...services).ways.find((each) => each.from === from && each.to === to);
  assert.ok(way, `${from} → ${to}`);
  return labelOf(way);
}

test('in from this host and the LAN', () => {
  const all = [dns, web, metrics, alone];
  assert.is(told('host', 'service dns', ...all), '192.168.1.53:53/udp (shim nc-eth0)');
  assert.is(told('lan eth0', 'service dns', ...all), '192.168.1.53:53/udp (on the LAN)');
  assert.is(told('host', 'service web', ...all), 'localhost:8080 → 80 (published port)');
  assert.is(told('lan eth0', 'service web', ...all), '192.168.1.10:8080 → 80 (published port)');
  assert.is(told('lan eth0', 'service metrics', ...all), '192.168.1.10:9100 (host network)');
  assert.is(told('lan eth0', 'service alone', ...all), 'no: it has no network');
});

test('where the measured table says no, so does the graph', () => {
  const all = [dns, web, metrics, apart('private')];
  assert.is(told('host', 'service far', ...all), 'no: flag: private keeps this host out');
  assert.is(told('service far', 'host', ...all), 'no: flag: private keeps it from this host');
  assert.is(graph(...all).between('web', 'far').answer, 'no');
  assert.is(graph(...all).between('dns', 'web').answer, 'unknown');
  assert.is(graph(dns, web.replace('    ports: ["8080:80"]\n', '')).between('dns', 'web').answer, 'no');
  assert.is(graph(...all).between('web', 'dns').answer, 'yes');
  assert.is(told('lan eth1', 'service far', ...all), 'its address:80 (on the LAN)');
});

test('what is answered once for services that are alike is what each is answered alone', () => {
  for (const name of ['home', 'vpn']) {
    const text = composeOf(name);
    const all = graphOfText(text);
    for (const from of all.services)
      for (const to of all.services) {
        const asked = graphOfText(text).between(from.name, to.name);
        assert.is(labelOf(all.answerBetween(from.name, to.name)), labelOf(asked), `${from.name} → ${to.name}`);
      }
  }
});

test('guests of one namespace reach one another there, and others as alike services do', () => {
  const two = ['a', 'b'].map((name) => `  ${name}: { image: x, expose: ["80"], network_mode: "service:vpn" }\n`);
  const found = graph(
    '  vpn: { image: x, networks: [n] }\n',
    ...two,
    '  c: { image: x, networks: [n] }\nnetworks: { n: {} }\n',
  );
  assert.is(labelOf(found.answerBetween('a', 'b')), 'localhost:80 (same network namespace)');
  assert.is(labelOf(found.answerBetween('c', 'a')), labelOf(found.answerBetween('c', 'b')));
  assert.match(labelOf(found.answerBetween('c', 'a')), /:80 \(network n\)$/);
});

test('a floating address is shown where it may be, in every format', () => {
  const floating = (name: string, address: number) =>
    `  ${name}: { image: x, x-netmode: { mode: macvlan, ip_range: 192.168.1.192/27, ` +
    `ipv4_address: 192.168.1.${address}, floating_addresses: [192.168.1.60] } }\n`;
  const both = graph(floating('first', 53), floating('second', 54));
  for (const text of [mermaidOf(both), dotOf(both), svgOf(both), pageOf(both)]) {
    const shown = text.replaceAll('#40;', '(').replaceAll('#41;', ')');
    assert.ok((shown.match(/192\.168\.1\.60 \(floating\)/g)?.length ?? 0) >= 2, text);
  }
});

test('the order of services does not matter', () => {
  assert.is(mermaidOf(graph(dns, web, metrics)), mermaidOf(graph(metrics, web, dns)));
  assert.is(dotOf(graph(dns, web, metrics)), dotOf(graph(metrics, web, dns)));
});

test('numbers in names count: web-2 stands before web-10', () => {
  const named = (name: string) => `  ${name}: { image: x }\n`;
  const { services } = graph(named('web-10'), named('web-2'), named('a'));
  assert.equal(
    services.map(({ name }) => name),
    ['a', 'web-2', 'web-10'],
  );
});

test('names are data', () => {
  const name = 'a"]-->b</script>&lt;\\';
  const hostile = { ...graph(web, dns), lans: [{ id: 'lan eth0', title: name, short: name, subnets: [] }] };
  assert.ok(mermaidOf(hostile).includes('["a#34;#93;--#62;b#60;/script#62;#38;lt#59;#92;"]'));
  assert.ok(dotOf(hostile).includes('[label="a\\"]-->b</script>&amp;lt;\\\\"]'));
});

test.run();
