/** `advise`, and `annotate --suggest`, which writes it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { FakeOptions } from '../../../host/fake-host.ts';
import { runIn } from '../../in-folder.ts';

const compose =
  'services:\n  hb:\n    image: homebridge/homebridge\n  vpn:\n    image: gluetun\n' +
  '  app:\n    image: x # the client\n    network_mode: service:vpn\n  web:\n    image: nginx\n';

const host: FakeOptions = {
  env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' },
  commands: {
    ...{ 'ip -N -j -d addr': '[]', 'ip -j route': '[]', 'ip -j -6 route': '[]', 'ip -j neigh': '[]' },
  },
};

test('text and JSON', async () => {
  const text = await runIn({ 'compose.yaml': compose }, ['advise', '--offline']);
  assert.is(text.code, 0, text.err);
  assert.match(text.out, /^hb: ipvlan-l2 \(advised\)\n {4}it needs mDNS.*\n {4}source: https:.*\n/);
  assert.match(text.out, /^web: bridge\n {4}a bridge is enough/m);
  const json = await runIn({ 'compose.yaml': compose }, ['advise', '--offline', '--format', 'json']);
  const { services } = JSON.parse(json.out) as { services: Record<string, { netmode: string; advised: boolean }> };
  assert.equal([services['app']!.netmode, services['app']!.advised], ['service:vpn', true]);
});

test('annotate --suggest --dry-run shows what is advised', async () => {
  const { code, out, err } = await runIn({ 'compose.yaml': compose }, ['annotate', '--suggest', '--dry-run'], host);
  assert.is(code, 0, err);
  assert.match(out, /^\+ {4}x-netmode: ipvlan-l2$/m);
  assert.match(out, /^- {4}network_mode: service:vpn$/m);
  assert.match(out, /^\+ {4}x-netmode: service:vpn$/m);
});

test('annotate --suggest for one service writes that one', async () => {
  const outcome = await runIn({ 'compose.yaml': compose }, ['annotate', 'app', '--suggest'], host);
  assert.is(outcome.code, 0, outcome.err);
  assert.is(
    outcome.host.files.get('/project/compose.yaml'),
    compose.replace('network_mode: service:vpn', 'x-netmode: service:vpn'),
  );
});

test('annotate --suggest --facts is for another host', async () => {
  const facts = {
    version: 1,
    host: { interfaces: [], routes: [], rpFilter: {}, platform: 'linux', drivers: { ipvlan: 'missing' } },
  };
  const texts = { 'compose.yaml': compose, 'server.json': JSON.stringify(facts) };
  const outcome = await runIn(texts, ['annotate', 'hb', '--suggest', '--facts', 'server.json'], host);
  assert.is(outcome.code, 0, outcome.err);
  assert.match(outcome.host.files.get('/project/compose.yaml')!, 'homebridge\n    x-netmode: macvlan\n');
  const { code, err } = await runIn(texts, ['annotate', 'hb', '--mode', 'host', '--facts', 'server.json'], host);
  assert.is(code, 2);
  assert.match(err, '--facts is for --suggest alone');
});

test('one service that cannot be annotated keeps no other from it, and is told', async () => {
  const alias = 'x-hb: &hb { image: homebridge/homebridge }\nservices:\n  one: *hb\n';
  const mixed = `${alias}  two:\n    image: homebridge/homebridge\n`;
  const some = await runIn({ 'compose.yaml': mixed }, ['annotate', '--suggest'], host);
  assert.is(some.code, 0, some.err);
  assert.is(some.host.files.get('/project/compose.yaml'), `${mixed}    x-netmode: ipvlan-l2\n`);
  assert.match(some.err, 'warning[netmode/cannot-annotate]: "one" is only an alias');
  const none = await runIn({ 'compose.yaml': alias }, ['annotate', '--suggest'], host);
  assert.is(none.code, 1);
  assert.match(none.err, 'error[netmode/cannot-annotate]: "one" is only an alias');
  assert.match(none.err, 'netcompose: nothing was written');
});

test('a service that is not there', async () => {
  const { code, err } = await runIn({ 'compose.yaml': compose }, ['annotate', 'apq', '--suggest'], host);
  assert.is(code, 2);
  assert.match(err, 'did you mean "app"?');
});

test('files with an error get no advice', async () => {
  const { code, out, err } = await runIn({ 'compose.yaml': 'services: { a: { image: [x] } }\n' }, [
    'advise',
    '--offline',
  ]);
  assert.equal([code, out], [1, '']);
  assert.match(err, 'compose/invalid-model');
});

test.run();
