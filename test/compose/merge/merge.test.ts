/** One YAML plus another gives a third. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { at, toPlain } from '../../../src/compose/tree.ts';
import { loadTexts, told } from '../memory.ts';

/** Title, base service, later service, merged service: YAML flow or block text below `services.a`. */
const services: readonly (readonly [string, string, string, string])[] = [
  ['scalars are replaced', '{ image: x }', '{ image: y }', '{ image: y }'],
  ['nothing says nothing', '{ image: x, hostname: h }', '{ hostname: }', '{ image: x, hostname: h }'],
  [
    'mappings deep-merge',
    '{ image: x, deploy: { replicas: 1, mode: m } }',
    '{ deploy: { replicas: 2 } }',
    '{ image: x, deploy: { replicas: 2, mode: m } }',
  ],
  [
    'lists append',
    '{ image: x, cap_add: [A], security_opt: [a] }',
    '{ cap_add: [B, A], security_opt: [b] }',
    '{ image: x, cap_add: [A, B], security_opt: [a, b] }',
  ],
  ['command is replaced', '{ image: x, command: [a, b] }', '{ command: c }', '{ image: x, command: c }'],
  ['entrypoint is replaced', '{ image: x, entrypoint: a }', '{ entrypoint: [b] }', '{ image: x, entrypoint: [b] }'],
  [
    'a health test is replaced',
    '{ image: x, healthcheck: { test: [CMD, a], retries: 1 } }',
    '{ healthcheck: { test: b } }',
    '{ image: x, healthcheck: { test: b, retries: 1 } }',
  ],
  [
    'ports append',
    '{ image: x, ports: ["8080:80"] }',
    '{ ports: ["8081:80"] }',
    '{ image: x, ports: ["8080:80", "8081:80"] }',
  ],
  [
    'the same port is kept once',
    '{ image: x, ports: ["8080:80", "81:81"] }',
    '{ ports: [{ target: 80, published: "8080", mode: host }] }',
    '{ image: x, ports: [{ target: 80, published: "8080", mode: host }, "81:81"] }',
  ],
  [
    'another address is another port',
    '{ image: x, ports: ["8080:80"] }',
    '{ ports: ["127.0.0.1:8080:80", "0.0.0.0:8080:80"] }',
    '{ image: x, ports: ["0.0.0.0:8080:80", "127.0.0.1:8080:80"] }',
  ],
  [
    'another protocol is another port',
    '{ image: x, ports: ["53:53"] }',
    '{ ports: ["53:53/udp"] }',
    '{ image: x, ports: ["53:53", "53:53/udp"] }',
  ],
  ['networks are a union', '{ image: x, networks: [n] }', '{ networks: [m, n] }', '{ image: x, networks: [n, m] }'],
  [
    'networks, list and mapping',
    '{ image: x, networks: [n] }',
    '{ networks: { m: { priority: 1 }, n: { aliases: [b] } } }',
    '{ image: x, networks: { n: { aliases: [b] }, m: { priority: 1 } } }',
  ],
  [
    'networks, mapping and list',
    '{ image: x, networks: { n: { priority: 1 } } }',
    '{ networks: [n, m] }',
    '{ image: x, networks: { n: { priority: 1 }, m: } }',
  ],
  [
    'aliases are a union',
    '{ image: x, networks: { n: { aliases: [a, b] } } }',
    '{ networks: { n: { aliases: [b, c] } } }',
    '{ image: x, networks: { n: { aliases: [a, b, c] } } }',
  ],
  [
    'depends_on, list and mapping',
    '{ image: x, depends_on: [b] }',
    '{ depends_on: { b: { condition: service_healthy } } }',
    '{ image: x, depends_on: { b: { condition: service_healthy, required: true } } }',
  ],
  ['depends_on, lists', '{ image: x, depends_on: [b] }', '{ depends_on: [b, c] }', '{ image: x, depends_on: [b, c] }'],
  [
    'environment, lists',
    '{ image: x, environment: [A=1, B] }',
    '{ environment: [A=2, C=3] }',
    '{ image: x, environment: [A=2, B, C=3] }',
  ],
  [
    'environment, mappings',
    '{ image: x, environment: { A: 1, B: } }',
    '{ environment: { A: 2 } }',
    '{ image: x, environment: { A: 2, B: } }',
  ],
  [
    'environment, mapping and list',
    '{ image: x, environment: { A: 1, B: } }',
    '{ environment: [B=2] }',
    '{ image: x, environment: [A=1, B=2] }',
  ],
  [
    'labels, list and mapping',
    '{ image: x, labels: [a=1] }',
    '{ labels: { a: 2, b: true } }',
    '{ image: x, labels: [a=2, b=true] }',
  ],
  [
    'dns, one and several',
    '{ image: x, dns: 1.1.1.1 }',
    '{ dns: [8.8.8.8, 1.1.1.1] }',
    '{ image: x, dns: [1.1.1.1, 8.8.8.8] }',
  ],
  [
    'extra_hosts keep several addresses',
    '{ image: x, extra_hosts: { h: 1.1.1.1 } }',
    '{ extra_hosts: ["h=2.2.2.2", "h=1.1.1.1"] }',
    '{ image: x, extra_hosts: ["h=1.1.1.1", "h=2.2.2.2"] }',
  ],
  [
    'volumes, by target',
    '{ image: x, volumes: ["./a:/t", "./b:/u"] }',
    '{ volumes: ["./c:/t:ro"] }',
    '{ image: x, volumes: ["./c:/t:ro", "./b:/u"] }',
  ],
  ['build, short and long', '{ build: . }', '{ build: { target: t } }', '{ build: { context: ., target: t } }'],
  [
    'logging of one driver merges',
    '{ image: x, logging: { driver: d, options: { a: 1 } } }',
    '{ logging: { options: { b: 2 } } }',
    '{ image: x, logging: { driver: d, options: { a: 1, b: 2 } } }',
  ],
  [
    'logging of another driver replaces',
    '{ image: x, logging: { driver: d, options: { a: 1 } } }',
    '{ logging: { driver: e } }',
    '{ image: x, logging: { driver: e } }',
  ],
  [
    'ulimits are replaced',
    '{ image: x, ulimits: { nofile: { soft: 1, hard: 2 } } }',
    '{ ulimits: { nofile: 3 } }',
    '{ image: x, ulimits: { nofile: 3 } }',
  ],
  [
    'x-netmode deep-merges, its lists append',
    '{ image: x, x-netmode: { mode: host, listen: [80] } }',
    '{ x-netmode: { listen: [81] } }',
    '{ image: x, x-netmode: { mode: host, listen: [80, 81] } }',
  ],
  ['a word over a word', '{ image: x, x-netmode: host }', '{ x-netmode: none }', '{ image: x, x-netmode: none }'],
  [
    '!reset drops',
    '{ image: x, ports: ["80"], hostname: h }',
    '{ ports: !reset null, hostname: !reset }',
    '{ image: x }',
  ],
  ...['environment', 'labels', 'annotations', 'sysctls'].map((key): readonly [string, string, string, string] => [
    `${key}: a key without a value takes the value away`,
    `{ image: x, ${key}: { A: "5", B: "6" } }`,
    `{ ${key}: { A: } }`,
    `{ image: x, ${key}: { A: , B: "6" } }`,
  ]),
  [
    '!reset drops below',
    '{ image: x, networks: { n: { priority: 1, aliases: [a] } } }',
    '{ networks: { n: { aliases: !reset [] } } }',
    '{ image: x, networks: { n: { priority: 1 } } }',
  ],
  [
    '!override replaces',
    '{ image: x, ports: ["80"], networks: { n: { priority: 1 } } }',
    '{ ports: !override ["81"], networks: !override { m: } }',
    '{ image: x, ports: ["81"], networks: { m: } }',
  ],
];

const others = 'services: { b: { image: x }, c: { image: x }, a: ';
const networks = '}\nnetworks: { n: , m: }\n';

for (const [title, base, over, merged] of services) {
  test(title, () => {
    const { project, diagnostics } = loadTexts(
      { 'a.yaml': `${others}${base}${networks}`, 'b.yaml': `services: { a: ${over} }` },
      { files: ['a.yaml', 'b.yaml'] },
    );
    assert.equal(diagnostics.map(told), []);
    assert.equal(toPlain(at(project!.model, 'services', 'a')!), parse(merged));
  });
}

const pools: readonly (readonly [string, string, string, string])[] = [
  [
    'a pool of the same subnet merges',
    '[{ subnet: a, gateway: g }]',
    '[{ subnet: a, ip_range: r }]',
    '[{ subnet: a, gateway: g, ip_range: r }]',
  ],
  ['a pool of another subnet replaces', '[{ subnet: a }]', '[{ subnet: b }]', '[{ subnet: b }]'],
  [
    'one of two merges',
    '[{ subnet: a, gateway: g }]',
    '[{ subnet: a }, { subnet: b }]',
    '[{ subnet: a, gateway: g }, { subnet: b }]',
  ],
];

for (const [title, base, over, merged] of pools) {
  test(title, () => {
    const file = (config: string) => `services: { s: { image: x } }\nnetworks: { n: { ipam: { config: ${config} } } }`;
    const { project } = loadTexts({ 'a.yaml': file(base), 'b.yaml': file(over) }, { files: ['a.yaml', 'b.yaml'] });
    assert.equal(toPlain(at(project!.model, 'networks', 'n', 'ipam', 'config')!), parse(merged));
  });
}

const refusals: readonly (readonly [string, string, string, string])[] = [
  [
    'a word over networks',
    '{ image: x, networks: { default: } }',
    '{ networks: no }',
    'warning compose/invalid-model b.yaml:1 <no> "services.a.networks" is a string here, which Compose leaves out: ' +
      'it is a mapping before | write a mapping here too',
  ],
  [
    'a number over a list that one word may stand for',
    '{ image: x, dns: [1.1.1.1] }',
    '{ dns: 1.5 }',
    'warning compose/invalid-model b.yaml:1 <1.5> "services.a.dns" is a number here, which Compose leaves out: ' +
      'it is a list before | write a list here too',
  ],
  [
    'a scalar over a list',
    '{ image: x, ports: ["80"] }',
    '{ ports: 81 }',
    'error compose/invalid-model b.yaml:1 <81> "services.a.ports" is a number here and a list before | ' +
      'write a list here too',
  ],
  [
    'a list over a mapping',
    '{ image: x, deploy: { mode: m } }',
    '{ deploy: [] }',
    'error compose/invalid-model b.yaml:1 <[]> "services.a.deploy" is a list here and a mapping before | ' +
      'write a mapping here too',
  ],
  [
    'a word over an x-netmode mapping',
    '{ image: x, x-netmode: { mode: host } }',
    '{ x-netmode: none }',
    'error netmode/mixed-forms b.yaml:1 <none> "x-netmode" is a string here and a mapping in an earlier ' +
      'file; Compose cannot merge them | write a mapping in both files',
  ],
  [
    'an x-netmode mapping over a word',
    '{ image: x, x-netmode: none }',
    '{ x-netmode: { mode: host } }',
    'warning netmode/mixed-forms b.yaml:1 <{ mode: host }> "x-netmode" is a mapping here and replaces ' +
      'the word of an earlier file | write a mapping in both files',
  ],
];

for (const [title, base, over, line] of refusals) {
  test(`${title} is told of, with the other place`, () => {
    const { diagnostics } = loadTexts(
      { 'a.yaml': `services: { a: ${base} }`, 'b.yaml': `services: { a: ${over} }` },
      { files: ['a.yaml', 'b.yaml'] },
    );
    assert.equal(diagnostics.map(told), [line]);
    assert.is(diagnostics[0]!.related[0]!.span.source.path, '/p/a.yaml');
  });
}

test('what is merged points to where each part is written', () => {
  const { project } = loadTexts(
    {
      'a.yaml': 'services: { a: { image: x, ports: ["80"] } }',
      'b.yaml': 'services: { a: { ports: ["81"], hostname: h } }',
    },
    { files: ['a.yaml', 'b.yaml'] },
  );
  const service = project!.services.get('a')!;
  const at = [service.span, service.image!.span, service.hostname!.span, ...service.ports.map(({ span }) => span)];
  assert.equal(
    at.map(({ source, start, end }) => [source.path, source.text.slice(start, end)]),
    [
      ['/p/a.yaml', 'a'],
      ['/p/a.yaml', 'x'],
      ['/p/b.yaml', 'h'],
      ['/p/a.yaml', '"80"'],
      ['/p/b.yaml', '"81"'],
    ],
  );
});

test.run();
