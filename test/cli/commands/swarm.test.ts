/** `render --swarm` and `plan --swarm`: files and several hosts' facts in, a stack file and commands out. */
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { fencesOf, readPage } from '../../docs/page.ts';
import { runIn } from '../in-folder.ts';

const update = process.env['UPDATE_GOLDENS'] === '1';

interface Situation {
  readonly eth?: string;
  readonly swarm?: string;
  readonly networks?: readonly object[];
}

const factsOf = (number: number, { eth = 'eth0', swarm = 'worker', networks = [] }: Situation = {}) =>
  JSON.stringify({
    version: 1,
    host: {
      interfaces: [
        { name: eth, addresses: [`192.168.1.${number}/24`] },
        { name: 'lab0', addresses: [`192.168.2.${number}/24`] },
      ],
      routes: [{ destination: 'default', interface: eth, gateway: '192.168.1.1' }],
    },
    engine: { version: '28.5.2', swarm, networks },
  });

const two = { 'hostA.json': factsOf(10, { swarm: 'manager' }), 'hostB.json': factsOf(20, { eth: 'enp3s0' }) };
const both = ['--facts', 'hostA.json', '--facts', 'hostB.json'];
const withTwo = (command: string, yaml: string) =>
  runIn({ 'compose.yaml': yaml, ...two }, [command, '--swarm', ...both]);
const lines = (text: string) => text.split('\n').map((line) => line.trim());

test('one range is divided among the hosts in the order of their names', async () => {
  const yaml =
    'name: shop\nservices:\n  web:\n    image: a\n    x-netmode: { mode: macvlan, ip_range: 192.168.1.192/27 }\n';
  const { code, out, err } = await withTwo('plan', yaml);
  assert.equal([code, err], [0, '']);
  const config = (range: string, eth: string) =>
    'docker network create --config-only --subnet 192.168.1.0/24 --gateway 192.168.1.1 --ip-range ' +
    `${range} --opt parent=${eth} netcompose-swarm-macvlan-config`;
  assert.equal(lines(out), [
    'On hostA:',
    config('192.168.1.192/28', 'eth0'),
    '',
    'On hostB:',
    config('192.168.1.208/28', 'enp3s0'),
    '',
    'On a manager, when every host has its part:',
    '# stack.yaml is what "netcompose render --swarm" prints with the same options',
    'docker network create --driver macvlan --scope swarm --config-from netcompose-swarm-macvlan-config ' +
      'netcompose-swarm-macvlan',
    'docker stack deploy --compose-file stack.yaml shop',
    '',
    'To undo it, on the manager:',
    'docker stack rm shop',
    'docker network rm netcompose-swarm-macvlan',
    '',
    'and then on each host:',
    'docker network rm netcompose-swarm-macvlan-config',
    '',
  ]);
  const turned = await runIn({ 'compose.yaml': yaml, ...two }, [
    'plan',
    '--swarm',
    ...both.slice(2),
    ...both.slice(0, 2),
  ]);
  assert.is(turned.out, out);
});

test('at layer 3 each host has a subnet of its own, and a route to it', async () => {
  const { out } = await withTwo(
    'plan',
    'services:\n  web:\n    image: a\n' +
      '    x-netmode: { mode: ipvlan-l3, parent: lab0, subnet: 10.9.0.0/24, ip_range: 10.9.0.0/25 }\n',
  );
  const printed = lines(out);
  assert.ok(printed.includes('ip route add 10.9.0.0/25 via 192.168.2.10'), out);
  assert.ok(printed.includes('ip route add 10.9.0.128/25 via 192.168.2.20'), out);
  const configs = printed.filter((line) => line.includes('--config-only'));
  assert.equal(
    configs.map((line) => /--subnet (\S+)/.exec(line)?.[1]),
    ['10.9.0.0/25', '10.9.0.128/25'],
  );
  assert.not.match(configs.join(), /--ip-range|--aux-address/);
});

test("a host's own address is in nobody's range", async () => {
  const texts = {
    'compose.yaml': 'services:\n  web:\n    image: a\n    x-netmode: { mode: macvlan, ip_range: 192.168.1.192/27 }\n',
    'hostA.json': factsOf(10, { swarm: 'manager' }),
    'hostB.json': factsOf(200),
  };
  const { code, err } = await runIn(texts, ['plan', '--swarm', ...both]);
  assert.is(code, 1);
  assert.match(
    err,
    'error[address/range-invalid]: on host "hostB": ' +
      "Docker hands out addresses of 192.168.1.192/27, which holds this host's",
  );
});

const stackFile = async (yaml: string) => {
  const { code, out, err } = await withTwo('render', yaml);
  assert.is(code, 0, err);
  return {
    stack: parse(out),
    out,
    said: [...err.matchAll(/swarm\/left-out\]: (.*) is left out/g)].map(([, what]) => what),
  };
};

test('what is wrong on one of the hosts says on which, and once; what is wrong on all of them names none', async () => {
  const yaml = (parent: string) => `services: { web: { image: a, x-netmode: { mode: macvlan${parent} } } }\n`;
  const noRoute = JSON.stringify({ ...JSON.parse(factsOf(20)), host: { ...JSON.parse(factsOf(20)).host, routes: [] } });
  const one = { 'compose.yaml': yaml(''), 'hostA.json': factsOf(10, { swarm: 'manager' }), 'hostB.json': noRoute };
  const errorsOf = async (texts: Readonly<Record<string, string>>) =>
    [...(await runIn(texts, ['plan', '--swarm', ...both])).err.matchAll(/^error\[.*$/gm)].map(([line]) => line);
  assert.equal(await errorsOf(one), [
    'error[parent/not-found]: on host "hostB": "web": this host has no default route from which to find the parent',
  ]);
  const everywhere = { ...one, 'compose.yaml': yaml(', parent: nic9') };
  assert.equal(await errorsOf(everywhere), [
    'error[parent/not-found]: "web": there is no interface "nic9" on this host',
  ]);
});

test('what x-netmode asks for at a service and no stack gives is said, key by key', async () => {
  const { stack, said } = await stackFile(`services:
  dns:
    image: dns
    cap_add: [NET_ADMIN]
    x-netmode:
      network: lan
      mac_address: "02:42:c0:a8:01:35"
      interface_name: lan0
      gw_priority: 3
      floating_addresses: [192.168.1.60, 192.168.1.61]
  web: { image: web, x-netmode: { network: lan, mac_address: docker } }
networks:
  lan: { x-netmode: { mode: macvlan, ip_range: 192.168.1.192/27 } }
`);
  const keys = ['mac_address', 'interface_name', 'gw_priority', 'floating_addresses'];
  assert.equal(
    said,
    keys.map((key) => `"dns": "${key}"`),
  );
  assert.equal(stack.services.dns.networks, { lan: null });
});

test('the stack file has what a stack takes, comments stay, and the rest is said', async () => {
  const { stack, out, said } = await stackFile(`name: shop
x-logging: &logging { logging: { driver: local } }
services:
  # for everybody
  web:
    <<: *logging
    image: nginx # ours
    depends_on: { db: { condition: service_healthy }, cache: { condition: service_started } }
    ports: ["8080:80", "127.0.0.1:8081:81", "7001-7002:71-72/udp", { target: 90, published: "9090", mode: host }]
    pull_policy: always
    env_file: [{ path: a.env, required: false }]
    deploy: { replicas: 2, x-note: hi }
    networks: { back: { aliases: [www], gw_priority: 3, x-note: hi } }
  db: { image: postgres, networks: [back, wide] }
  cache: { image: redis, networks: [back] }
  tools: { image: tools, profiles: [tools] }
networks:
  back:
    driver: bridge
    enable_ipv6: false
    ipam: { config: [{ subnet: 10.4.0.0/24, gateway: 10.4.0.1 }] }
  wide: { driver: overlay, name: wide, x-note: hi }
volumes:
  data: { name: data, x-note: hi }
`);
  assert.equal(stack, {
    services: {
      web: {
        logging: { driver: 'local' },
        image: 'nginx',
        depends_on: ['db', 'cache'],
        ports: [
          { target: 80, published: 8080, protocol: 'tcp', mode: 'ingress' },
          { target: 71, published: 7001, protocol: 'udp', mode: 'ingress' },
          { target: 72, published: 7002, protocol: 'udp', mode: 'ingress' },
          { target: 90, published: 9090, protocol: 'tcp', mode: 'host' },
        ],
        env_file: ['a.env'],
        deploy: { replicas: 2 },
        networks: { back: { aliases: ['www'] } },
      },
      db: { image: 'postgres', networks: ['back', 'wide'] },
      cache: { image: 'redis', networks: ['back'] },
    },
    networks: {
      back: { ipam: { config: [{ subnet: '10.4.0.0/24' }] } },
      wide: { driver: 'overlay', name: 'wide' },
    },
    volumes: { data: { name: 'data' } },
  });
  assert.match(out, '  # for everybody\n  web:');
  assert.match(out, 'image: nginx # ours');
  assert.equal(said, [
    '"web": "condition: service_healthy"',
    '"web": the port 81 on the address 127.0.0.1',
    '"web": "pull_policy"',
    '"web": "env_file.required"',
    '"web" on the network "back": "gw_priority"',
    'network "back": "enable_ipv6"',
    'network "back": "ipam.config.gateway"',
  ]);
});

/** A key of a service, what becomes of it in the stack file, and what is said. */
const forms: readonly (readonly [key: string, inStack: object, said?: readonly string[]])[] = [
  ['init: "${NONE:-true}", tty: "yes", read_only: "false"', { init: true, tty: true, read_only: false }],
  ['stdin_open: "${NONE:-true}"', { stdin_open: '${NONE:-true}' }],
  [
    'ulimits: { nofile: "5", nproc: { soft: "1", hard: 2 }, core: 3 }',
    { ulimits: { nofile: 5, nproc: { soft: 1, hard: 2 }, core: 3 } },
  ],
  [
    'environment: { A: true, B: , C: 1 }, labels: [a=b]',
    { environment: { A: 'true', B: null, C: 1 }, labels: ['a=b'] },
  ],
  ['healthcheck: { disable: "true", retries: "3" }, command: ', { healthcheck: { disable: true, retries: 3 } }],
  [
    'secrets: [{ source: s, uid: "0", mode: "0444" }, s], configs: [{ source: c, mode: 292 }]',
    { secrets: [{ source: 's', uid: '0', mode: 292 }, 's'], configs: [{ source: 'c', mode: 292 }] },
  ],
  [
    'deploy: { replicas: "2", labels: { a: true }, resources: { limits: { cpus: 0.50, pids: "${NONE:-5}" } } }',
    { deploy: { replicas: 2, labels: { a: 'true' }, resources: { limits: { cpus: '0.5', pids: 5 } } } },
  ],
  [
    'deploy: { resources: { reservations: { devices: [{ capabilities: [gpu] }] } } }',
    { deploy: { resources: { reservations: {} } } },
    ['"a": "deploy.resources.reservations.devices"'],
  ],
  [
    'volumes: [{ type: tmpfs, target: /x, tmpfs: { size: 1.5m, mode: 0700 } }, ' +
      '{ type: bind, source: ., target: /y, read_only: "true", bind: { create_host_path: true, selinux: z } }]',
    {
      volumes: [
        { type: 'tmpfs', target: '/x', tmpfs: { size: 1572864 } },
        { type: 'bind', source: '.', target: '/y', read_only: true, bind: {} },
      ],
    },
    ['"a": "volumes.tmpfs.mode"', '"a": "volumes.bind.selinux"'],
  ],
  [
    'volumes: ["./a:/x:ro,z", "./a:/y:Z", "./a:/z:ro", "${NONE:-./b}:/q:U", "./a:/r:${NONE:-z}", /s]',
    { volumes: ['./a:/x:ro', './a:/y', './a:/z:ro', '${NONE:-./b}:/q', './a:/r:${NONE:-z}', '/s'] },
    ['z', 'Z', 'U'].map((option) => `"a": the option "${option}" of a volume`),
  ],
  ['extra_hosts: { a: 1.1.1.1, b: [2.2.2.2, "::2"] }', { extra_hosts: ['a=1.1.1.1', 'b=2.2.2.2', 'b=::2'] }],
  ['volumes: [{ type: image, source: b, target: /b }, /s]', { volumes: ['/s'] }, ['"a": a volume of type "image"']],
  [
    'deploy: { mode: global, replicas: 2 }',
    { deploy: { mode: 'global' } },
    ['"a": "deploy.replicas" beside "mode: global"'],
  ],
  [
    'deploy: { endpoint_mode: dnsrr }, ports: ["8080:80", { target: 81, published: 8081, mode: host }]',
    {
      deploy: { endpoint_mode: 'dnsrr' },
      ports: [{ target: 81, published: 8081, protocol: 'tcp', mode: 'host' }],
    },
    ['"a": the port 80 in ingress mode, beside "endpoint_mode: dnsrr",'],
  ],
  ['restart: always, build: ., expose: [80]', {}],
  ['restart: "no"', {}, ['"a": "restart: no"']],
  ['restart: on-failure:3', {}, ['"a": "restart: on-failure:3"']],
  [
    'restart: "no", deploy: { restart_policy: { condition: none } }',
    { deploy: { restart_policy: { condition: 'none' } } },
  ],
  [
    'container_name: nn, privileged: true, devices: [/dev/null], links: [b], tmpfs: /run, shm_size: 1m',
    {},
    ['container_name', 'privileged', 'devices', 'links', 'tmpfs', 'shm_size'].map((key) => `"a": "${key}"`),
  ],
];
for (const [key, inStack, expected = []] of forms) {
  test(`in a stack: ${key}`, async () => {
    const { stack, said } = await stackFile(
      `services: { a: { image: a, ${key} }, b: { image: b } }\n` +
        'secrets: { s: { external: "true" } }\nconfigs: { c: { file: ./c, labels: { a: true } } }\n',
    );
    assert.equal(stack.services.a, { image: 'a', ...inStack });
    assert.equal([stack.secrets.s.external, stack.configs.c.labels.a], [true, 'true']);
    assert.equal(said, expected);
  });
}

test('networks and volumes of a stack: what does nothing is said, a volume of a cluster stays one', async () => {
  const { stack, said } = await stackFile(`services: { a: { image: a, networks: [n] } }
networks:
  n:
    driver: bridge
    driver_opts: { com.docker.network.bridge.enable_icc: "false", com.docker.network.driver.mtu: 1400 }
    internal: "true"
    ipam: { options: { a: b }, config: [{ subnet: 10.4.0.0/24 }] }
volumes: { v: { x-cluster-spec: { group: g }, external: "false" } }
`);
  assert.equal(stack.networks.n, {
    driver_opts: { 'com.docker.network.driver.mtu': 1400 },
    internal: true,
    ipam: { config: [{ subnet: '10.4.0.0/24' }] },
  });
  assert.equal(stack.volumes.v, { 'x-cluster-spec': { group: 'g' }, external: false });
  assert.equal(said, ['network "n": "com.docker.network.bridge.enable_icc"', 'network "n": "ipam.options"']);
});

test('an env_file is read as it is, which is said', async () => {
  const { err } = await withTwo('render', 'services: { a: { image: a, env_file: ./a.env }, b: { image: b } }\n');
  assert.equal(
    [...err.matchAll(/^(\w+)\[swarm\/left-out\]: (.*)$/gm)].map(([, severity, message]) => [severity, message]),
    [
      [
        'warning',
        '"a": quotes, comments behind values and variables in its env_file are part of the values in a stack',
      ],
    ],
  );
});

const failing: Readonly<Record<string, readonly [yaml: string, error: string]>> = {
  'no image': ['services: { a: { build: . } }', '"a" has no image, and a stack builds none'],
  'a secret from the environment': [
    'services: { a: { image: a, secrets: [s] } }\nsecrets: { s: { environment: S } }',
    'secret "s": a stack takes "environment" from no Compose file',
  ],
  'a config in the file': [
    'services: { a: { image: a, configs: [c] } }\nconfigs: { c: { content: hi } }',
    'config "c": a stack takes "content" from no Compose file',
  ],
};
for (const [name, [yaml, message]] of Object.entries(failing)) {
  test(`a deployment would fail: ${name}`, async () => {
    const { code, out, err } = await withTwo('render', `${yaml}\n`);
    assert.equal([code, out], [1, '']);
    assert.match(err, `error[swarm/left-out]: ${message}`);
  });
}

test('netmodes in the stack file: host and macvlan are external networks, bridge is an overlay', async () => {
  const { stack } = await stackFile(`services:
  host: { image: a, x-netmode: host, ports: ["80:80"] }
  lan: { image: a, x-netmode: { mode: macvlan, ip_range: 192.168.1.192/27 } }
  wide: { image: a, x-netmode: overlay }
  plain: { image: a }
`);
  assert.equal(stack, {
    services: {
      host: { image: 'a', networks: { host: null } },
      lan: { image: 'a', networks: { macvlan_eth0: null } },
      wide: { image: 'a', networks: ['overlay'] },
      plain: { image: 'a' },
    },
    networks: {
      macvlan_eth0: { name: 'netcompose-swarm-macvlan', external: true },
      overlay: { driver: 'overlay', attachable: true },
      host: { name: 'host', external: true },
    },
  });
});

for (const mode of ['none', 'service:a']) {
  test(`${mode} has no equal in a stack`, async () => {
    const yaml = `services:\n  a: { image: a }\n  b: { image: b, x-netmode: "${mode}" }\n`;
    const { code, out, err } = await withTwo('render', yaml);
    assert.equal([code, out], [1, '']);
    assert.match(err, /error\[swarm\/left-out\]: "b": the netmode ".*" does not exist in a stack/);
  });
}

test('a host in no swarm, beside a manager', async () => {
  const texts = {
    'compose.yaml': 'services: { a: { image: a } }',
    ...two,
    'hostB.json': factsOf(20, { swarm: 'inactive' }),
  };
  const { code, err } = await runIn(texts, ['plan', '--swarm', ...both]);
  assert.is(code, 1);
  assert.match(err, 'error[engine/swarm-inactive]: the engine of host "hostB" is in no swarm');
});

test('ranges that networks on the hosts have already must be apart', async () => {
  const shared = (ipRange: string) => ({
    name: 'netcompose-eth0',
    driver: 'macvlan',
    options: { parent: 'eth0', macvlan_mode: 'bridge' },
    labels: { 'netcompose.network': 'netcompose-eth0' },
    pools: [{ subnet: '192.168.1.0/24', gateway: '192.168.1.1', ipRange }],
  });
  const texts = (second: string) => ({
    'compose.yaml': 'services:\n  a: { image: a, x-netmode: macvlan }\n',
    'hostA.json': factsOf(10, { swarm: 'manager', networks: [shared('192.168.1.192/27')] }),
    'hostB.json': factsOf(20, { networks: [shared(second)] }),
  });
  const overlapping = await runIn(texts('192.168.1.192/28'), ['plan', '--swarm', ...both]);
  assert.match(overlapping.err, 'error[swarm/ranges-overlap]: network "macvlan_eth0": two hosts would hand out');
  const apart = await runIn(texts('192.168.1.128/27'), ['plan', '--swarm', ...both]);
  assert.not.match(apart.err, 'swarm/ranges-overlap');
});

for (const [words, message] of [
  [['plan', ...both], 'several facts files are for several hosts'],
  [['plan', '--swarm', '--format', 'json'], '--swarm has no --format json'],
  [['render', '--swarm', '--override'], 'a stack has no override'],
  [
    ['render', '--swarm', '--facts', 'hostA.json', '--facts', './hostA.json'],
    'two facts files are of the host "hostA"',
  ],
] as const) {
  test(words.join(' '), async () => {
    const { code, err } = await runIn({ 'compose.yaml': 'services: { a: { image: a } }', ...two }, words);
    assert.is(code, 2);
    assert.match(err, message);
  });
}

test('docs/swarm.md shows what is printed', async () => {
  const fences = fencesOf(readFileSync(new URL('../../../docs/swarm.md', import.meta.url), 'utf8'));
  const { out } = await withTwo('plan', fences.find(({ language }) => language === 'yaml')!.text);
  assert.is(out, fences.find(({ language }) => language === 'text')!.text);
});

for (const rule of ['left-out', 'address-ignored', 'ranges-overlap']) {
  const path = new URL(`../../../docs/rules/swarm/${rule}.md`, import.meta.url);

  test(`the page of swarm/${rule} shows what is printed`, async () => {
    const page = readFileSync(path, 'utf8');
    const { sections } = readPage(page);
    const [yaml, text] = fencesOf(sections.get('Example')!);
    const several = rule === 'ranges-overlap';
    const printed = async (source: string) => {
      const facts = several ? both : both.slice(0, 2);
      const { err } = await runIn({ 'compose.yaml': source, ...two }, ['render', '--swarm', ...facts]);
      return err
        .split('\n\n')
        .filter((block) => block.includes(`[swarm/${rule}]`))
        .join('\n\n')
        .trimEnd();
    };
    const found = `${await printed(yaml!.text)}\n`;
    if (update)
      writeFileSync(
        path,
        page.replace(`\`\`\`text\n${text!.text}\`\`\``, () => `\`\`\`text\n${found}\`\`\``),
      );
    else assert.is(text!.text, found);
    const mended = fencesOf(sections.get('How to mend it')!)[0]!.text;
    assert.is(await printed(mended), '');
  });
}

for (const [what, facts, yaml, said] of [
  [
    "a parent's name",
    { 'a.json': factsOf(10, { eth: 'en+0', swarm: 'manager' }) },
    'services:\n  web: { image: a, x-netmode: macvlan }\n',
    /Docker takes no network named after "en\+0"/,
  ],
  [
    "a network's name",
    { 'a.json': factsOf(10, { swarm: 'manager' }) },
    'services:\n  web: { image: a, networks: [lan] }\nnetworks:\n  lan:\n    name: a b\n' +
      '    x-netmode: { mode: macvlan, scope: project, host_access: none }\n',
    /no command takes the name "a b"/,
  ],
] as const) {
  test(`${what} that no command may take is reported`, async () => {
    const { code, err } = await runIn({ 'compose.yaml': yaml, ...facts }, ['plan', '--swarm', '--facts', 'a.json']);
    assert.is(code, 1);
    assert.match(err, said);
    assert.is(err.match(/netmode\/invalid-value/g)?.length, 1);
  });
}

test.run();
