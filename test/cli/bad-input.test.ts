/** Bad input: a diagnostic with its place and what to write instead, all of them at once, and nothing touched. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runIn } from './in-folder.ts';

interface Case {
  readonly name: string;
  readonly compose: string;
  readonly code: number;
  /** `rule line:column` of each error, in order. */
  readonly errors: readonly string[];
  readonly says: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: 'broken YAML',
    compose: 'services:\n  web:\n    image: nginx\n    x-netmode: {mode: host\n',
    code: 2,
    errors: ['compose/invalid-yaml 5:1'],
    says: [],
  },
  {
    name: 'an unknown mode',
    compose: 'services:\n  web:\n    image: nginx\n    x-netmode: ipvln-l2\n',
    code: 1,
    errors: ['netmode/unknown-mode 4:16'],
    says: ['"web": there is no netmode "ipvln-l2"', 'did you mean "ipvlan-l2"?', '^^^^^^^^'],
  },
  {
    name: 'a wrong type',
    compose: 'services:\n  web:\n    image: nginx\n    x-netmode: { mode: host, listen: 80 }\n',
    code: 1,
    errors: ['netmode/invalid-value 4:38'],
    says: ['"web": "listen" is 80', 'write it like [80,"53/udp","127.0.0.1:9000","8000-8010"]'],
  },
  {
    name: 'a list where a mapping belongs',
    compose: 'services:\n  web:\n    image: nginx\n    x-netmode: [host]\n',
    code: 1,
    errors: ['netmode/invalid-value 4:16'],
    says: ['"web": "x-netmode" is a list'],
  },
  {
    name: 'a variable that must be set',
    compose: 'services:\n  web:\n    image: nginx:${TAG:?say which version}\n    x-netmode: host\n',
    code: 1,
    errors: ['compose/unset-variable 3:12'],
    says: ['say which version'],
  },
  {
    name: 'all of them at once',
    compose: [
      'x-netmode:',
      '  defualt: bridge',
      'services:',
      '  a:',
      '    image: nginx:${TAG:?say which version}',
      '    x-netmode: brigde',
      '  b:',
      '    image: nginx',
      '    x-netmode: { mode: host, ipv4_address: 10.0.0.1 }',
      '    networks: [nowhere]',
      '  c:',
      '    ports: ["80:80:80:80"]',
      '    image: nginx',
      '',
    ].join('\n'),
    code: 1,
    errors: [
      'netmode/unknown-key 2:3',
      'compose/unset-variable 5:12',
      'netmode/unknown-mode 6:16',
      'netmode/key-not-for-mode 9:30',
      'compose/invalid-model 10:16',
      'compose/invalid-model 12:13',
    ],
    says: ['did you mean "default"?', 'did you mean "bridge"?', '6 errors'],
  },
];

interface Json {
  readonly diagnostics: readonly {
    readonly rule: string;
    readonly severity: string;
    readonly line: number;
    readonly column: number;
    readonly file: string;
  }[];
}

for (const { name, compose, code, errors, says } of cases) {
  test(`${name}: check tells every fault with its place`, async () => {
    const pretty = await runIn({ 'compose.yaml': compose }, ['check', '--offline']);
    assert.is(pretty.code, code, pretty.out);
    for (const text of says) assert.ok(pretty.out.includes(text), `${text} is not in\n${pretty.out}`);
    assert.not.match(pretty.out, /\n\s+at /);
    const json = await runIn({ 'compose.yaml': compose }, ['check', '--offline', '--format', 'json']);
    const { diagnostics } = JSON.parse(json.out) as Json;
    assert.equal(
      diagnostics
        .filter(({ severity }) => severity === 'error')
        .map(({ rule, line, column }) => `${rule} ${line}:${column}`),
      errors,
    );
    assert.ok(diagnostics.every(({ file }) => file === 'compose.yaml'));
  });

  for (const command of [['up', '-d'], ['config'], ['render'], ['plan']]) {
    test(`${name}: ${command.join(' ')} touches nothing`, async () => {
      // No command is told to the fake host, so that any would fail the test.
      const outcome = await runIn({ 'compose.yaml': compose }, command, { executables: ['/usr/bin/docker-compose'] });
      assert.is(outcome.code, code, outcome.err);
      assert.is(outcome.out, command[0] === 'plan' ? outcome.out : '');
      assert.ok(outcome.err.includes(`error[${errors[0]!.split(' ')[0]}]`), outcome.err);
      // While the files are read, `up` already looks.
      assert.equal(outcome.host.ran, command[0] === 'up' ? ['ip -N -j -d -batch -'] : []);
      assert.equal([...outcome.host.files], [['/project/compose.yaml', compose]]);
    });
  }
}

test('a file that does not exist', async () => {
  const { code, out } = await runIn({}, ['-f', 'nowhere.yaml', 'check']);
  assert.is(code, 2);
  assert.match(out, 'error[compose/missing-file]');
  assert.match(out, 'nowhere.yaml');
});

test('no file at all', async () => {
  const { code, out } = await runIn({}, ['check']);
  assert.is(code, 2);
  assert.match(out, 'error[compose/missing-file]');
});

test('wrong usage', async () => {
  const { code, err } = await runIn({ 'compose.yaml': 'services: { a: { image: b } }\n' }, ['check', '--fromat=json']);
  assert.is(code, 2);
  assert.is(err, 'netcompose: unknown option "--fromat=json"\n  help: did you mean "--format"?\n');
});

test('an option like no other', async () => {
  const { code, err } = await runIn({}, ['check', '--colour']);
  assert.is(code, 2);
  assert.is(err, 'netcompose: unknown option "--colour"\n  help: see: netcompose check --help\n');
});

test('facts that are not there', async () => {
  const { code, err } = await runIn({ 'compose.yaml': 'services: { a: { image: b, x-netmode: ipvlan } }\n' }, [
    'plan',
    '--facts',
    'nas.json',
  ]);
  assert.is(code, 2);
  assert.match(err, '"/project/nas.json" does not exist');
});

test('facts from standard input: how that is written', async () => {
  const { code, err } = await runIn({ 'compose.yaml': 'services: { a: { image: b } }\n' }, ['check', '--facts', '-']);
  assert.is(code, 2);
  assert.match(err, 'for standard input write: --facts /dev/stdin');
});

test('facts that are none', async () => {
  const texts = {
    'compose.yaml': 'services: { a: { image: b, x-netmode: ipvlan } }\n',
    'facts.json': '{"version": 7}',
  };
  const { code, err } = await runIn(texts, ['plan', '--facts', 'facts.json']);
  assert.is(code, 2);
  assert.match(err, 'facts.json" holds no facts: version is 7, not 1');
});

test.run();
