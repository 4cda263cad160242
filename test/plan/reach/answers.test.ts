/** Answers and their reasons, from what was asked and seen. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAddress, parseCidr } from '../../../src/plan/facts/ip.ts';
import { parseFacts } from '../../../src/plan/facts/parsed-facts.ts';
import { type Answer, type Asked, answeringOf, answerOf, hasFailed } from '../../../src/plan/reach/answers.ts';
import { type Dropping, type Evidence, type Hook, noneDropping, type Way } from '../../../src/plan/reach/evidence.ts';
import type { LiveContainer } from '../../../src/plan/reach/live-container.ts';
import type { Failure, Outcome } from '../../../src/plan/reach/probe.ts';
import type { Question } from '../../../src/plan/reach/question.ts';
import { lanFacts } from '../../support/in-memory.ts';

const web: LiveContainer = {
  name: 'p-web-1',
  service: 'web',
  state: 'running',
  pid: 7,
  addresses: {},
  ports: [],
};

const question: Question = {
  from: { kind: 'host' },
  to: 'web',
  place: '192.168.1.200:80',
  probes: [{ kind: 'tcp', address: '192.168.1.200', port: 80 }],
  container: 'p-web-1',
  listens: { first: 80, last: 80, protocol: 'tcp' },
  network: 'lan',
};

const socket = (address: string, port: number) => ({
  protocol: 'tcp' as const,
  address: parseAddress(address)!,
  port,
});

const seen = (more: Partial<Evidence> = {}, container: Partial<LiveContainer> = {}): Evidence => ({
  containers: new Map([['p-web-1', { ...web, ...container }]]),
  sockets: new Map([['p-web-1', [socket('0.0.0.0', 80)]]]),
  defaultRoutes: new Map(),
  pendingShims: new Map(),
  shimNames: new Map([['lan', 'nc-eth0']]),
  dropping: noneDropping,
  ownDropping: new Map(),
  detours: new Map(),
  entrances: new Map(),
  forged: new Set(),
  silentRouters: new Set(),
  zones: new Map(),
  strictIpv6: false,
  ways: new Map(),
  answering: new Map(),
  ...more,
});

const drops = (family: 4 | 6, hook: Hook): Dropping => ({ ...noneDropping, [family]: new Set([hook]) });

const no = (why: Failure): Outcome => ({ kind: 'no', why });
const answer = (evidence: Evidence, why: Failure = 'silent', more: Partial<Question> = {}): Answer =>
  answerOf({ question: { ...question, ...more }, outcomes: [no(why)] }, evidence);

const app = { kind: 'container', service: 'app', container: 'p-app-1' } as const;
const toHost: Partial<Question> = { from: app, to: 'hosty', onHost: true };
const gateway: Question = {
  from: { kind: 'container', service: 'web', container: 'p-web-1' },
  to: 'gateway',
  place: '',
  probes: [{ kind: 'ping', address: '192.168.1.7' }],
  network: 'lan',
  gateway: { parent: 'eth0', hasOwnMac: true },
};
const atGateway = (evidence: Evidence, given: Partial<Question> = {}, outcome: Outcome = no('unreachable')) =>
  answerOf({ question: { ...gateway, ...given }, outcomes: [outcome] }, evidence);
const { host } = parseFacts(lanFacts);
const gateway6: Partial<Question> = { probes: [{ kind: 'ping', address: 'fd00::1' }] };
const ra = { family: 6, destination: 'default', gateway: 'fe80::1', interface: 'eth0' } as const;
const { host: linkLocalRouter } = parseFacts({
  ...lanFacts,
  host: { ...lanFacts.host!, routes: [...lanFacts.host!.routes, ra] },
});
const way = (given: Way) => seen({ ways: new Map([['192.168.1.200', given]]) });
const sockets = (...addresses: readonly string[]) =>
  new Map([['p-web-1', addresses.map((address) => socket(address, 80))]]);
const entrances = new Map([['p-app-1 192.168.1.200', 'nc-eth0']]);
const routeless = (container: string, ...others: readonly (4 | 6)[]) =>
  seen({ defaultRoutes: new Map([[container, new Set(others)]]) });
const six: Partial<Question> = { probes: [{ kind: 'tcp', address: 'fd00::53', port: 80 }] };
const way6 = (given: Way) => seen({ ways: new Map([['fd00::53', given]]) });
const atRouter: Partial<Question> = {
  gateway: {
    parent: 'eth0',
    hasOwnMac: false,
    route: {
      destination: parseCidr('10.7.1.0/24')!,
      via: parseAddress('192.168.1.10')!,
      parent: 'eth0',
      mode: 'ipvlan-l3',
      networks: ['lan'],
    },
  },
};

const reasons: readonly (readonly [what: string, given: Answer, reason: RegExp])[] = [
  [
    'nothing listens',
    answer(seen({ sockets: new Map([['p-web-1', [socket('::', 8080)]]]) }), 'refused'),
    /^nothing listens on 80\/tcp in "p-web-1", though it runs; what listens there is 8080\/tcp$/,
  ],
  [
    'nothing listens in what was started again',
    answer(seen({ sockets: new Map([['p-web-1', []]]) }, { restarts: 1 }), 'refused'),
    /though it runs now \(it has ended and was started again once\)$/,
  ],
  [
    'loopback only',
    answer(seen({ sockets: sockets('127.0.0.1') }), 'refused'),
    /listens on 80\/tcp at 127\.0\.0\.1 only, which nothing outside/,
  ],
  [
    'another address of its own only',
    answer(seen({ sockets: sockets('10.0.0.5') }), 'refused'),
    /^"p-web-1" listens on 80\/tcp at 10\.0\.0\.5 only$/,
  ],
  ['still starting', answer(seen({ sockets: new Map([['p-web-1', []]]) }, { health: 'starting' })), /still starting/],
  ['ended', answer(seen({}, { state: 'exited', exitCode: 3 })), /^"p-web-1" has ended with exit code 3$/],
  [
    'restarting',
    answer(seen({}, { state: 'restarting', exitCode: 4, restarts: 7 })),
    /^"p-web-1" keeps ending, with exit code 4, and was started again 7 times$/,
  ],
  [
    'started again, and ended just now',
    answer(seen({ sockets: new Map() }, { restarts: 2 }), 'refused'),
    /^"p-web-1" has ended and was started again 2 times$/,
  ],
  ['paused', answer(seen({}, { state: 'paused' })), /is paused/],
  ['never started', answer(seen({}, { state: 'created' })), /^"p-web-1" was made, but never started$/],
  [
    'not to be started',
    answer(seen({}, { state: 'created', error: 'exec: "x": not found' })),
    /^"p-web-1" could not be started: exec: "x": not found$/,
  ],
  [
    'another address than planned',
    answer(seen({}, { addresses: { lan: ['192.168.1.225'] } })),
    /^"p-web-1" has not got the address 192\.168\.1\.200, but 192\.168\.1\.225$/,
  ],
  [
    'shim gone',
    answer(seen({ pendingShims: new Map([['lan', [['ip', 'link', 'add']]]]) })),
    /^the shim "nc-eth0", .* is not there$/,
  ],
  [
    "another container's route",
    answer(seen({ pendingShims: new Map([['lan', [['ip', 'route', 'add', '192.168.1.201/32', 'dev', 'nc-eth0']]]]) })),
    /^no answer came within 2 s$/,
  ],
  [
    'its own route',
    answer(seen({ host: host!, pendingShims: new Map([['lan', [['ip', 'route', 'add', '192.168.1.192/27']]]]) })),
    /^the shim "nc-eth0", /,
  ],
  [
    'shim gone, for a container that asks the host',
    answer(seen({ pendingShims: new Map([['lan', [['ip', 'link', 'add']]]]) }), 'silent', toHost),
    /^the shim "nc-eth0", .* is not there$/,
  ],
  [
    'rp_filter of this host',
    answer(way({ device: 'tun0', drops: 'here' })),
    /^rp_filter: this host's kernel drops what 192\.168\.1\.200 answers, .*"nc-eth0" \(its own way .* by "tun0"\)$/,
  ],
  [
    'rp_filter of the container, which has another network',
    answer(way({ device: 'nc-eth0', drops: 'there' })),
    /^rp_filter: .* to "p-web-1" by "nc-eth0": its way back leads by another network$/,
  ],
  [
    'rp_filter of this host, by the parent, before the shim that would lack an address',
    answer(
      seen({
        ways: new Map([['192.168.1.200', { device: 'nc-eth0', entrance: 'eth0', drops: 'here' }]]),
        pendingShims: new Map([['lan', [['ip', 'addr', 'add']]]]),
      }),
    ),
    /^rp_filter: this host's kernel drops what 192\.168\.1\.200 answers, as it comes by "eth0" \(.* by "nc-eth0"\)$/,
  ],
  [
    'rp_filter of this host, which a container asks',
    answer(
      seen({
        entrances: new Map([['p-app-1 192.168.1.200', 'eth0']]),
        forged: new Set(['p-app-1 192.168.1.200']),
      }),
      'silent',
      toHost,
    ),
    /^rp_filter: this host's kernel drops what "p-app-1" sends to 192\.168\.1\.200, as it comes by "eth0" \(.*\)$/,
  ],
  [
    'no way back',
    answer(
      { ...way6({ device: 'nc-eth0', astray: {} }), defaultRoutes: new Map([['p-web-1', new Set([4 as const])]]) },
      'silent',
      six,
    ),
    /^"p-web-1" has no way back to this host: it has no default route$/,
  ],
  [
    'a way back that leads elsewhere',
    answer(way6({ device: 'nc-eth0', astray: { by: 'wg0' } }), 'silent', six),
    /^"p-web-1" sends what it answers to this host by its interface "wg0", where it does not come back$/,
  ],
  [
    'this host’s own IPv6 address, from a container on the LAN',
    answer(seen(host && { host }), 'unreachable', { ...toHost, ...six }),
    /^by IPv6, containers of this network find this host at an address of the shim "nc-eth0" only$/,
  ],
  [
    'the same at layer 3',
    answer(seen({ entrances: new Map([['p-app-1 fd00::53', 'lo']]) }), 'unreachable', { ...toHost, ...six }),
    /^likely this host's firewall: a rule refuses it, as it comes by "lo"$/,
  ],
  [
    'rp_filter of the container, whose tunnel takes what is for this host',
    answer(way({ device: 'nc-eth0', drops: 'there', astray: { by: 'wg0' } })),
    /^rp_filter: .* to "p-web-1" by "nc-eth0": its way back leads by "wg0"$/,
  ],
  [
    "firewalld's check of the way back",
    answer({ ...way6({ device: 'wg0', entrance: 'nc-eth0' }), strictIpv6: true }, 'silent', six),
    /^likely IPv6_rpfilter: .* drops what fd00::53 answers, as it comes by "nc-eth0" .* leads by "wg0"\)$/,
  ],
  [
    "firewalld's check of the way back, of what a container asks",
    answer(
      seen({
        ...{ strictIpv6: true, forged: new Set(['p-app-1 fd00::53']), shimNames: new Map() },
        entrances: new Map([['p-app-1 fd00::53', 'nc-eth0']]),
      }),
      'silent',
      { ...toHost, ...six },
    ),
    /^likely IPv6_rpfilter: firewalld drops what "p-app-1" sends, as it comes by "nc-eth0", and the way back leads/,
  ],
  [
    "firewalld's check, which is no matter where the way back is the same",
    answer({ ...way6({ device: 'nc-eth0', entrance: 'nc-eth0' }), strictIpv6: true }, 'silent', six),
    /^no answer came within 2 s$/,
  ],
  [
    "firewalld's check, which is no matter where this host sends to itself",
    answer({ ...way6({ device: 'nc-eth0', entrance: 'lo' }), strictIpv6: true }, 'silent', six),
    /^no answer came within 2 s$/,
  ],
  ['a way past the shim', answer(way({ device: 'tun0' })), /leads by "tun0", not by the shim "nc-eth0"$/],
  ['no way at all', answer(way({})), /^this host has no way to 192\.168\.1\.200, which should lead by the shim/],
  ['the way by the shim', answer(way({ device: 'nc-eth0' })), /^no answer came within 2 s$/],
  ['policy', answer(seen({ dropping: drops(4, 'output') })), /^likely this host's firewall: .*"output"/],
  [
    "this host's policy for IPv6",
    answer(seen({ dropping: drops(6, 'output') }), 'silent', six),
    /^likely this host's firewall: .*"output"/,
  ],
  ["this host's policy for the other family", answer(seen({ dropping: drops(6, 'output') })), /^no answer came/],
  ['no default route', answer(routeless('p-app-1', 6), 'unreachable', { from: app }), /^"p-app-1" has no gateway/],
  [
    'no default route for IPv6',
    answer(routeless('p-app-1', 4), 'unreachable', { from: app, ...six }),
    /^"p-app-1" has no gateway/,
  ],
  [
    'a default route for IPv6',
    answer(routeless('p-app-1', 6), 'unreachable', { from: app, ...six }),
    /^nobody has this address/,
  ],
  [
    'no default route, where none is needed',
    answer(routeless('p-app-1'), 'unreachable', { from: app, onLink: true }),
    /^nobody has this address/,
  ],
  [
    'zone',
    answer(
      seen({ entrances, zones: new Map([['nc-eth0', { name: 'public', opens: ['ssh'] }]]) }),
      'unreachable',
      toHost,
    ),
    /firewalld has "nc-eth0" in zone "public", which opens ssh only$/,
  ],
  [
    'by the LAN’s router',
    answer(seen({ entrances, detours: new Map([['p-app-1 192.168.1.200', '192.168.1.1']]) }), 'silent', toHost),
    /^"p-app-1" sends what is for 192\.168\.1\.200 to the router 192\.168\.1\.1, not to this host$/,
  ],
  ['a rule', answer(seen({ entrances }), 'silent', toHost), /a rule drops it, as it comes by "nc-eth0"$/],
  [
    "the host's filter is not asked between containers",
    answer(seen({ dropping: drops(4, 'input') }), 'silent', { from: app }),
    /^no answer came within 2 s$/,
  ],
  [
    "the container's own filter",
    answer(seen({ ownDropping: new Map([['p-web-1', drops(4, 'input')]]) })),
    /^likely the packet filter in the network of "p-web-1": .*"input"\)$/,
  ],
  [
    "the container's own filter of the other family",
    answer(seen({ ownDropping: new Map([['p-web-1', drops(4, 'input')]]) }), 'silent', six),
    /^no answer came/,
  ],
  [
    'something else is answered',
    answer(seen({ answering: new Map([['host 192.168.1.200', 'a ping']]) })),
    /^likely a packet filter in the network of "p-web-1": at this address a ping is answered, not this$/,
  ],
  [
    'gateway',
    atGateway(seen()),
    /^the gateway answers neither ping nor ARP: it is not there, or what is between carries only one MAC address$/,
  ],
  [
    'gateway on ipvlan',
    atGateway(seen(), { gateway: { parent: 'eth0', hasOwnMac: false } }),
    /neither ping nor ARP: it is not there$/,
  ],
  [
    'a router at layer 3 without the route',
    atGateway(seen(host && { host }), atRouter),
    /^likely the LAN's router has no route to 10\.7\.1\.0\/24: it answers this host, and not "p-web-1"$/,
  ],
  ['another gateway', atGateway(seen(host && { host })), /this host leaves "eth0" by 192\.168\.1\.1$/],
  ['gateway by IPv6', atGateway(seen(), gateway6), /^the gateway answers neither ping nor NDP: it is not there, or/],
  [
    'another gateway by IPv6, which calls itself by a link-local address',
    atGateway(seen(linkLocalRouter && { host: linkLocalRouter }), gateway6),
    /neither a ping nor NDP: this host leaves "eth0" by fe80::1$/,
  ],
  [
    'no default route of IPv6, and a gateway that answers',
    atGateway(routeless('p-web-1', 4), gateway6, { kind: 'yes', milliseconds: 1 }),
    /^"p-web-1" has no default route of IPv6: /,
  ],
  ['gateway, and firewalld', atGateway(seen({ entrances })), /^the gateway answers neither/],
  [
    'a gateway without a route to it',
    atGateway(routeless('p-web-1'), {}, { kind: 'yes', milliseconds: 1 }),
    /^"p-web-1" has no default route/,
  ],
  ['unhealthy', answer(seen({}, { health: 'unhealthy' })), /"unhealthy"$/],
  ['nothing found', answer(seen()), /^no answer came within 2 s$/],
];

for (const [what, given, reason] of reasons) {
  test(`no, and why: ${what}`, () => {
    assert.is(given.answer, 'no');
    assert.match(given.reason!, reason);
  });
}

test('no container: nothing was asked, and the promise fails', () => {
  const { container: _, ...rest } = question;
  const asked: Asked = { question: { ...rest, probes: [] }, outcomes: [] };
  assert.ok(hasFailed(asked));
  assert.is(answerOf(asked, seen()).reason, '"web" has no container');
});

test('yes, and what is to be known of it', () => {
  const ping: Partial<Question> = { probes: [{ kind: 'ping', address: '192.168.1.200' }] };
  const outcome: Outcome = { kind: 'yes', milliseconds: 1 };
  const asked: Asked = { question, outcomes: [outcome] };
  assert.is(answerOf(asked, seen({}, { health: 'unhealthy' })).reason, 'its health check says "unhealthy"');
  assert.is(answerOf(asked, seen({}, { health: 'starting' })).reason, undefined);
  const answering = answeringOf([asked]);
  assert.equal([...answering], [['host 192.168.1.200', '80/tcp']]);
  const { answer: said, reason } = answer(seen({ answering }), 'silent', ping);
  assert.equal([said, reason], ['yes', 'it answers 80/tcp, but no ping']);
  // What Docker's proxy answers is not the container's address.
  assert.is(answeringOf([{ ...asked, question: { ...question, mapped: true } }]).size, 0);
  const arp = answerOf({ question: { ...question, ...ping }, outcomes: [{ ...outcome, by: 'ARP' }] }, seen());
  assert.equal([arp.answer, arp.milliseconds, arp.reason], ['yes', undefined, 'it answers ARP, but no ping']);
  const help = atGateway(seen(linkLocalRouter && { host: linkLocalRouter }), gateway6).help;
  assert.is(help, 'write another address of that router as "gateway": Docker takes no link-local one');
});

test('a gateway that a VPN’s packet filter lets nobody ask', () => {
  const evidence = seen({ ownDropping: new Map([['p-web-1', drops(4, 'output')]]) });
  assert.equal(atGateway(evidence).answer, 'not asked');
  assert.is(atGateway(evidence).reason, 'the packet filter of "p-web-1" lets no ping out');
});

test("by IPv6 a gateway's answer is ICMP, which a packet filter lets in or not", () => {
  const evidence = seen({ ownDropping: new Map([['p-web-1', drops(6, 'input')]]) });
  assert.is(atGateway(evidence, gateway6).reason, 'the packet filter of "p-web-1" lets no answer in');
  assert.is(atGateway(evidence).answer, 'no');
  assert.is(atGateway(seen({ ownDropping: new Map([['p-web-1', drops(4, 'output')]]) }), gateway6).answer, 'no');
});

test('a router at layer 3 that answers nobody', () => {
  const { answer: said, reason } = atGateway(seen({ silentRouters: new Set(['192.168.1.7']) }), atRouter);
  assert.equal([said, reason], ['not asked', "the LAN's router answers no ping, this host's neither"]);
});

test('the quickest of several that answer', () => {
  const outcomes: readonly Outcome[] = [
    { kind: 'yes', milliseconds: 3 },
    no('refused'),
    { kind: 'yes', milliseconds: 2 },
  ];
  const { answer: said, milliseconds, reason } = answerOf({ question, outcomes }, seen());
  assert.equal([said, milliseconds, reason], ['yes', 2, '2 of 3 ports that were asked']);
  assert.not(hasFailed({ question, outcomes }));
});

test('closed at once is a yes only where the container listens', () => {
  assert.is(answer(seen(), 'closed').answer, 'yes');
  assert.is(answer(seen({ sockets: new Map([['p-web-1', []]]) }), 'closed').answer, 'no');
  assert.is(answer(seen({ sockets: new Map() }), 'closed').answer, 'no');
});

test('what could not be asked is no failure', () => {
  const asked: Asked = { question, outcomes: [{ kind: 'not-asked', reason: 'needs root' }] };
  assert.not(hasFailed(asked));
  assert.equal(answerOf(asked, seen()).answer, 'not asked');
  assert.equal(answerOf({ question: { ...question, notAsked: 'why' }, outcomes: [] }, seen()).reason, 'why');
});

test.run();
