/** The same warning does not come back in full with every command. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fakeHost } from '../host/fake-host.ts';
import { folder, runIn, runOn } from './in-folder.ts';
import { fakeScreen } from './progress/screen.ts';

const lan = 'mode: macvlan, parent: eth0, subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.192/27';
const compose = `services:\n  web: { image: x, ports: ["8080:80"], x-netmode: { ${lan} } }\n`;

test('check tells a warning in full', async () => {
  const { out } = await runIn({ 'compose.yaml': compose }, ['check', '--offline']);
  assert.match(out, 'warning[service/port-remap-lost]');
  assert.match(out, ' help: ');
});

for (const command of ['plan', 'graph', 'render'])
  test(`${command} has a line for it, and says where it is told`, async () => {
    const { code, err } = await runIn({ 'compose.yaml': compose }, [command, '--offline']);
    assert.is(code, 0, err);
    const lines = err.trimEnd().split('\n');
    assert.is(lines.length, 2, err);
    assert.match(lines[0]!, /^warning\[service\/port-remap-lost\] compose\.yaml:2: "web": macvlan maps no ports/);
    assert.is(lines[1], 'netcompose: what to do about it: netcompose check');
  });

test('on a terminal, neither is wider than it', async () => {
  for (const [file, columns, expected] of [
    [compose, 50, /^warning\[service\/port-remap-lost\] compose\.yaml:2:\n {2}"web": .*\n {2}.*\n/],
    [compose.replace('192.168.1.0/24', '192.168.1.0/99'), 40, /^warning\[.*\n {7}\S.*\n {7}\S[^]*\n\nerror\[/],
  ] as const) {
    const host = fakeHost({ cwd: folder, files: { [`${folder}/compose.yaml`]: file } });
    const { err } = await runOn(host, ['plan', '--offline'], undefined, fakeScreen({ columns, rows: 24 }));
    assert.match(err, expected);
  }
});

test('what keeps a command from its work is told in full, warnings too', async () => {
  const wrong = compose.replace('192.168.1.0/24', '192.168.1.0/99');
  const { err } = await runIn({ 'compose.yaml': wrong }, ['plan', '--offline']);
  assert.match(err, /^error\[/m);
  assert.match(err, ' --> compose.yaml:2:');
});

test('a warning that is silenced stays so, and one without a place has none', async () => {
  const silenced = compose.replace('  web:', '  # netcompose-ignore service/port-remap-lost\n  web:');
  assert.is((await runIn({ 'compose.yaml': silenced }, ['plan', '--offline'])).err, '');
});

test.run();
