/** Answers and their reasons, from what was asked and seen. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAddress } from '../../../src/plan/facts/ip.ts';
import { parseFacts } from '../../../src/plan/facts/parsed-facts.ts';
import { type Answer, type Asked, answerOf, hasFailed } from '../../../src/plan/reach/answers.ts';
import type { Evidence } from '../../../src/plan/reach/evidence.ts';
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
  dropping: new Set(),
  ownDropping: new Map(),
  entrances: new Map(),
  zones: new Map(),
  ways: new Map(),
  answering: new Map(),
  ...more,
});

const no = (why: Failure): Outcome => ({ kind: 'no', why });
const answer = (evidence: Evidence, why: Failure = 'silent', more: Partial<Question> = {}): Answer =>
  answerOf({ question: { ...question, ...more }, outcomes: [no(why)] }, evidence);

const reasons: readonly (readonly [what: string, given: Answer, reason: RegExp])[] = [
  [
    'nothing listens',
    answer(seen({ sockets: new Map([['p-web-1', [socket('::', 8080)]]]) }), 'refused'),
    /^nothing listens on 80\/tcp in "p-web-1", though it runs; what listens there is 8080\/tcp$/,
  ],
  [
    'loopback only',
    answer(seen({ sockets: new Map([['p-web-1', [socket('127.0.0.1', 80)]]]) }), 'refused'),
    /listens on 80\/tcp at 127\.0\.0\.1 only/,
  ],
  ['still starting', answer(seen({ sockets: new Map([['p-web-1', []]]) }, { health: 'starting' })), /still starting/],
  ['ended', answer(seen({}, { state: 'exited', exitCode: 3 })), /^"p-web-1" has ended with exit code 3$/],
  ['restarting', answer(seen({}, { state: 'restarting' })), /keeps ending/],
  ['paused', answer(seen({}, { state: 'paused' })), /is paused/],
  [
    'shim gone',
    answer(seen({ pendingShims: new Map([['lan', [['ip', 'link', 'add']]]]) })),
    /^the shim "nc-eth0", .* is not there$/,
  ],
  ['rp_filter', answer(seen({ host: { ...parseFacts(lanFacts).host!, rpFilter: { all: 1 } } })), /^likely rp_filter/],
  ['policy', answer(seen({ dropping: new Set(['output']) })), /^likely this host's firewall: .*"output"/],
  [
    'no default route',
    answer(seen({ defaultRoutes: new Map([['p-app-1', false]]) }), 'unreachable', {
      from: { kind: 'container', service: 'app', container: 'p-app-1' },
    }),
    /^"p-app-1" has no gateway/,
  ],
  [
    'zone',
    answer(seen({ zones: new Map([['nc-eth0', 'public']]) }), 'silent', {
      from: { kind: 'container', service: 'app', container: 'p-app-1' },
    }),
    /zone "public"/,
  ],
  [
    'gateway',
    answerOf(
      {
        question: {
          from: { kind: 'container', service: 'web', container: 'p-web-1' },
          to: 'gateway',
          place: '',
          probes: [{ kind: 'ping', address: '192.168.1.1' }],
        },
        outcomes: [no('unreachable')],
      },
      seen(),
    ),
    /^the gateway answers neither ping nor ARP/,
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
