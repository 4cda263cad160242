/** `netcompose annotate` on whole projects: which file is edited, what is said, and when nothing is written. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runIn } from '../in-folder.ts';

const plain = 'services:\n  web:\n    image: nginx\n  dns:\n    image: pihole\n';
const read = (outcome: Awaited<ReturnType<typeof runIn>>, path = 'compose.yaml') =>
  outcome.host.files.get(`${outcome.folder}/${path}`);

test('a mode and a key for two services', async () => {
  const outcome = await runIn({ 'compose.yaml': plain }, [
    'annotate',
    'web',
    'dns',
    '--mode',
    'ipvlan-l2',
    '--parent',
    'eth0',
  ]);
  assert.is(outcome.code, 0, outcome.err);
  assert.is(
    read(outcome),
    'services:\n  web:\n    image: nginx\n    x-netmode:\n      mode: ipvlan-l2\n      parent: eth0\n' +
      '  dns:\n    image: pihole\n    x-netmode:\n      mode: ipvlan-l2\n      parent: eth0\n',
  );
  assert.is(
    outcome.out,
    'compose.yaml: "web": mode ipvlan-l2, parent eth0\ncompose.yaml: "dns": mode ipvlan-l2, parent eth0\n',
  );
});

test('a dry run shows the difference and writes nothing', async () => {
  for (const argv of [
    ['annotate', 'web', '--mode', 'host', '--dry-run'],
    ['--dry-run', 'annotate', 'web', '--mode', 'host'],
  ]) {
    const outcome = await runIn({ 'compose.yaml': plain }, argv);
    assert.is(outcome.code, 0, outcome.err);
    assert.is(read(outcome), plain);
    assert.is(
      outcome.out,
      '--- compose.yaml\n+++ compose.yaml\n@@ -1,5 +1,6 @@\n services:\n   web:\n     image: nginx\n' +
        '+    x-netmode: host\n   dns:\n     image: pihole\n',
    );
  }
});

test('beside a wrong option, one that annotate has itself is not said to be out of place', async () => {
  const { code, err } = await runIn({ 'compose.yaml': plain }, ['annotate', '--suggest', '--dry-run', '--offline']);
  assert.is(code, 2);
  assert.match(err, 'unknown option "--offline"\n  help: see: netcompose annotate --help');
});

for (const [what, before, mode, code, after] of [
  ['a service', '', 'service:vpn', 0, '    x-netmode: service:vpn\n'],
  ['a native guest', '    network_mode: service:vpn\n', 'service:vpn', 0, '    x-netmode: service:vpn\n'],
  [
    'one on the LAN, whose address goes',
    '    x-netmode:\n      mode: macvlan\n      ipv4_address: 192.168.1.53\n      listen: [80]\n',
    'service:vpn',
    0,
    '    x-netmode:\n      mode: service:vpn\n      listen: [80]\n',
  ],
  [
    'a native guest, by the name of the container',
    '    network_mode: container:tunnel\n',
    'service:vpn',
    0,
    '    network_mode: container:tunnel\n    x-netmode: service:vpn\n',
  ],
  ['a guest of another', '    network_mode: service:other\n', 'service:vpn', 1, '    network_mode: service:other\n'],
  ['of nobody', '', 'service:vqn', 1, ''],
] as const) {
  test(`${what} becomes a guest: ${mode}`, async () => {
    const text = (rest: string) =>
      'services:\n  vpn: { image: x, container_name: tunnel }\n  other: { image: x }\n' +
      `  app:\n    image: y # kept\n${rest}`;
    const outcome = await runIn({ 'compose.yaml': text(before) }, ['annotate', 'app', '--mode', mode]);
    assert.is(outcome.code, code, outcome.err);
    assert.is(read(outcome), text(after));
  });
}

/** Command line, what the service's x-netmode was, what it is, what is said of it. */
const changes: readonly (readonly [string, string, string, string])[] = [
  ['--mode bridge', 'host', 'bridge', 'mode bridge (was host)'],
  ['--mode host', 'host', 'host', 'says so already'],
  ['--set vlan=10', 'macvlan', '\n      mode: macvlan\n      vlan: 10', 'vlan 10'],
  ['--set listen=80,53/udp', 'macvlan', '\n      mode: macvlan\n      listen: [80, 53/udp]', 'listen 80 53/udp'],
  ['--set listen=[80]', 'macvlan', '\n      mode: macvlan\n      listen: [80]', 'listen 80'],
  ['--set subnet=10.0.0.0/24', 'macvlan', '\n      mode: macvlan\n      subnet: 10.0.0.0/24', 'subnet 10.0.0.0/24'],
  [
    '--set subnet=10.0.0.0/24,fd00::/64',
    'macvlan',
    '\n      mode: macvlan\n      subnet: [10.0.0.0/24, fd00::/64]',
    'subnet 10.0.0.0/24 fd00::/64',
  ],
  ['--set resolve_names=false', 'host', '\n      mode: host\n      resolve_names: false', 'resolve_names false'],
  ['--set parent=${LAN}', 'macvlan', '\n      mode: macvlan\n      parent: "${LAN}"', 'parent ${LAN}'],
  ['--unset vlan', '{ mode: macvlan, vlan: 10 }', 'macvlan', 'vlan removed'],
  [
    '--mode host',
    '{ mode: macvlan, vlan: 10, listen: [80] }',
    '{ mode: host, listen: [80] }',
    'mode host (was macvlan), vlan removed',
  ],
  ['--network lan', 'host', '\n      network: lan', 'network lan, mode removed'],
  ['--mode host', '{ network: lan }', 'host', 'mode host, network removed'],
];

const lan = 'networks:\n  lan:\n    x-netmode: macvlan\n';

for (const [words, before, after, said] of changes) {
  test(`${words} on ${before}`, async () => {
    const text = (netmode: string) =>
      `services:\n  web:\n    image: nginx\n    x-netmode: ${netmode}\n${lan}`.replace(': \n', ':\n');
    const outcome = await runIn({ 'compose.yaml': text(before) }, ['annotate', 'web', ...words.split(' ')], {
      env: { LAN: 'eth0' },
    });
    assert.is(outcome.code, 0, outcome.err);
    assert.is(read(outcome), text(after));
    assert.is(outcome.out, `compose.yaml: "web": ${said}\n`);
  });
}

test('defaults, with keys for the top level', async () => {
  const outcome = await runIn({ 'compose.yaml': plain }, [
    'annotate',
    '--default',
    'bridge',
    '--parent',
    'eth0',
    '--set',
    'shim={name: lan0}',
  ]);
  assert.is(outcome.code, 0, outcome.err);
  assert.is(read(outcome), `x-netmode:\n  default: bridge\n  parent: eth0\n  shim: {name: lan0}\n${plain}`);
});

test('what an x-netmode overrides is left, and said', async () => {
  const text = 'services:\n  web:\n    image: nginx\n    network_mode: host\n';
  const outcome = await runIn({ 'compose.yaml': text }, ['annotate', 'web', '--mode', 'host']);
  assert.is(read(outcome), `${text}    x-netmode: host\n`);
  assert.match(
    outcome.err,
    '"web" keeps "network_mode: host", which x-netmode overrides; "netcompose annotate web --adopt" takes it out',
  );
});

test('everything is taken out', async () => {
  const text =
    'services:\n  web:\n    image: nginx\n    x-netmode: host\n' +
    '  dns: { image: x, x-netmode: bridge }\nx-netmode: { default: bridge }\nnetworks:\n  lan:\n' +
    '    name: lan\n    x-netmode: macvlan\n';
  const outcome = await runIn({ 'compose.yaml': text }, ['annotate', '--remove']);
  assert.is(outcome.code, 0, outcome.err);
  assert.is(
    read(outcome),
    'services:\n  web:\n    image: nginx\n  dns: { image: x }\nnetworks:\n  lan:\n    name: lan\n',
  );
});

const two = {
  'compose.yaml': plain,
  'compose.override.yaml': 'services:\n  web:\n    environment: { A: b }\n',
};

test('of several files, the first that has the service', async () => {
  const outcome = await runIn(two, ['annotate', 'web', '--mode', 'host']);
  assert.is(outcome.out, 'compose.yaml: "web": mode host\n');
  assert.is(read(outcome, 'compose.override.yaml'), two['compose.override.yaml']);
});

test('or the one that is named', async () => {
  const outcome = await runIn(two, ['annotate', 'web', '--mode', 'host', '-f', 'compose.override.yaml']);
  assert.is(outcome.code, 0, outcome.err);
  assert.is(outcome.out, 'compose.override.yaml: "web": mode host\n');
  assert.is(read(outcome), plain);
});

test('or the last that is annotated already, in a form that Compose can merge', async () => {
  const texts = {
    'compose.yaml': 'services:\n  web:\n    image: nginx\n    x-netmode: { mode: macvlan, vlan: 10 }\n',
    'compose.override.yaml': 'services:\n  web:\n    x-netmode: { mode: host }\n    tty: true\n',
  };
  const outcome = await runIn(texts, ['annotate', 'web', '--mode', 'macvlan']);
  assert.is(outcome.code, 0, outcome.err);
  assert.is(
    read(outcome, 'compose.override.yaml'),
    'services:\n  web:\n    x-netmode: { mode: macvlan }\n    tty: true\n',
  );
  assert.is(read(outcome), texts['compose.yaml']);
  const other = await runIn({ ...texts, 'compose.override.yaml': 'services:\n  web:\n    tty: true\n' }, [
    'annotate',
    'web',
    '--mode',
    'host',
    '-f',
    'compose.override.yaml',
  ]);
  // The vlan of the other file stays in force, where it means nothing: nothing is written.
  assert.is(other.code, 1);
  assert.match(other.err, 'netmode/key-not-for-mode');
  assert.is(read(other, 'compose.override.yaml'), 'services:\n  web:\n    tty: true\n');
});

test('taken out of every file', async () => {
  const texts = {
    'compose.yaml': 'services:\n  web:\n    image: nginx\n    x-netmode: host\n',
    'compose.override.yaml': 'services:\n  web:\n    x-netmode: bridge\n    tty: true\n',
  };
  const outcome = await runIn(texts, ['annotate', 'web', '--remove']);
  assert.is(read(outcome), 'services:\n  web:\n    image: nginx\n');
  assert.is(read(outcome, 'compose.override.yaml'), 'services:\n  web:\n    tty: true\n');
});

test('a file that is no part of the project is one of its own', async () => {
  const outcome = await runIn({ 'compose.yaml': plain, 'other.yaml': plain }, [
    'annotate',
    'web',
    '--mode',
    'host',
    '-f',
    'other.yaml',
  ]);
  assert.is(outcome.code, 0, outcome.err);
  assert.is(outcome.out, 'other.yaml: "web": mode host\n');
  assert.is(read(outcome), plain);
});

test('a service that extends another gets its own', async () => {
  const texts = {
    'compose.yaml': 'services:\n  web:\n    extends: { file: base.yaml, service: base }\n',
    'base.yaml': 'services:\n  base:\n    image: nginx\n    x-netmode: { mode: macvlan, vlan: 10 }\n',
  };
  const outcome = await runIn(texts, ['annotate', 'web', '--mode', 'macvlan']);
  assert.is(outcome.code, 0, outcome.err);
  assert.is(read(outcome), `${texts['compose.yaml']}    x-netmode:\n      mode: macvlan\n`);
});

/** Texts, command line, exit code, what is said; nothing is written. */
const refusals: readonly (readonly [string, Readonly<Record<string, string>>, readonly string[], number, string])[] = [
  [
    'an unknown service',
    { 'compose.yaml': plain },
    ['wbe', '--mode', 'host'],
    2,
    'there is no service "wbe"\n  help: did you mean "web"?',
  ],
  [
    'an unknown netmode',
    { 'compose.yaml': plain },
    ['web', '--mode', 'hots'],
    2,
    '--mode: there is no netmode "hots"\n  help: did you mean "host"?',
  ],
  [
    'an unknown key',
    { 'compose.yaml': plain },
    ['web', '--set', 'parnt=eth0'],
    2,
    'there is no key "parnt" in the x-netmode of a service\n  help: did you mean "parent"?',
  ],
  ['no value', { 'compose.yaml': plain }, ['web', '--set', 'parent'], 2, '--set parent: there is no value'],
  [
    'a mode for nobody',
    { 'compose.yaml': plain },
    ['--mode', 'host'],
    2,
    'no service is named\n  help: the services are: web, dns',
  ],
  [
    'nothing to write',
    { 'compose.yaml': plain },
    ['web'],
    2,
    'nothing is said of what to write\n  help: write, for example: netcompose annotate web --mode ipvlan-l2',
  ],
  ['nobody to ask', { 'compose.yaml': plain }, [], 2, 'there is no terminal to ask on'],
  ['two ways at once', { 'compose.yaml': plain }, ['web', '--mode', 'host', '--remove'], 2, 'cannot be used with'],
  [
    'a wrong value',
    { 'compose.yaml': plain },
    ['web', '--mode', 'macvlan', '--set', 'ipv4_address=999'],
    1,
    'error[netmode/invalid-value]: "web": "ipv4_address" is',
  ],
  ['a key without a mode', { 'compose.yaml': plain }, ['web', '--parent', 'eth0'], 1, '"web": x-netmode gives no mode'],
  [
    'a key that means nothing',
    { 'compose.yaml': plain },
    ['web', '--mode', 'host', '--parent', 'eth0'],
    1,
    'error[netmode/key-not-for-mode]',
  ],
  ['an unknown network', { 'compose.yaml': plain }, ['web', '--network', 'lan'], 1, 'error[netmode/undefined-network]'],
  [
    'broken YAML',
    { 'compose.yaml': 'services:\n  web: [\n' },
    ['web', '--mode', 'host'],
    2,
    'error[compose/invalid-yaml]',
  ],
  [
    'tabs',
    { 'compose.yaml': 'services:\n\tweb:\n\t\timage: x\n' },
    ['web', '--mode', 'host'],
    2,
    'error[compose/invalid-yaml]',
  ],
  ['no file', {}, ['web', '--mode', 'host'], 2, 'error[compose/missing-file]'],
  [
    'a guest',
    { 'compose.yaml': 'services:\n  vpn: { image: x }\n  app: { image: x, network_mode: "service:vpn" }\n' },
    ['app', '--mode', 'host'],
    1,
    '"app" is in the network of "vpn"',
  ],
  [
    'a guest of the container of a service',
    {
      'compose.yaml':
        'services:\n  vpn: { image: x, container_name: tunnel }\n' +
        '  app: { image: x, network_mode: "container:tunnel" }\n',
    },
    ['app', '--mode', 'host'],
    1,
    'help: annotate "vpn" instead, or remove "network_mode" first if "app" is to leave it',
  ],
  [
    'a guest of a container of another project',
    { 'compose.yaml': 'services:\n  app: { image: x, network_mode: "container:tunnel" }\n' },
    ['app', '--mode', 'host'],
    1,
    'help: remove "network_mode" first if "app" is to leave it',
  ],
  [
    'an included service',
    {
      'compose.yaml': 'include: [db/compose.yaml]\nservices: { web: { image: x } }\n',
      'db/compose.yaml': 'services: { db: { image: pg } }\n',
    },
    ['db', '--mode', 'host'],
    1,
    'help: annotate it there, for all that take it in: netcompose annotate db -f db/compose.yaml …',
  ],
  [
    'an annotation that comes by extends',
    {
      'compose.yaml': 'services:\n  web:\n    extends: { file: base.yaml, service: base }\n',
      'base.yaml': 'services:\n  base:\n    image: nginx\n    x-netmode: host\n',
    },
    ['web', '--remove'],
    1,
    '--> base.yaml:4:16',
  ],
  [
    'a service that the named file has not',
    { 'compose.yaml': plain, 'compose.override.yaml': 'services:\n  web:\n    tty: true\n' },
    ['dns', '--mode', 'host', '-f', 'compose.override.yaml'],
    1,
    '"dns" is not written in "compose.override.yaml", but here',
  ],
  [
    'a mapping over the word of another file',
    {
      'compose.yaml': 'services:\n  web:\n    image: x\n    x-netmode: macvlan\n',
      'compose.override.yaml': 'services:\n  web:\n    tty: true\n',
    },
    ['web', '--set', 'vlan=10', '-f', 'compose.override.yaml'],
    1,
    'netmode/mixed-forms',
  ],
  [
    'one of two files',
    {
      'compose.yaml': 'services:\n  web:\n    image: x\n',
      'compose.override.yaml': 'x-a: &a { image: x }\nservices:\n  db: *a\n',
    },
    ['web', 'db', '--mode', 'host'],
    1,
    '"db" is only an alias',
  ],
];

for (const [name, texts, words, code, said] of refusals) {
  test(`refused: ${name}`, async () => {
    const outcome = await runIn(texts, ['annotate', ...words]);
    assert.is(outcome.code, code, outcome.err);
    assert.match(outcome.err, said);
    assert.is(outcome.out, '');
    for (const [path, text] of Object.entries(texts)) assert.is(read(outcome, path), text);
  });
}

test('refused: a file that is not UTF-8, which would be written with other bytes', async () => {
  const text = 'services:\n  web:\n    image: x # caf\uFFFD\n';
  const bytes = new Uint8Array(Buffer.from('services:\n  web:\n    image: x # caf\xe9\n', 'latin1'));
  const outcome = await runIn({ 'compose.yaml': text }, ['annotate', 'web', '--mode', 'host'], {
    bytes: { '/project/compose.yaml': bytes },
  });
  assert.is(outcome.code, 1);
  assert.match(outcome.err, 'the file is not UTF-8');
  assert.is(read(outcome), text);
});

test('refused: standard input', async () => {
  const outcome = await runIn({}, ['-f', '-', 'annotate', 'web', '--mode', 'host'], { input: plain });
  assert.is(outcome.code, 2);
  assert.match(outcome.err, 'standard input cannot be annotated');
});

test('a fault that was there before is not in the way', async () => {
  const text = 'services:\n  web:\n    image: nginx\n  dns:\n    image: x\n    x-netmode: macvaln\n';
  const outcome = await runIn({ 'compose.yaml': text }, ['annotate', 'web', '--mode', 'host']);
  assert.is(outcome.code, 0, outcome.err);
  assert.match(read(outcome)!, 'x-netmode: host');
});

test('docs/annotate.md shows what is printed', async () => {
  const page = readFileSync(new URL('../../../docs/annotate.md', import.meta.url), 'utf8');
  const [, words = '', printed] = /```console\n\$ netcompose (.*)\n([^]*?)```/.exec(page)!;
  const text =
    'services:\n  # answers for the whole house\n  dns:\n    image: pihole/pihole\n  web:\n    image: nginx\n';
  const { out } = await runIn({ 'compose.yaml': text }, words.split(' '));
  assert.is(out, printed);
});

test('docs/rules/netmode/cannot-annotate.md shows what is printed', async () => {
  const page = readFileSync(new URL('../../../docs/rules/netmode/cannot-annotate.md', import.meta.url), 'utf8');
  const [, text = '', printed] = /```yaml\n([^]*?)```[^]*?```text\n([^]*?)```/.exec(page)!;
  const { err } = await runIn({ 'compose.yaml': text }, ['annotate', 'web', '--mode', 'host']);
  assert.ok(err.startsWith(printed!), err);
});

test('--help fits a screen', async () => {
  const { out, code } = await runIn({}, ['annotate', '--help']);
  assert.is(code, 0);
  assert.match(out, 'Examples:');
  const lines = out.split('\n');
  assert.equal(
    lines.filter((line) => line.length > 80),
    [],
  );
  assert.ok(lines.length <= 40);
});

test.run();
