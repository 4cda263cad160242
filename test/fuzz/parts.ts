/**
 * Parts of Compose files that have nothing to do with each other, so that hundreds of them make one project: a service
 * with its network, and what a second file says of both. Only what netcompose reads, in every form that Compose takes,
 * and in some that it does not.
 */
import fc from 'fast-check';

/** YAML in brackets and braces, by key; `@` stands for the part's number, which makes its names its own. */
type Body = Readonly<Record<string, string>>;

export interface Part {
  readonly service: Body;
  readonly network: string;
  readonly over?: { readonly service: Body; readonly network: string };
}

/** What variables there are, in both files. */
export const variables = { IP: '127.0.0.1', PORT: '8090', EMPTY: '', NET: 'net', YES: 'true' } as const;

/** Files of a project with these parts. */
export function filesOf(parts: readonly Part[]): Readonly<Record<'compose.yaml' | 'over.yaml', string>> {
  const common = [
    'x-ports: &ports { ports: ["9000:90"], expose: [90] }',
    'x-names: &names { hostname: common, extra_hosts: ["nas:192.168.1.5"] }',
  ].join('\n');
  const peer = '  peer: { image: peer, ports: ["7000:70"], networks: { default: { aliases: [it] } } }';
  const over = parts.map(({ over: second }) => second ?? { service: {}, network: '' });
  return {
    'compose.yaml': `name: fuzz\n${common}\n${fileOf(parts, peer)}`,
    'over.yaml': `${common}\n${fileOf(over, '  peer: { hostname: peer }')}`,
  };
}

function fileOf(parts: readonly Pick<Part, 'service' | 'network'>[], peer: string): string {
  const services = parts.flatMap(({ service }, at) => [
    `  s${at}:`,
    ...('image' in service ? [] : ['    image: x']),
    ...Object.entries(service).map(([key, value]) => `    ${key}: ${value.replaceAll('@', String(at))}`),
  ]);
  const networks = parts.map(({ network }, at) => `  n${at}: ${network.replaceAll('@', String(at))}`);
  return ['services:', peer, ...services, 'networks:', '  default:', ...networks, ''].join('\n');
}

const oneOf = (...values: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...values);
const joined = (...pieces: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...pieces).map((all) => all.join(''));
const listOf = (element: fc.Arbitrary<string>, maxLength = 3): fc.Arbitrary<string> =>
  fc.array(element, { maxLength }).map((all) => `[${all.join(', ')}]`);
/** In braces; each key only sometimes, `always` excepted. */
const mapOf = (keys: Readonly<Record<string, fc.Arbitrary<string>>>, ...always: string[]) =>
  fc.record(keys, { requiredKeys: always }).map((map) => {
    const pairs = Object.entries(map).map(([key, value]) => `${key}: ${value}`);
    return `{ ${pairs.join(', ')} }`;
  });
/** Mostly sound, so that most parts are; one that is refused shows that it is, and nothing else. */
const mostly = (sound: fc.Arbitrary<string>, ...odd: string[]): fc.Arbitrary<string> =>
  fc.oneof({ weight: 40, arbitrary: sound }, { weight: 1, arbitrary: oneOf(...odd, ...anything) });

/** What a person may write in the place of anything, in the hope that it means something. */
const anything: readonly string[] = [
  ...[
    'null',
    '~',
    'true',
    'no',
    '"yes"',
    '80',
    '0x50',
    '010',
    '0o10',
    '1e3',
    '1_000',
    '-1',
    '1.0',
    '22:22',
    "''",
    '{}',
  ],
  ...['[]', '[a]', '{ a: b }', '[[a]]', '"$$"', '"${EMPTY}"', '"${NONE}"', '"${YES}"', '"a b"', '2001-01-01', 'é'],
  ...['!!str 80', '!!int "80"', '.inf', '"${NONE:-${PORT}}"', '"${NONE:?no}"', '"${PORT:+x}"', '"${EMPTY-x}"', '-0'],
];
const number = mostly(
  oneOf('1', '0', '"5"', '0x10', '2', '3', '4'),
  '"${PORT}"',
  '1e1',
  '010',
  '-5',
  '2.5',
  '99999999999',
  '08',
);
const truth = mostly(oneOf('true', 'false', '"true"', '"${YES}"', '"${NONE:-false}"'), 'yes', 'on', '"no"', '1', '"1"');
const text = mostly(oneOf('a', '"b c"', '"5"', '"${NET}"', '"a-${EMPTY:-x}"', "'$$'"), '5', 'yes', '1.50', '0x1F');

const address = mostly(
  oneOf('10.1.5.5', '"10.1.5.6"', '"${IP}"', '"${NONE:-10.1.5.7}"'),
  'fd00::5',
  '10.1.5',
  '1.2.3.04',
);

const shortPort = joined(
  oneOf('', '', '', '127.0.0.1:', '[::1]:', '0.0.0.0:', '${IP}:'),
  oneOf('8080:', '8080-8082:', '${PORT}:', '${NONE:-90}:', '08080:', '0:'),
  oneOf('80', '80', '${PORT}', '053'),
  oneOf('', '', '', '/tcp', '/udp', '/sctp', '/UDP'),
);
const oddPort = joined(
  oneOf('', '::1:', ':', 'localhost:', '127.0.0.1::', '127.0.0.1:', '[::1]:', '${EMPTY}:'),
  oneOf('', '65536:', '8082-8080:', '1-2:', ':', '8080-8082:', '0-0:', ' 80:', '+80:', '80 :'),
  oneOf('80', '80-82', '0', '70000', '82-80', ' 80', 'http', '', '80-80', '080-082'),
  oneOf('', '/icmp', '/', '/tcp/udp', '/tcp ', '/Tcp'),
);
const quoted = (words: fc.Arbitrary<string>) => fc.tuple(words, oneOf('"', "'")).map(([word, by]) => by + word + by);
const longPort = mapOf(
  {
    target: mostly(oneOf('80', '"80"', '0x50', '"${PORT}"'), '80-81', '0', 'http', '80.0', '70000'),
    published: mostly(oneOf('8080', '"8080"', '"8080-8090"', '8080-8090', '"${PORT}"', '0', '""'), '08', '8082-8080'),
    protocol: mostly(oneOf('udp', 'tcp', 'sctp', '""'), 'TCP', 'x'),
    mode: mostly(oneOf('host', 'ingress', '""'), 'x'),
    host_ip: mostly(oneOf('127.0.0.1', '"::1"', '"${IP}"', '""'), '"[::1]"', 'localhost'),
    name: text,
    app_protocol: oneOf('http'),
  },
  'target',
);
const port = fc.oneof(
  { weight: 8, arbitrary: quoted(shortPort) },
  { weight: 6, arbitrary: longPort },
  { weight: 2, arbitrary: oneOf('80', '"80/udp"', '8080:80', '22:22', '9000:90', '[::]:80:80', '0x50') },
  { weight: 1, arbitrary: quoted(oddPort) },
);

const attachment = mapOf({
  aliases: mostly(listOf(oneOf('a', 'b', 'a', '"5"', '"${NET}"', 'a.b'))),
  ipv4_address: address,
  ipv6_address: mostly(oneOf('"fd00::5"', 'fd00::7')),
  mac_address: mostly(oneOf('02:00:00:00:00:05', '"02-00-00-00-00-05"', '02:42:AC:11:00:02'), '05:05'),
  priority: number,
  gw_priority: number,
  interface_name: mostly(oneOf('lan0', '"eth1"')),
  link_local_ips: mostly(listOf(oneOf('169.254.1.1'))),
  driver_opts: mostly(mapOf({ a: number, b: text, 'com.x/y': oneOf('"z"', '1.50', '0x1F') })),
});
const attached = mostly(
  fc.oneof(
    oneOf('[n@]', '[default]', '["n@", default]', '[]', '[default, n@]'),
    mapOf({ 'n@': fc.oneof(attachment, oneOf('', 'null', '{}')), default: oneOf('', '{ priority: 1 }') }),
  ),
  ...['[nowhere]', '{ nowhere: }', '["n${NONE}@"]', '[n@, n@]'],
);
const attempts: Readonly<Record<string, fc.Arbitrary<string>>> = {
  ports: mostly(listOf(port)),
  expose: mostly(listOf(oneOf('80', '"81"', '"82/udp"', '90-92', '"80/tcp"', '0x50', '"${PORT}"', '1e2'))),
  networks: attached,
  network_mode: mostly(oneOf('host', 'none', 'bridge', '"service:peer"', '"container:x"', 'default'), 'service:nobody'),
  hostname: text,
  container_name: mostly(oneOf('c@', '"${NET}-@"'), '5@', '"-c@"'),
  mac_address: mostly(
    oneOf('02:00:00:00:00:05', '"02-00-00-00-00-05"'),
    '11:22',
    '22:22:22:22:22:22',
    '00:00:00:00:00:10',
  ),
  profiles: mostly(listOf(oneOf('a', '"5"', 'b'), 1)),
  depends_on: mostly(
    fc.oneof(
      listOf(oneOf('peer', '"peer"'), 1),
      mapOf({
        peer: oneOf('{ condition: service_started }', '{ condition: service_healthy, required: false, restart: true }'),
        s0: oneOf('{ condition: service_started, required: false }'),
      }),
    ),
    ...['[nobody]', '[peer, peer]', 'peer', '{ peer: }', '{ peer: {} }'],
  ),
  extra_hosts: mostly(
    fc.oneof(
      listOf(oneOf('"nas:192.168.1.5"', '"nas=192.168.1.5"', '"six:::1"', '"six=[::1]"', '"x=host-gateway"')),
      mapOf({ nas: oneOf('192.168.1.5', '[192.168.1.5, 192.168.1.6]'), six: oneOf('"::1"', '"[::1]"', '"${IP}"') }),
    ),
    ...['["nas"]', '["=1.2.3.4"]', '{ nas: "" }', '["y:a:b"]', '["nas="]', '{ nas: 5 }', '["nas: 1.2.3.4"]'],
  ),
  links: mostly(listOf(oneOf('peer', '"peer:other"'), 1), '[nobody]', '["peer:"]', '[s@]'),
  scale: number,
  deploy: mostly(mapOf({ replicas: number, mode: oneOf('replicated', 'global') })),
  extends: mostly(
    oneOf('{ service: peer }', 'peer', '{ service: peer, file: compose.yaml }'),
    '{ service: nobody }',
    's@',
  ),
  '<<': mostly(oneOf('*ports', '*names', '[*ports, *names]', '{ hostname: here }'), '[]', 'null', '*none'),
  image: mostly(oneOf('nginx', '"${NET}:1"', '"5"'), '1.10'),
};

const pool = mapOf({
  subnet: mostly(
    oneOf('10.1.5.0/24', '"10.1.6.0/24"', 'fd00:5::/64', '"${NONE:-10.1.7.0/24}"'),
    '10.1.5.7/24',
    '10.1.0.0/33',
  ),
  gateway: address,
  ip_range: mostly(oneOf('10.1.5.128/25', '10.1.5.64/26')),
  aux_addresses: mostly(mapOf({ router: address, a: oneOf('10.1.5.9') }), '{ a: 5 }', '{ a: null }'),
});
const ipam = mapOf({
  driver: mostly(oneOf('default', '"${NET}"')),
  config: mostly(listOf(pool, 2)),
  options: mapOf({ a: text }),
});
const network: fc.Arbitrary<string> = mostly(
  fc.oneof(
    { weight: 2, arbitrary: oneOf('', '{}', 'null') },
    {
      weight: 4,
      arbitrary: mapOf({
        driver: mostly(oneOf('bridge', 'macvlan', '"${NET}"', 'overlay')),
        driver_opts: mostly(
          mapOf({ parent: oneOf('eth0', 'eth0.5', '5'), b: text, c: number, d: oneOf('1.50', '1e3') }),
        ),
        name: mostly(oneOf('net-@', '"${NET}@"'), '5@'),
        internal: truth,
        attachable: truth,
        enable_ipv6: truth,
        enable_ipv4: truth,
        ipam: mostly(ipam),
        labels: mostly(mapOf({ a: text })),
      }),
    },
    {
      weight: 1,
      arbitrary: mapOf({
        external: mostly(truth, '{ name: other@ }', '{}'),
        name: mostly(oneOf('net-@', '"${NET}@"')),
      }),
    },
  ),
);

const body: fc.Arbitrary<Body> = fc
  .subarray(Object.keys(attempts), { minLength: 1, maxLength: 4 })
  .chain((keys) => fc.record(Object.fromEntries(keys.map((key) => [key, attempts[key]!]))));
const tag = oneOf('', '', '', '!override ', '!reset ');
/** A second file may also take away what the first one has, or take its place. */
const overBody: fc.Arbitrary<Body> = body.chain((made) =>
  fc
    .record(Object.fromEntries(Object.keys(made).map((key) => [key, key === '<<' ? oneOf('') : tag])))
    .map((tags) => Object.fromEntries(Object.entries(made).map(([key, value]) => [key, `${tags[key]}${value}`]))),
);

export const part: fc.Arbitrary<Part> = fc.record(
  {
    service: body,
    network,
    over: fc.record({ service: overBody, network: fc.oneof(oneOf(''), network) }),
  },
  { requiredKeys: ['service', 'network'] },
);
