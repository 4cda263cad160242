/**
 * An engine that is silent, slow, dies in the middle or talks nonsense: each a clear message, an exit code, and a host
 * on which nothing was changed. Real sockets; how long is waited is set to little, and what is usual is looked up.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { patienceWith } from '../../src/host/engine/client.ts';
import { machine } from '../cli/machine.ts';
import { isHarmless } from '../laws/everything.ts';
import { type Answering, broken, head, soundBut, whole } from './broken-engine.ts';

const folder = mkdtempSync(join(tmpdir(), 'netcompose-faults-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const body = '[{"Name":"lan","Id":"1","Driver":"macvlan"}]';
const silent: Answering = () => undefined;
const trickling: Answering = (_, socket) => {
  socket.write(head(100_000));
  const timer = setInterval(() => socket.write(' '), 20);
  socket.on('close', () => clearInterval(timer));
};
const answering =
  (text: string, status?: string, type?: string): Answering =>
  (_, socket) =>
    socket.end(whole(text, status, type));

interface Case {
  readonly name: string;
  readonly engine: Answering;
  readonly says: RegExp;
}

const late = /there was no answer within 0\.4 seconds/;
const cut = /the connection was closed before there was a whole answer/;
const cases: readonly Case[] = [
  { name: 'is silent', engine: silent, says: late },
  { name: 'is silent after its version', engine: soundBut({ '/containers/json': silent }), says: late },
  { name: 'trickles', engine: trickling, says: late },
  { name: 'trickles its networks', engine: soundBut({ '/networks': trickling }), says: late },
  { name: 'hangs up', engine: (_, socket) => void socket.destroy(), says: cut },
  { name: 'hangs up later', engine: soundBut({ '/networks': (_, socket) => void socket.destroy() }), says: cut },
  {
    name: 'dies in the middle of an answer',
    engine: soundBut({ '/networks': (_, socket) => void socket.end(head(900) + body.slice(0, 20)) }),
    says: cut,
  },
  {
    name: 'dies in the middle of a chunk',
    engine: soundBut({
      '/info': (_, socket) => void socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{"Na'),
    }),
    says: cut,
  },
  {
    name: 'dies in the middle of an error',
    engine: (_, socket) => void socket.end(`${head(900, '500 Internal Server Error')}{"mes`),
    says: cut,
  },
  {
    name: 'ends its answer too early, and says that it is whole',
    engine: soundBut({ '/networks': answering(body.slice(0, -5)) }),
    says: /\/networks answers with "\[\{"Name":"lan".*", which is not JSON/,
  },
  {
    name: 'says nothing',
    engine: answering(''),
    says: /\/(?:version|networks) answers with nothing, which is not JSON/,
  },
  {
    name: 'is a web server',
    engine: answering('<!doctype html><title>It works!</title>', '200 OK', 'text/html'),
    says: /\/(?:version|networks) answers with "<!doctype html><title>It works!<\/title>", which is not JSON/,
  },
  { name: 'speaks no HTTP', engine: (_, socket) => void socket.end('220 mail ESMTP\r\n'), says: /does not speak HTTP/ },
  {
    name: 'has a version without a number',
    engine: soundBut({ '/version': answering('{}') }),
    says: /\/version answers with something else than Docker: Version is missing/,
  },
  { name: 'has a list for a version', engine: answering('[]'), says: /\/version .*: it is not an object/ },
  {
    name: 'has networks that are none',
    engine: soundBut({ '/networks': answering('{"message":"what?"}') }),
    says: /\/networks .*: it is not a list/,
  },
  {
    name: 'has networks without a name',
    engine: soundBut({ '/networks': answering('[{"Id":"1","Driver":"bridge"}]') }),
    says: /\/networks .*: \[0\]\.Name is missing/,
  },
  {
    name: 'has pools that are text',
    engine: soundBut({ '/networks': answering('[{"Id":"1","Name":"n","Driver":"bridge","IPAM":{"Config":"none"}}]') }),
    says: /\[0\]\.IPAM\.Config is not a list/,
  },
  {
    name: 'has containers that are text',
    engine: soundBut({ '/containers/json': answering('["web"]') }),
    says: /\/containers\/json .*: \[0\] is not an object/,
  },
  {
    name: 'has ports that are text',
    engine: soundBut({ '/containers/json': answering('[{"Id":"1","Ports":["80"]}]') }),
    says: /\[0\]\.Ports\[0\] is not an object/,
  },
  {
    name: 'answers with errors',
    engine: answering('{"message":"disk is full"}', '500 Internal Server Error'),
    says: /disk is full/,
  },
  {
    name: 'talks to the terminal',
    engine: answering('{"message":"\\u001b[2J\\u009b31mgone"}', '500 Internal Server Error'),
    says: /␛\[2J/,
  },
  { name: 'talks to the terminal in no JSON', engine: answering('\u001b[2J'), says: /"␛\[2J"/ },
];

const lan = 'mode: macvlan, parent: eth0, subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.224/27';
const texts = { 'compose.yaml': `name: shop\nservices:\n  web: { image: nginx, x-netmode: { ${lan} } }\n` };
const nothing = { networks: [], shims: [], containers: [] };

let sockets = 0;
let survived = 0;

for (const { name, engine, says } of cases) {
  test(`an engine that ${name}`, async () => {
    sockets += 1;
    const given = await broken(join(folder, `${sockets}.sock`), engine);
    try {
      const on = machine(texts, { env: { ...given.env, NETCOMPOSE_ENGINE_SECONDS: says === late ? '0.4' : '20' } });
      for (const [argv, code] of [
        [['up', '-d'], 4],
        // The files are checked, and what was not is said.
        [['check'], 0],
        [['doctor'], 4],
      ] as const) {
        const outcome = await on.run(...argv);
        const said = `${outcome.out}${outcome.err}`;
        assert.match(said, says, `${argv[0]}:\n${said}`);
        assert.match(said, 'engine');
        assert.is(outcome.code, code, said);
        isHarmless(said);
        assert.not.match(said, /Cannot read prop|is not a function|\n\s+at /);
        assert.equal(on.left(), nothing);
        assert.equal(on.changes(), []);
        assert.equal(
          [...on.host.files.keys()].filter((path) => path.includes('/state/')),
          [],
        );
      }
      survived += 1;
    } finally {
      given.close();
    }
  });
}

test('an engine that is slow is waited for', async () => {
  const slow: Answering = (path, socket) => void setTimeout(() => soundBut({})(path, socket), 60);
  const given = await broken(join(folder, 'slow.sock'), slow);
  try {
    const on = machine(texts, { env: given.env });
    const { code, err } = await on.run('check');
    assert.is(code, 0, err);
  } finally {
    given.close();
  }
});

test('an answer is waited for less than ten seconds, unless somebody says otherwise', () => {
  const endpoint = { kind: 'unix', url: 'unix:///d.sock', from: 'default', remote: false, socket: '/d.sock' } as const;
  assert.ok(patienceWith(endpoint, { env: {} }) < 10);
  assert.is(patienceWith(endpoint, { env: { NETCOMPOSE_ENGINE_SECONDS: '60' } }), 60);
  for (const wrong of ['', 'x', '-1', '0'])
    assert.ok(patienceWith(endpoint, { env: { NETCOMPOSE_ENGINE_SECONDS: wrong } }) < 10, wrong);
});

test('an engine that dies while up is under way: it is said, and the next run goes on from there', async () => {
  const on = machine(texts);
  on.before = (line) => {
    if (line.startsWith('ip link set dev nc-eth0 up')) void on.engine.stop();
  };
  const { code, err } = await on.run('up', '-d');
  assert.ok(code === 3 || code === 4, `${code}: ${err}`);
  assert.match(err, /refused, nothing listens there|no such socket|still to be undone/);
  await on.engine.start();
  on.before = () => undefined;
  const again = await on.run('up', '-d');
  assert.is(again.code, 0, again.err);
  await on.run('down');
  assert.equal(on.left(), nothing);
});

test('what was survived', () => {
  process.stdout.write(`  broken engines survived: ${survived} of ${cases.length}\n`);
  assert.is(survived, cases.length);
});

test.run();
