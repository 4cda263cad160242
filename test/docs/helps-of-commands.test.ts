/** The helps of rules that commands find, with more than the files: what they say is done, and the diagnostic goes. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runIn } from '../cli/in-folder.ts';
import { machine } from '../cli/machine.ts';
import { fencesOf, readPage } from './page.ts';
import { usual } from './situations.ts';

const exampleOf = (rule: string): string => {
  const page = readFileSync(new URL(`../../docs/rules/${rule}.md`, import.meta.url), 'utf8');
  return fencesOf(readPage(page).sections.get('Example')!).find(({ language }) => language === 'yaml')!.text;
};

const rulesIn = (err: string) => [...err.matchAll(/^(?:error|warning|info)\[([^\]]+)\]/gm)].map(([, rule]) => rule);

test('netmode/cannot-annotate: those that share the text are annotated together', async () => {
  const text = exampleOf('netmode/cannot-annotate');
  const alone = await runIn({ 'compose.yaml': text }, ['annotate', 'web', '--mode', 'host']);
  const [, command = ''] = /help: annotate them together: netcompose (.+) …/.exec(alone.err) ?? [];
  assert.is(command, 'annotate web worker');
  const together = await runIn({ 'compose.yaml': text }, [...command.split(' '), '--mode', 'host']);
  assert.equal([together.code, rulesIn(together.err)], [0, []]);
});

const lan = 'mode: macvlan, parent: eth0, subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.224/27';
const onLan = (more = '') =>
  machine(
    { 'compose.yaml': `services:\n  web: { image: nginx, ports: ["8080:80"], x-netmode: { ${lan}${more} } }\n` },
    { executables: ['/usr/bin/docker-compose'] },
  );

// That its commands are enough is in test/cli/by-hand.test.ts.
test('shim/needs-root: "host_access: loopback" needs none', async () => {
  const { out, err } = await onLan().run('check');
  const [, setting = ''] = /or write "(host_access: loopback)"/.exec(out + err) ?? [];
  assert.is(setting, 'host_access: loopback');
  const mended = await onLan(`, ${setting}`).run('check');
  assert.equal([mended.code, rulesIn(mended.out + mended.err)], [0, []]);
});

test('engine/compose-too-old: the version that it names is new enough', async () => {
  const withCompose = (version: string) =>
    machine(
      { 'compose.yaml': 'services:\n  web: { image: nginx, x-netmode: bridge }\n' },
      { commands: { 'docker-compose version --short': version } },
    );
  const { code, err } = await withCompose('2.20.3').run('up', '-d');
  assert.equal([code, rulesIn(err)], [4, ['engine/compose-too-old']]);
  const [, version = ''] = /help: update it to (\S+) or newer/.exec(err) ?? [];
  const updated = await withCompose(version).run('up', '-d');
  assert.equal([updated.code, rulesIn(updated.err)], [0, []], updated.err);
});

test('engine/unreachable: DOCKER_HOST points at the engine that runs', async () => {
  const texts = { 'compose.yaml': 'services:\n  web: { image: nginx, x-netmode: bridge }\n' };
  const { code, err } = await machine(texts, { env: { DOCKER_HOST: 'unix:///nowhere.sock' } }).run('up', '-d');
  assert.equal([code, rulesIn(err)], [4, ['engine/unreachable']]);
  assert.match(err, 'or point DOCKER_HOST or `docker context use` at the engine that runs');
  assert.is((await machine(texts).run('up', '-d')).code, 0);
});

const host = (name: string, swarm: string) =>
  JSON.stringify({ ...usual, host: { ...usual.host, name }, engine: { ...usual.engine, swarm } });
const hosts = { 'hostA.json': host('hostA', 'manager'), 'hostB.json': host('hostB', 'worker') };

interface OfSwarm {
  readonly rule: string;
  readonly on: readonly (keyof typeof hosts)[];
  readonly help: RegExp;
  /** What is written in place of what. */
  readonly follow: readonly [from: string, to: string];
}

const ofSwarm: readonly OfSwarm[] = [
  {
    ...{ rule: 'swarm/left-out', on: ['hostA.json'], help: /publish it so, or let the service alone reach it/ },
    follow: ['127.0.0.1:', ''],
  },
  {
    ...{ rule: 'swarm/address-ignored', on: ['hostA.json'], help: /take the address out; an ip_range that is this/ },
    follow: ['ipv4_address: 192.168.1.53', 'ip_range: 192.168.1.53/32'],
  },
  {
    ...{
      rule: 'swarm/ranges-overlap',
      on: ['hostA.json', 'hostB.json'],
      help: /"ip_range" large enough for all hosts/,
    },
    follow: ['192.168.1.53/32', '192.168.1.192/27'],
  },
];

for (const { rule, on, help, follow } of ofSwarm) {
  test(rule, async () => {
    const render = (text: string) =>
      runIn({ 'compose.yaml': text, ...hosts }, ['render', '--swarm', ...on.flatMap((file) => ['--facts', file])]);
    const text = exampleOf(rule);
    const before = await render(text);
    assert.ok(rulesIn(before.err).includes(rule), before.err);
    assert.match(before.err, help);
    const after = await render(text.replace(follow[0], follow[1]));
    const known = rulesIn(before.err).filter((found) => found !== rule);
    assert.equal(
      rulesIn(after.err).filter((found) => !known.includes(found)),
      [],
      after.err,
    );
    assert.is(after.code, 0);
  });
}

test.run();
