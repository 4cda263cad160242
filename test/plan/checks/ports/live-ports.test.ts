import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EngineContainer, EngineFacts, Facts, HostSocket } from '../../../../src/plan/facts/facts.ts';
import { lanFacts, planTexts, told } from '../../../support/in-memory.ts';

const id = (letter: string) => letter.repeat(64);
const nginx = { pid: 812, name: 'nginx' };
const socket = (rest: Partial<HostSocket> = {}): HostSocket => ({
  protocol: 'tcp',
  address: '0.0.0.0',
  port: 8080,
  owner: nginx,
  ...rest,
});
const container = (rest: Partial<EngineContainer> = {}): EngineContainer => ({
  id: id('a'),
  name: 'shop-web-1',
  project: 'shop',
  service: 'web',
  running: true,
  networkMode: 'shop_default',
  networks: {},
  ports: [],
  ...rest,
});
const publishes = (published: number, rest: Partial<EngineContainer['ports'][number]> = {}) => [
  { ip: '0.0.0.0', published, target: 80, protocol: 'tcp', ...rest },
];
/** Of the project itself, which is named after its folder. */
const own = (rest: Partial<EngineContainer>) =>
  container({ id: id('b'), name: 'project-web-1', project: 'project', ...rest });

interface Situation {
  readonly sockets?: readonly HostSocket[];
  readonly containers?: readonly EngineContainer[];
  readonly engine?: Partial<EngineFacts>;
  readonly withoutEngine?: boolean;
}

const factsOf = ({ sockets = [], containers = [], engine = {}, withoutEngine = false }: Situation): Facts => ({
  version: 1,
  host: { ...lanFacts.host!, sockets },
  ...(!withoutEngine && { engine: { ...lanFacts.engine!, containers, ...engine } }),
});

const published = (ports: string, mode = 'bridge') =>
  `services:\n  web:\n    image: nginx\n    ports: [${JSON.stringify(ports)}]\n    x-netmode: ${mode}\n`;
const opens = (listen: string) =>
  `services:\n  web:\n    image: nginx\n    x-netmode: { mode: host, listen: [${listen}] }\n`;

const liveOnly = (text: string, situation: Situation, starting?: ReadonlySet<string>) =>
  told(planTexts(text, { facts: factsOf(situation), ...(starting && { starting }) })).filter((line) =>
    line.includes('ports/in-use'),
  );

const host = (text: string) => `error ports/in-use-on-host: "web" ${text}`;
const other = (text: string) => `error ports/in-use-by-container: "web" ${text}`;

const cases: readonly (readonly [string, string, Situation, readonly string[]])[] = [
  [
    'a process',
    published('8080:80'),
    { sockets: [socket()] },
    [host('publishes port 8080/tcp of the host, which "nginx" (pid 812) has open')],
  ],
  [
    'a process that this user may not see',
    published('8080:80'),
    { sockets: [{ protocol: 'tcp', address: '0.0.0.0', port: 8080 }] },
    [host('publishes port 8080/tcp of the host, which another process has open')],
  ],
  [
    'on one address',
    published('53:53/udp'),
    { sockets: [socket({ protocol: 'udp', address: '127.0.0.53', port: 53 })] },
    [host('publishes port 53/udp of the host, which "nginx" (pid 812) has open on 127.0.0.53')],
  ],
  ['on another address', published('192.168.1.10:8080:80'), { sockets: [socket({ address: '127.0.0.1' })] }, []],
  ['another protocol', published('8080:80/udp'), { sockets: [socket()] }, []],
  ['another port', published('8081:80'), { sockets: [socket()] }, []],
  [
    'on ::',
    published('8080:80'),
    { sockets: [socket({ address: '::' })] },
    [host('publishes port 8080/tcp of the host, which "nginx" (pid 812) has open on ::')],
  ],
  [
    'on ::, which may be IPv6 only',
    published('127.0.0.1:8080:80'),
    { sockets: [socket({ address: '::' })] },
    [
      'warning ports/in-use-on-host: "web" publishes port 8080/tcp of the host, which "nginx" (pid 812) ' +
        'has open on ::, unless for IPv6 only',
    ],
  ],
  ['a range, of which Docker takes a free one', published('8080-8090:80'), { sockets: [socket()] }, []],
  [
    'several in a range',
    published('8079-8081:79-81'),
    { sockets: [socket()] },
    [host('publishes port 8080/tcp of the host, which "nginx" (pid 812) has open')],
  ],
  [
    'only on this host',
    published('8080:80', '{ mode: ipvlan-l2, host_access: loopback, ip_range: 192.168.1.192/27 }'),
    { sockets: [socket()] },
    [host('publishes port 8080/tcp of the host, which "nginx" (pid 812) has open')],
  ],
  [
    'a macvlan service never clashes with the host',
    published('8080:80', '{ mode: macvlan, ip_range: 192.168.1.192/27, listen: [8080] }'),
    { sockets: [socket()], containers: [container({ ports: publishes(8080) })] },
    [],
  ],
  [
    'an ipvlan service never does',
    published('8080:80', '{ mode: ipvlan-l2, ip_range: 192.168.1.192/27, listen: [8080] }'),
    { sockets: [socket()] },
    [],
  ],
  ['no network at all', published('8080:80', 'none'), { sockets: [socket()] }, []],
  [
    'host mode',
    opens('8080'),
    { sockets: [socket()] },
    [host('opens port 8080/tcp of the host, which "nginx" (pid 812) has open')],
  ],
  [
    'host mode, a range',
    opens('"8000-8100"'),
    { sockets: [socket()] },
    [host('opens port 8080/tcp of the host, which "nginx" (pid 812) has open')],
  ],
  [
    'host mode, guessed from ports',
    published('1:8080', 'host'),
    { sockets: [socket()] },
    [host('opens (taken from "ports") port 8080/tcp of the host, which "nginx" (pid 812) has open')],
  ],
  [
    'mDNS is shared',
    opens('"5353/udp"'),
    { sockets: [socket({ protocol: 'udp', port: 5353 })] },
    ['info ports/in-use-on-host: "web" opens port 5353/udp of the host, which "nginx" (pid 812) has open'],
  ],
  [
    'guessed from the image',
    'services:\n  web:\n    image: nginx\n    x-netmode: host\n',
    { sockets: [socket()], engine: { images: { nginx: [{ first: 8080, last: 8080, protocol: 'tcp' }] } } },
    [
      'warning ports/in-use-on-host: "web" opens (taken from the EXPOSE of its image) port 8080/tcp of ' +
        'the host, which "nginx" (pid 812) has open',
    ],
  ],
  [
    'a container of another project',
    published('8080:80'),
    { containers: [container({ ports: publishes(8080) })] },
    [other('publishes port 8080/tcp of the host, which the container "shop-web-1" of project "shop" publishes')],
  ],
  [
    'its docker-proxy is the same',
    published('8080:80'),
    {
      containers: [container({ ports: publishes(8080) })],
      sockets: [socket({ owner: { pid: 5, name: 'docker-proxy' } })],
    },
    [other('publishes port 8080/tcp of the host, which the container "shop-web-1" of project "shop" publishes')],
  ],
  [
    'a container of no project',
    published('8080:80'),
    {
      containers: [
        { ...container({ ports: publishes(8080) }), name: 'old', project: undefined } as unknown as EngineContainer,
      ],
    },
    [other('publishes port 8080/tcp of the host, which the container "old" publishes')],
  ],
  [
    'on another address of the host',
    published('192.168.1.10:8080:80'),
    { containers: [container({ ports: publishes(8080, { ip: '127.0.0.1' }) })] },
    [],
  ],
  ['stopped', published('8080:80'), { containers: [container({ running: false, ports: publishes(8080) })] }, []],
  [
    'a host-mode container of another project',
    published('8080:80'),
    {
      containers: [container({ networkMode: 'host' })],
      sockets: [socket({ owner: { ...nginx, container: id('a') } })],
    },
    [other('publishes port 8080/tcp of the host, which the container "shop-web-1" of project "shop" has open')],
  ],
  [
    'a container of another engine',
    published('8080:80'),
    { sockets: [socket({ owner: { ...nginx, container: id('f') } })] },
    [host('publishes port 8080/tcp of the host, which "nginx" (pid 812) has open')],
  ],
  [
    'its own container',
    published('8080:80'),
    {
      containers: [own({ ports: publishes(8080) })],
      sockets: [socket({ owner: { pid: 5, name: 'docker-proxy' } }), socket({ address: '::' })],
    },
    [],
  ],
  [
    'its own container, unseen',
    published('8080:80'),
    { containers: [own({ ports: publishes(8080) })], sockets: [{ protocol: 'tcp', address: '0.0.0.0', port: 8080 }] },
    [],
  ],
  [
    'its own host-mode container, by its id',
    published('8080:80'),
    { containers: [own({ networkMode: 'host' })], sockets: [socket({ owner: { ...nginx, container: id('b') } })] },
    [],
  ],
  [
    'its own host-mode service, running',
    opens('8080'),
    { containers: [own({ networkMode: 'host' })], sockets: [{ protocol: 'tcp', address: '0.0.0.0', port: 8080 }] },
    [],
  ],
  [
    'its own host-mode service, stopped',
    opens('8080'),
    { containers: [own({ networkMode: 'host', running: false })], sockets: [socket()] },
    [host('opens port 8080/tcp of the host, which "nginx" (pid 812) has open')],
  ],
  [
    'its own service, on a bridge until now',
    opens('8080'),
    { containers: [own({})], sockets: [socket()] },
    [host('opens port 8080/tcp of the host, which "nginx" (pid 812) has open')],
  ],
  [
    'without the engine it is a warning',
    published('8080:80'),
    { withoutEngine: true, sockets: [socket()] },
    ['warning ports/in-use-on-host: "web" publishes port 8080/tcp of the host, which "nginx" (pid 812) has open'],
  ],
  [
    'without the engine, a container may be its own',
    published('8080:80'),
    { withoutEngine: true, sockets: [socket({ owner: { pid: 5, name: 'docker-proxy' } })] },
    [],
  ],
  [
    'without the engine, so may a process in one',
    published('8080:80'),
    { withoutEngine: true, sockets: [socket({ owner: { ...nginx, container: id('b') } })] },
    [],
  ],
  [
    'without the engine, so may a process that this user may not see',
    published('8080:80'),
    { withoutEngine: true, sockets: [{ protocol: 'tcp', address: '0.0.0.0', port: 8080 }] },
    [],
  ],
  [
    "an engine elsewhere: this host's sockets are not its",
    published('8080:80'),
    { engine: { remote: true }, sockets: [socket()] },
    [],
  ],
  [
    'a rootless engine: its host is a namespace of its own',
    opens('8080'),
    { engine: { kind: 'rootless' }, sockets: [socket()] },
    [],
  ],
  [
    'host mode, without the engine',
    opens('8080'),
    { withoutEngine: true, sockets: [socket()] },
    ['warning ports/in-use-on-host: "web" opens port 8080/tcp of the host, which "nginx" (pid 812) has open'],
  ],
  [
    'a service of the same name in another project is not its own',
    opens('8080'),
    { containers: [container({ networkMode: 'host' })], sockets: [socket()] },
    [host('opens port 8080/tcp of the host, which "nginx" (pid 812) has open')],
  ],
  [
    'another service of the project has not opened it',
    opens('8080'),
    { containers: [own({ service: 'api', networkMode: 'host' })], sockets: [socket()] },
    [host('opens port 8080/tcp of the host, which "nginx" (pid 812) has open')],
  ],
  [
    "its own, in another container's namespace",
    opens('8080'),
    { containers: [own({ networkMode: `container:${id('c')}` })], sockets: [socket()] },
    [],
  ],
  [
    'its own service, in host mode until now: what it is to publish is in the way of others',
    published('8080:80'),
    { containers: [own({ networkMode: 'host' })], sockets: [socket()] },
    [host('publishes port 8080/tcp of the host, which "nginx" (pid 812) has open')],
  ],
  [
    'mDNS that is published is not shared',
    published('5353:53/udp'),
    { sockets: [socket({ protocol: 'udp', port: 5353 })] },
    [host('publishes port 5353/udp of the host, which "nginx" (pid 812) has open')],
  ],
  [
    'nor is what a container publishes',
    opens('"5353/udp"'),
    { containers: [container({ ports: publishes(5353, { protocol: 'udp' }) })] },
    [other('opens port 5353/udp of the host, which the container "shop-web-1" of project "shop" publishes')],
  ],
  [
    'nor is TCP',
    opens('5353'),
    { sockets: [socket({ port: 5353 })] },
    [host('opens port 5353/tcp of the host, which "nginx" (pid 812) has open')],
  ],
  [
    'a container says more than a process',
    published('8080:80'),
    {
      containers: [container({ networkMode: 'host' })],
      sockets: [
        socket({ address: '127.0.0.1' }),
        socket({ address: '192.168.1.10', owner: { ...nginx, container: id('a') } }),
      ],
    },
    [
      other(
        'publishes port 8080/tcp of the host, which the container "shop-web-1" of project "shop" has open on ' +
          '192.168.1.10',
      ),
    ],
  ],
  [
    'what is certain says more than what may be IPv6 only',
    published('127.0.0.1:8080:80'),
    { sockets: [socket({ address: '::' }), socket({ address: '127.0.0.1' })] },
    [host('publishes port 8080/tcp of the host, which "nginx" (pid 812) has open on 127.0.0.1')],
  ],
  [
    'also on the next port of a range',
    published('127.0.0.1:8080-8081:80-81'),
    { sockets: [socket({ address: '::' }), socket({ address: '127.0.0.1', port: 8081 })] },
    [host('publishes port 8081/tcp of the host, which "nginx" (pid 812) has open on 127.0.0.1')],
  ],
  [
    'of two that may be IPv6 only the first is named',
    published('127.0.0.1:8080-8081:80-81'),
    { sockets: [socket({ address: '::' }), socket({ address: '::', port: 8081 })] },
    [
      'warning ports/in-use-on-host: "web" publishes port 8080/tcp of the host, which "nginx" (pid 812) ' +
        'has open on ::, unless for IPv6 only',
    ],
  ],
  [
    'of two processes the first is named',
    published('8080:80'),
    { sockets: [socket({ address: '127.0.0.1' }), socket({ address: '192.168.1.10' })] },
    [host('publishes port 8080/tcp of the host, which "nginx" (pid 812) has open on 127.0.0.1')],
  ],
  ['Desktop: its host is a virtual machine', opens('8080'), { engine: { kind: 'desktop' }, sockets: [socket()] }, []],
];

for (const [name, text, situation, expected] of cases) {
  test(name, () => assert.equal(liveOnly(text, situation), expected));
}

/** Every pair of an address that is asked for and one that is open: whether the two clash. */
const addresses = ['', '0.0.0.0', '127.0.0.1', '192.168.1.10', '::', '::1', 'fd00:1::10'] as const;
const open = ['0.0.0.0', '127.0.0.1', '192.168.1.10', '::', '::1', 'fd00:1::10'] as const;
const v4 = (address: string) => !address.includes(':');

for (const wanted of addresses) {
  for (const address of open) {
    const everything = wanted === '' || wanted === '::' || address === '::';
    const sameFamily = v4(wanted) === v4(address);
    const clash = everything || (sameFamily && (wanted === address || wanted === '0.0.0.0' || address === '0.0.0.0'));
    test(`${wanted || 'no address'} against ${address}: ${clash ? 'clash' : 'fine'}`, () => {
      const prefix = wanted === '' ? '' : v4(wanted) ? `${wanted}:` : `[${wanted}]:`;
      assert.is(liveOnly(published(`${prefix}8080:80`), { sockets: [socket({ address })] }).length, clash ? 1 : 0);
    });
  }
}

test('the engine alone tells what containers publish', () => {
  const { host: _, ...facts } = factsOf({ containers: [container({ ports: publishes(8080) })] });
  assert.equal(
    told(planTexts(published('8080:80'), { facts })).filter((line) => line.includes('ports/in-use')),
    [other('publishes port 8080/tcp of the host, which the container "shop-web-1" of project "shop" publishes')],
  );
});

test('two sockets of one server: the one for IPv6 is for that alone', () => {
  const sockets = [socket({ address: '0.0.0.0', port: 8080 }), socket({ address: '::' })];
  assert.match(liveOnly(published('127.0.0.1:8080:80'), { sockets })[0]!, /^error .* has open$/);
  const turned = { sockets: [...sockets].reverse() };
  assert.match(liveOnly(published('127.0.0.1:8080:80'), turned)[0]!, /^error .* has open$/);
});

test('the help names a port that is free, and that nobody else of the project wants', () => {
  const text =
    'services:\n  web: { image: nginx, ports: ["8080:80"], x-netmode: bridge }\n  api: { image: nginx, ' +
    'ports: ["8081:80"], x-netmode: bridge }\n';
  const { diagnostics } = planTexts(text, { facts: factsOf({ sockets: [socket(), socket({ port: 8082 })] }) });
  assert.is(diagnostics.sorted()[0]!.help, 'publish another port, such as 8083, or end that process');
});

test('the help names a port that is free, although others of the project want it for another protocol', () => {
  const helps = (api: string, text = published('8080:80')) =>
    planTexts(`${text}  api: { image: nginx, ports: ["${api}"], x-netmode: bridge }\n`, {
      facts: factsOf({ sockets: [socket()] }),
    })
      .diagnostics.sorted()
      .map(({ help }) => help);
  const suchAs = (port: number) => `publish another port, such as ${port}, or end that process`;
  assert.equal(helps('8081:80/udp'), [suchAs(8081)]);
  assert.equal(helps('9000:80'), [suchAs(8081)]);
  assert.equal(helps('8081-8083:80-82'), [suchAs(8084)]);
  // Two services on addresses of their own, and a process that has all addresses.
  assert.equal(helps('192.168.1.10:8080:80', published('127.0.0.1:8080:80')), [suchAs(8081), suchAs(8082)]);
});

test('the help for a resolver names an address that is free', () => {
  const { diagnostics } = planTexts(published('53:53/udp'), {
    facts: factsOf({ sockets: [socket({ protocol: 'udp', address: '127.0.0.53', port: 53 })] }),
  });
  assert.is(
    diagnostics.sorted()[0]!.help,
    'publish it on one address: "192.168.1.10:53:…", or publish another port, such as 8053, or end that process',
  );
});

const helpOf = (text: string, situation: Situation, privilege?: 'root') => {
  const facts = factsOf(situation);
  const { diagnostics } = planTexts(text, {
    facts: { ...facts, host: { ...facts.host!, ...(privilege && { privilege }) } },
  });
  return diagnostics.sorted().find(({ rule }) => rule.startsWith('ports/in-use'))?.help;
};

for (const [name, text, situation, expected] of [
  [
    'where an address is written, another is no help',
    published('127.0.0.53:53:53/udp'),
    { sockets: [socket({ protocol: 'udp', address: '127.0.0.53', port: 53 })] },
    'publish another port, such as 8053, or end that process',
  ],
  [
    'of IPv6',
    published('8080:80'),
    { sockets: [socket({ address: '::1' })] },
    'publish another port, such as 8081, or end that process',
  ],
  [
    'a container on all addresses',
    published('8080:80'),
    { containers: [container({ ports: publishes(8080) })] },
    'publish another port, such as 8081, or stop it: docker stop shop-web-1',
  ],
  [
    'a container on all addresses, of which the engine names none',
    published('8080:80'),
    { containers: [container({ ports: publishes(8080, { ip: '' }) })] },
    'publish another port, such as 8081, or stop it: docker stop shop-web-1',
  ],
  [
    'in a range the ports go together',
    published('8079-8081:79-81'),
    { sockets: [socket()] },
    'publish other ports, or end that process',
  ],
  [
    'the last port',
    published('65535:80'),
    { sockets: [socket({ port: 65535 })] },
    'publish another port, or end that process',
  ],
  [
    'the last port but one',
    published('65534:80'),
    { sockets: [socket({ port: 65534 })] },
    'publish another port, such as 65535, or end that process',
  ],
  [
    'the last that only root could open has its like, the next one is the next',
    published('1024:80'),
    { sockets: [socket({ port: 1024 })] },
    'publish another port, such as 1025, or end that process',
  ],
  ['host mode', opens('8080'), { sockets: [socket()] }, 'let "web" listen on another port, or end that process'],
  [
    'host mode, guessed',
    published('1:8080', 'host'),
    { sockets: [socket()] },
    'let "web" listen on another port, or end that process; if it opens other ports, say which with "listen"',
  ],
] as readonly (readonly [string, string, Situation, string])[]) {
  test(`the help: ${name}`, () => assert.is(helpOf(text, situation), expected));
}

test('the help: who can see a process that is unseen', () => {
  const unseen: Situation = { sockets: [{ protocol: 'tcp', address: '0.0.0.0', port: 8080 }] };
  const another = 'publish another port, such as 8081, or end that process';
  assert.is(helpOf(published('8080:80'), unseen), `${another} (root sees which it is)`);
  assert.is(helpOf(published('8080:80'), unseen, 'root'), another);
});

test('services that are not started now do not matter', () => {
  assert.equal(liveOnly(published('8080:80'), { sockets: [socket()] }, new Set()), []);
  assert.is(liveOnly(published('8080:80'), { sockets: [socket()] }, new Set(['web'])).length, 1);
  const inactive =
    'services:\n  web: { image: nginx, profiles: [x], ports: ["8080:80"], x-netmode: bridge }\n  a: { image: nginx }\n';
  assert.equal(liveOnly(inactive, { sockets: [socket()] }), []);
});

test('two host-mode services whose images expose one port: a warning, because it is a guess', () => {
  const text = 'services:\n  web: { image: nginx, x-netmode: host }\n  api: { image: nginx, x-netmode: host }\n';
  const images = { nginx: [{ first: 80, last: 80, protocol: 'tcp' }] };
  assert.equal(told(planTexts(text, { facts: factsOf({ engine: { images } }) })), [
    'warning ports/host-clash: "api" opens (taken from the EXPOSE of its image) port 80/tcp of the host, as "web" does',
  ]);
});

test('what a file says wins over the image', () => {
  const images = { nginx: [{ first: 80, last: 80, protocol: 'tcp' }] };
  const { plan } = planTexts(opens('8080'), { facts: factsOf({ engine: { images } }) });
  assert.equal(
    plan!.services.get('web')!.listeners.map(({ first, from }) => [first, from]),
    [[8080, 'listen']],
  );
});

test.run();
