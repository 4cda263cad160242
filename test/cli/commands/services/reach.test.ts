/** `reach` and `up --wait-reach` against a faked outside: what is asked, shown, and exited with. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { answersText } from '../../../../src/emit/text/answers-text.ts';
import type { Outcome, Probe } from '../../../../src/plan/reach/probe.ts';
import { fakeEngine } from '../../../host/fake-engine.ts';
import type { FakeOptions } from '../../../host/fake-host.ts';
import { runIn } from '../../in-folder.ts';

const compose =
  'name: home\nservices:\n  web: { image: x, ports: ["8080:80"], depends_on: [db] }\n' +
  '  db: { image: x, expose: ["5432"] }\n';

/** A host whose places all give this outcome; the asker's command lines go to `asked`. */
function host(outcome: Outcome, states: Readonly<Record<string, string>>, asked: string[] = []): FakeOptions {
  const engine = fakeEngine();
  for (const [service, state] of Object.entries(states))
    engine.containers.push({
      name: `home-${service}-1`,
      state,
      labels: { 'com.docker.compose.project': 'home', 'com.docker.compose.service': service },
      networks: { home_default: state === 'running' ? { IPAddress: '172.18.0.2' } : {} },
    });
  return {
    env: engine.env,
    executables: ['/usr/bin/docker-compose'],
    commands: { 'ip -N -j -d addr': '[]', 'ip -j route': '[]', 'ip -j -6 route': '[]' },
    files: { '/proc/71/net/tcp': '', '/proc/71/net/route': '' },
    answer: (argv, { input }) => {
      const line = argv.join(' ');
      if (!line.includes('ask')) return line.startsWith('docker-compose version') ? '2.40.3' : '';
      asked.push(line.split(' ').slice(0, 4).join(' '));
      return JSON.stringify((JSON.parse(input!) as readonly Probe[]).map(() => outcome));
    },
  };
}

const both = { web: 'running', db: 'running' };

test('all answer', async () => {
  const asked: string[] = [];
  const { code, out, err } = await runIn(
    { 'compose.yaml': compose },
    ['reach'],
    host({ kind: 'yes', milliseconds: 0.4 }, both, asked),
  );
  assert.is(code, 0, err);
  assert.equal(out.split('\n').slice(0, 4), [
    'FROM       TO   PLACE            ANSWER     TIME',
    'this host  web  localhost:8080   yes        0.4 ms',
    'the LAN    web  <host>:8080      not asked',
    'web        db   172.18.0.2:5432  yes        0.4 ms',
  ]);
  assert.ok(asked.includes('nsenter --net --target 71'), asked.join('\n'));
});

test('one does not: exit code 1 and the reason', async () => {
  const { code, out } = await runIn(
    { 'compose.yaml': compose },
    ['reach', 'web', '--format', 'json'],
    host({ kind: 'no', why: 'closed' }, both),
  );
  assert.is(code, 1);
  const { kept, answers } = JSON.parse(out) as { kept: boolean; answers: readonly { reason?: string }[] };
  assert.is(kept, false);
  assert.match(answers[0]!.reason!, /^nothing listens on 80\/tcp in "home-web-1", though it runs/);
});

test('what does not run is told', async () => {
  const { code, out } = await runIn(
    { 'compose.yaml': compose },
    ['reach'],
    host({ kind: 'no', why: 'refused' }, { web: 'exited' }),
  );
  assert.is(code, 1);
  assert.match(out, /"home-web-1" has ended with exit code 1/);
});

test('wrong usage, and an engine that cannot be reached', async () => {
  const unknown = await runIn(
    { 'compose.yaml': compose },
    ['reach', 'wep'],
    host({ kind: 'yes', milliseconds: 1 }, both),
  );
  assert.is(unknown.code, 2);
  assert.match(unknown.err, 'did you mean "web"?');
  const away = await runIn({ 'compose.yaml': compose }, ['reach'], {
    ...host({ kind: 'yes', milliseconds: 1 }, both),
    env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' },
  });
  assert.is(away.code, 4);
});

test('up --wait-reach without x-netmode: Compose is called without it, and then all is asked', async () => {
  const {
    code,
    err,
    host: after,
  } = await runIn({ 'compose.yaml': compose }, ['up', '--wait-reach'], host({ kind: 'yes', milliseconds: 0.4 }, both));
  assert.is(code, 0, err);
  assert.ok(after.ran.includes('docker-compose up --detach'), after.ran.join('\n'));
  assert.match(err, /^this host {2}web {2}localhost:8080 +yes/m);
});

test('a reason that places share is told once, and fits the terminal', () => {
  const base = { from: { kind: 'host' }, to: 'web', answer: 'no', reason: 'a packet filter drops it' } as const;
  const text = answersText(
    [
      { ...base, place: '10.0.0.2:80', help: 'see the rules of it' },
      { ...base, place: '10.0.0.2:81', help: 'see the rules of it' },
      { ...base, place: '10.0.0.3:80', reason: 'another' },
    ],
    44,
  );
  assert.equal(text.split('\n').slice(5), [
    'web: no answer at 10.0.0.2:80 from this',
    '    host:',
    'web: no answer at 10.0.0.2:81 from this',
    '    host:',
    '    a packet filter drops it',
    '    help: see the rules of it',
    'web: no answer at 10.0.0.3:80 from this',
    '    host:',
    '    another',
    '',
  ]);
  const narrow = answersText([{ ...base, place: '10.0.0.2:80' }], 20);
  assert.ok(narrow.includes('    a packet filter\n    drops it\n'), narrow);
});

test('a plan without places', () => {
  assert.is(answersText([]), 'The plan names no place that could be asked.\n');
});

test.run();
