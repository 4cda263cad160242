/** Which files are read, under which name, with which variables; and what the typed project says of them. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { LoadOptions } from '../../src/compose/input.ts';
import { at } from '../../src/compose/tree.ts';
import { loadTexts, type Texts, told } from './memory.ts';

const web = 'services: { web: { image: nginx } }\n';

/** Title, texts, options, files read. */
const located: readonly (readonly [string, Texts, Partial<LoadOptions>, readonly string[]])[] = [
  [
    'compose.yaml comes first',
    { 'docker-compose.yml': web, 'compose.yml': web, 'compose.yaml': web },
    {},
    ['/p/compose.yaml'],
  ],
  ['then compose.yml', { 'docker-compose.yaml': web, 'compose.yml': web }, {}, ['/p/compose.yml']],
  ['then docker-compose.yml', { 'docker-compose.yaml': web, 'docker-compose.yml': web }, {}, ['/p/docker-compose.yml']],
  [
    'the override goes with it',
    { 'compose.yaml': web, 'docker-compose.override.yml': web },
    {},
    ['/p/compose.yaml', '/p/docker-compose.override.yml'],
  ],
  ['they are looked for upwards', { 'compose.yaml': web, 'a/b/.env': '' }, { cwd: '/p/a/b' }, ['/p/compose.yaml']],
  [
    '-f names files',
    { 'a.yaml': web, 'b/c.yaml': web, 'compose.yaml': web },
    { files: ['a.yaml', './b/c.yaml'] },
    ['/p/a.yaml', '/p/b/c.yaml'],
  ],
  ['-f - is standard input', {}, { files: ['-'], stdin: web }, ['-']],
  [
    'COMPOSE_FILE names files',
    { 'a.yaml': web, 'b.yaml': web },
    { env: { COMPOSE_FILE: 'a.yaml:b.yaml' } },
    ['/p/a.yaml', '/p/b.yaml'],
  ],
  [
    'with another separator',
    { 'a.yaml': web, 'b.yaml': web },
    { env: { COMPOSE_FILE: 'a.yaml,b.yaml', COMPOSE_PATH_SEPARATOR: ',' } },
    ['/p/a.yaml', '/p/b.yaml'],
  ],
  ['COMPOSE_FILE from .env', { 'a.yaml': web, '.env': 'COMPOSE_FILE=a.yaml\n' }, {}, ['/p/a.yaml']],
  [
    '-f wins over COMPOSE_FILE',
    { 'a.yaml': web, 'b.yaml': web },
    { files: ['b.yaml'], env: { COMPOSE_FILE: 'a.yaml' } },
    ['/p/b.yaml'],
  ],
  ['--project-directory is searched', { 'd/compose.yaml': web }, { projectDirectory: 'd' }, ['/p/d/compose.yaml']],
];

for (const [title, texts, options, files] of located) {
  test(title, () => {
    const { project, diagnostics } = loadTexts(texts, options);
    assert.equal(diagnostics.map(told), []);
    assert.equal(project?.files, files);
  });
}

/** Title, texts, options, name. */
const names: readonly (readonly [string, Texts, Partial<LoadOptions>, string])[] = [
  ['the directory names the project', { '/My.App_1/compose.yaml': web }, { cwd: '/My.App_1' }, 'myapp_1'],
  [
    '-p wins',
    { 'compose.yaml': `name: file\n${web}` },
    { projectName: 'given', env: { COMPOSE_PROJECT_NAME: 'env' } },
    'given',
  ],
  [
    'then COMPOSE_PROJECT_NAME',
    { 'compose.yaml': `name: file\n${web}` },
    { env: { COMPOSE_PROJECT_NAME: 'env' } },
    'env',
  ],
  ['also from .env', { 'compose.yaml': web, '.env': 'COMPOSE_PROJECT_NAME=dot\n' }, {}, 'dot'],
  [
    'then name:, filled in and normalised',
    { 'compose.yaml': `name: ${'${X}'} File\n${web}` },
    { env: { X: 'The' } },
    'thefile',
  ],
  [
    'the last name: of several files',
    { 'a.yaml': `name: a\n${web}`, 'b.yaml': 'name: b\n' },
    { files: ['a.yaml', 'b.yaml'] },
    'b',
  ],
  [
    '--project-directory names it',
    { 'compose.yaml': web, 'other/x': '' },
    { files: ['compose.yaml'], projectDirectory: 'other' },
    'other',
  ],
];

for (const [title, texts, options, name] of names) {
  test(title, () => {
    const { project, diagnostics } = loadTexts(texts, options);
    assert.equal(diagnostics.map(told), []);
    assert.is(project?.name, name);
  });
}

/** Title, texts, options, image of `web`. */
const images: readonly (readonly [string, Texts, Partial<LoadOptions>, string])[] = [
  ['.env', { '.env': 'A=dot\n' }, {}, 'dot'],
  ['the environment wins over .env', { '.env': 'A=dot\n' }, { env: { A: 'env' } }, 'env'],
  ['--env-file replaces .env', { '.env': 'A=dot\n', 'x.env': 'A=x\n' }, { envFiles: ['x.env'] }, 'x'],
  ['the last --env-file wins', { 'x.env': 'A=x\nB=x\n', 'y.env': 'A=$B-y\n' }, { envFiles: ['x.env', 'y.env'] }, 'x-y'],
  ['COMPOSE_ENV_FILES', { 'x.env': 'A=x\n', 'y.env': 'A=y\n' }, { env: { COMPOSE_ENV_FILES: 'x.env,y.env' } }, 'y'],
  ['COMPOSE_DISABLE_ENV_FILE', { '.env': 'A=dot\n' }, { env: { COMPOSE_DISABLE_ENV_FILE: 'true' } }, 'default'],
  [
    "the project directory's .env",
    { 'd/.env': 'A=d\n', '.env': 'A=dot\n' },
    { projectDirectory: 'd', files: ['compose.yaml'] },
    'd',
  ],
  [
    'COMPOSE_PROJECT_NAME is set',
    { 'compose.yaml': 'services: { web: { image: "${COMPOSE_PROJECT_NAME}" } }' },
    { projectName: 'pro' },
    'pro',
  ],
];

for (const [title, texts, options, image] of images) {
  test(`variables: ${title}`, () => {
    const { project, diagnostics } = loadTexts(
      { 'compose.yaml': 'services: { web: { image: "${A:-default}" } }', ...texts },
      options,
    );
    assert.equal(diagnostics.map(told), []);
    assert.is(project?.services.get('web')?.image?.value, image);
  });
}

test('profiles decide what is active', () => {
  const text = 'services: { a: { image: x }, b: { image: x, profiles: [p, q] }, c: { image: x, profiles: [r] } }';
  const active = (options: Partial<LoadOptions>) =>
    [...loadTexts(text, options).project!.services.values()]
      .filter((service) => service.active)
      .map(({ name }) => name)
      .join('');
  assert.is(active({}), 'a');
  assert.is(active({ profiles: ['q'] }), 'ab');
  assert.is(active({ profiles: ['*'] }), 'abc');
  assert.is(active({ env: { COMPOSE_PROFILES: 'p, r' } }), 'abc');
  assert.is(active({ profiles: ['p'], env: { COMPOSE_PROFILES: 'r' } }), 'ab');
});

test('a service is typed as far as networking reaches', () => {
  const { project } = loadTexts(`
services:
  web:
    image: nginx
    hostname: www
    container_name: one
    mac_address: 02:00:00:00:00:01
    ports: ["127.0.0.1:8080:80", { target: 53, protocol: UDP, mode: host }]
    expose: [9000, "9001-9002/udp"]
    networks:
      lan: { ipv4_address: 10.0.0.5, link_local_ips: [169.254.1.1], aliases: [a], gw_priority: 2, interface_name: eth9 }
    depends_on: [db]
    links: ["db:sql", cache]
    extra_hosts: ["h:1.1.1.1", "six=[::1],2.2.2.2"]
    deploy: { replicas: 1 }
    x-netmode: host
  db: { image: x, networks: [], x-netmode: { mode: none } }
  cache: { image: x, networks: {} }
networks: { lan: }
`);
  const { span: _span, tree: _tree, ...service } = project!.services.get('web')!;
  const plain = JSON.parse(
    JSON.stringify(service, (key, value) =>
      ['span', 'tree', 'source'].includes(key) ? undefined : value instanceof Map ? [...value.values()] : value,
    ),
  );
  assert.equal(plain, {
    name: 'web',
    active: true,
    profiles: [],
    image: { value: 'nginx' },
    hostname: { value: 'www' },
    containerName: { value: 'one' },
    networks: {
      value: [
        {
          network: 'lan',
          ipv4Address: { value: '10.0.0.5' },
          linkLocalIps: [{ value: '169.254.1.1' }],
          aliases: [{ value: 'a' }],
          interfaceName: { value: 'eth9' },
          gwPriority: { value: 2 },
        },
      ],
    },
    ports: [
      { hostIp: '127.0.0.1', published: { first: 8080, last: 8080 }, target: 80, protocol: 'tcp', mode: 'ingress' },
      { target: 53, protocol: 'udp', mode: 'host' },
    ],
    expose: [
      { ports: { first: 9000, last: 9000 }, protocol: 'tcp' },
      { ports: { first: 9001, last: 9002 }, protocol: 'udp' },
    ],
    dependsOn: [
      { service: 'db', from: 'depends_on', alias: 'sql' },
      { service: 'cache', from: 'links' },
    ],
    extraHosts: [
      { host: 'h', address: '1.1.1.1' },
      { host: 'six', address: '::1' },
      { host: 'six', address: '2.2.2.2' },
    ],
    macAddress: { value: '02:00:00:00:00:01' },
    replicas: { value: 1 },
    netmode: { kind: 'scalar', value: 'host' },
  });
  assert.is(project!.services.get('db')!.networks, undefined, 'an empty list says nothing');
  assert.is(project!.services.get('cache')!.networks, undefined, 'nor does an empty mapping');
  assert.is(project!.services.get('db')!.netmode?.kind, 'mapping');
});

test('a network is typed', () => {
  const { project } = loadTexts(`
services: { a: { image: x, networks: [lan, old] } }
networks:
  lan:
    name: own
    driver: macvlan
    driver_opts: { parent: eth0, n: 5 }
    internal: true
    attachable: "false"
    enable_ipv6: true
    ipam:
      driver: default
      config: [{ subnet: 10.0.0.0/24, gateway: 10.0.0.1, ip_range: 10.0.0.128/25, aux_addresses: { host: 10.0.0.2 } }]
    x-netmode: { mode: macvlan }
  old: { external: { name: older } }
x-netmode: { parent: eth0 }
`);
  const lan = project!.networks.get('lan')!;
  const [pool] = lan.ipam;
  assert.equal(
    [
      lan.name?.value,
      lan.driver?.value,
      lan.internal,
      lan.attachable,
      lan.external,
      lan.enableIpv6?.value,
      lan.enableIpv4,
      lan.ipamDriver?.value,
    ],
    ['own', 'macvlan', true, false, false, true, undefined, 'default'],
  );
  assert.equal(
    [...lan.driverOpts].map(([key, { value }]) => `${key}=${value}`),
    ['parent=eth0', 'n=5'],
  );
  assert.equal(
    [pool?.subnet?.value, pool?.gateway?.value, pool?.ipRange?.value, pool?.auxAddresses.get('host')?.value],
    ['10.0.0.0/24', '10.0.0.1', '10.0.0.128/25', '10.0.0.2'],
  );
  const old = project!.networks.get('old')!;
  assert.equal([old.external, old.name?.value], [true, 'older']);
  assert.is(at(project!.netmode, 'parent')?.kind, 'scalar');
});

test('what variables are filled into keeps what was written', () => {
  const { project } = loadTexts('services: { a: { image: "x:${T}", hostname: plain } }', { env: { T: '1' } });
  const tree = project!.services.get('a')!.tree;
  assert.is((at(tree, 'image') as { raw?: string }).raw, 'x:${T}');
  assert.not.ok('raw' in at(tree, 'hostname')!);
});

test("the documents of the project's own files are there, not of those they take in", () => {
  const { project } = loadTexts({
    'compose.yaml': `include: [b.yaml]\n${web}`,
    'b.yaml': 'services: { b: { image: x } }',
  });
  assert.equal([...project!.documents().keys()], ['/p/compose.yaml']);
  assert.is(project!.documents().get('/p/compose.yaml')!.getIn(['services', 'web', 'image']), 'nginx');
  assert.equal(
    project!.sources.map(({ path }) => path),
    ['/p/compose.yaml', '/p/b.yaml'],
  );
  assert.equal([...project!.services.keys()], ['web', 'b']);
});

test('nodes are kept where several texts make one project', () => {
  const several = loadTexts(
    { 'a.yaml': web, 'b.yaml': 'services: { web: { hostname: h } }' },
    { files: ['a.yaml', 'b.yaml'] },
  );
  const including = loadTexts({
    'compose.yaml': `include: [b.yaml]\n${web}`,
    'b.yaml': 'services: { b: { image: x } }',
  });
  const extending = loadTexts('services: { a: { image: x }, b: { extends: a } }');
  for (const { project } of [several, including, extending]) {
    for (const { tree } of project!.services.values()) assert.ok(at(tree, 'image')!.node);
  }
});

test('include: own directory, own .env, nested, the same thing twice', () => {
  const { project, diagnostics } = loadTexts({
    'compose.yaml':
      'include: [a/compose.yaml, { path: [b/compose.yaml, over.yaml], env_file: b.env }]\n' +
      'services: { web: { image: x, networks: [net] } }\nnetworks: { net: }\n',
    'a/compose.yaml':
      'include: [../shared/compose.yaml]\n' +
      'services: { a: { image: "a:${V}", extends: { file: base.yaml, service: base } } }\n' +
      'networks: { net: }\n',
    'a/base.yaml': 'services: { base: { hostname: from-base } }\n',
    'a/.env': 'V=1\n',
    'b/compose.yaml': 'include: [../shared/compose.yaml]\nservices: { b: { image: "b:${V}" } }\n',
    'b.env': 'V=2\n',
    'over.yaml': 'services: { b: { hostname: over } }\n',
    'shared/compose.yaml': 'services: { shared: { image: x, ports: ["80:80"] } }\n',
  });
  assert.equal(diagnostics.map(told), []);
  assert.equal([...project!.services.keys()].sort(), ['a', 'b', 'shared', 'web']);
  assert.equal(
    ['a', 'b'].map((name) => project!.services.get(name)!.image!.value),
    ['a:1', 'b:2'],
  );
  assert.equal(
    ['a', 'b'].map((name) => project!.services.get(name)!.hostname!.value),
    ['from-base', 'over'],
  );
});

test('extends: chains over files, what is dropped on the way', () => {
  const { project, diagnostics } = loadTexts({
    'compose.yaml':
      'services:\n  a:\n    extends: { file: x/x.yaml, service: b }\n    ports: !override ["1:1"]\n' +
      '    hostname: !reset null\n  z:\n    extends: a\n    ports: ["2:2"]\n',
    'x/x.yaml': 'services: { b: { extends: { file: y/y.yaml, service: c }, ports: ["3:3"], hostname: h } }\n',
    'x/y/y.yaml': 'services: { c: { image: deep, ports: ["4:4"], expose: [1] } }\n',
  });
  assert.equal(diagnostics.map(told), []);
  const a = project!.services.get('a')!;
  assert.equal(
    [a.image?.value, a.hostname, a.ports.map(({ target }) => target), a.expose.length],
    ['deep', undefined, [1], 1],
  );
  assert.equal(
    project!.services.get('z')!.ports.map(({ target }) => target),
    [1, 2],
  );
});

test('several documents in one file merge like files', () => {
  const { project } = loadTexts(
    'services: { a: { image: x, ports: ["1:1"] } }\n---\nservices: { a: { ports: ["2:2"] } }\n',
  );
  assert.equal(
    project!.services.get('a')!.ports.map(({ target }) => target),
    [1, 2],
  );
});

/** What `a` publishes over `8080:80`, by what an override says; and `b`, which publishes `81:80`. */
const shared: readonly (readonly [name: string, override: string, a: readonly number[], b: readonly number[]])[] = [
  ['a merged !reset', 'x-p: &p { ports: !reset [] }\nservices: { a: { <<: *p } }\n', [8080], [81]],
  ['a merged list', 'x-p: &p { ports: !reset [] }\nservices: { a: { <<: [*p] } }\n', [8080], [81]],
  ['an alias around a !reset', 'x-p: &p { ports: !reset [] }\nservices: { a: *p }\n', [8080], [81]],
  ['an alias of a !reset', 'x-p: &p !reset []\nservices: { a: { ports: *p } }\n', [], [81]],
  ['a merged !reset without anchor', 'services: { a: { <<: { ports: !reset [] } } }\n', [], [81]],
  ['a !reset where its anchor stands', 'services: { a: &a { ports: !reset [] }, b: { <<: *a } }\n', [], [81]],
  ['a merged !override', 'x-p: &p { ports: !override ["9:9"] }\nservices: { a: { <<: *p } }\n', [9], [81]],
  ['a !override in a list', 'x-p: &p { ports: !override ["9:9"] }\nservices: { a: { <<: [*p] } }\n', [8080, 9], [81]],
];
for (const [name, override, a, b] of shared) {
  test(`shared text with tags: ${name}`, () => {
    const { project, diagnostics } = loadTexts({
      'compose.yaml': 'services: { a: { image: x, ports: ["8080:80"] }, b: { image: y, ports: ["81:80"] } }\n',
      'compose.override.yaml': override,
    });
    assert.equal(diagnostics.map(told), []);
    const published = (service: string) => project!.services.get(service)!.ports.map((port) => port.published!.first);
    assert.equal([published('a'), published('b')], [a, b]);
  });
}

/** What Compose 2.40.3 makes of them. */
const whole: Readonly<Record<string, number>> = {
  ...{ '3': 3, '1.9': 1, '-1.9': -1, '1e18': 1e18 },
  ...{ '1e19': -(2 ** 63), '.inf': -(2 ** 63), '-.inf': -(2 ** 63), '.nan': -(2 ** 63) },
};
for (const [text, number] of Object.entries(whole)) {
  test(`priorities are whole numbers of 64 bits: ${text}`, () => {
    const networks = `{ default: { priority: ${text}, gw_priority: ${text} } }`;
    const { project, diagnostics } = loadTexts({
      'compose.yaml': `services: { a: { image: x, networks: ${networks} } }\n`,
    });
    assert.equal(diagnostics.map(told), []);
    const { priority, gwPriority } = project!.services.get('a')!.networks!.value.get('default')!;
    assert.equal([priority?.value, gwPriority?.value], [number, number]);
  });
}

/** Of numbers in the place of texts, again what Compose makes of them. */
test('numbers with a fraction become texts as Go writes them', () => {
  const numbers = {
    a: '1.10',
    b: '1e6',
    c: '12345678.5',
    d: '0.00001',
    e: '123456.5',
    f: '.inf',
    g: '-.inf',
    h: '0x1F',
  };
  const opts = Object.entries(numbers).map(([key, number]) => `${key}: ${number}`);
  const { project } = loadTexts({
    'compose.yaml': `services: { a: { image: x } }\nnetworks: { n: { driver_opts: { ${opts.join(', ')} } } }\n`,
  });
  const texts = [...project!.networks.get('n')!.driverOpts.values()].map(({ value }) => value);
  assert.equal(texts, ['1.1', '1e+06', '1.23456785e+07', '1e-05', '123456.5', '+Inf', '-Inf', '31']);
});

test('labels of a network are a mapping or a list', () => {
  const { project } = loadTexts({
    'compose.yaml':
      'services: { a: { image: x } }\n' +
      'networks: { n: { labels: { a: b=c, d: , e: true } }, m: { labels: [a=b=c, d] } }\n',
  });
  const labels = (key: string) =>
    [...project!.networks.get(key)!.labels].map(([name, { value }]) => `${name}|${value}`);
  assert.equal(labels('n'), ['a|b=c', 'd|', 'e|true']);
  assert.equal(labels('m'), ['a|b=c', 'd|']);
});

test.run();
