/** What is seen of a whole `up` and `down` on a terminal, on a machine in memory. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Machine, machine } from '../machine.ts';
import { type FakeScreen, fakeScreen } from './screen.ts';

const lan = 'mode: macvlan, parent: eth0, subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.224/27';
const project = {
  'compose.yaml': `name: shop\nservices:\n  web: { image: nginx, expose: ["80"], x-netmode: { ${lan} } }\n`,
};

/** Runs a command on a new terminal. */
async function on(terminal: FakeScreen, to: Machine, ...argv: readonly string[]): Promise<FakeScreen> {
  to.screen = terminal;
  await to.run(...argv);
  return terminal;
}
const wide = () => fakeScreen({ columns: 80, rows: 24 });
const withoutTable = (lines: readonly string[]) => lines.filter((line) => line.startsWith('[') || line.startsWith(' '));
const line = (icon: string, text: string, columns = 80) => ` ${icon} ${text}`.padEnd(columns - 5).concat('0.0s');

test('up shows what it makes, once; a second up has nothing to show', async () => {
  const shop = machine(project);
  const first = await on(wide(), shop, 'up', '-d');
  assert.equal(withoutTable(first.seen()), [
    '[+] Preparing 2/2',
    line('✔', 'Network netcompose-eth0  Created'),
    line('✔', 'Shim nc-eth0             Created'),
  ]);
  assert.equal(withoutTable((await on(wide(), shop, 'up', '-d')).seen()), []);
});

test('down shows what it removes', async () => {
  const shop = machine(project);
  await shop.run('up', '-d');
  assert.equal((await on(wide(), shop, 'down')).seen(), [
    '[+] Cleaning up 2/2',
    line('✔', 'Network netcompose-eth0  Removed'),
    line('✔', 'Shim nc-eth0             Removed'),
  ]);
});

test('a shim that lost something is updated', async () => {
  const shop = machine(project);
  await shop.run('up', '-d');
  shop.routes.splice(0);
  assert.equal(withoutTable((await on(wide(), shop, 'up', '-d')).seen()), [
    '[+] Preparing 1/1',
    line('✔', 'Shim nc-eth0  Updated'),
  ]);
});

test('a step that fails, and what is undone', async () => {
  const shop = machine(project);
  shop.failing.set('ip link set dev nc-eth0 up', { code: 1, stderr: 'RTNETLINK answers: no' });
  const seen = (await on(fakeScreen({ columns: 120, rows: 24 }), shop, 'up', '-d')).seen();
  assert.equal(seen.slice(0, 3), [
    '[+] Preparing 2/2',
    line('✔', 'Network netcompose-eth0  Removed', 120),
    line('✔', 'Shim nc-eth0             Removed', 120),
  ]);
  assert.match(seen[3]!, /^netcompose: "sudo -- ip link set dev nc-eth0 up" failed/);
});

test('where Compose fails, what is undone has a block and a head of its own', async () => {
  const shop = machine(project);
  shop.failing.set('compose up -d', { code: 1 });
  assert.equal(withoutTable((await on(wide(), shop, 'up', '-d')).seen()), [
    '[+] Preparing 2/2',
    line('✔', 'Network netcompose-eth0  Created'),
    line('✔', 'Shim nc-eth0             Created'),
    '[+] Undoing 2/2',
    line('✔', 'Shim nc-eth0             Removed'),
    line('✔', 'Network netcompose-eth0  Removed'),
  ]);
});

test('in a pipe: the lines that Compose would write', async () => {
  const shop = machine(project);
  const made = await on(fakeScreen(), shop, 'up', '-d');
  assert.equal(withoutTable(made.seen()), [
    ' Network netcompose-eth0  Creating',
    ' Network netcompose-eth0  Created',
    ' Shim nc-eth0  Creating',
    ' Shim nc-eth0  Created',
  ]);
  assert.is((await on(fakeScreen(), shop, '--progress', 'quiet', 'down')).written(), '');
});

test('a shim that is changed before Compose and after it is updated once', async () => {
  const fixed = (address: string) => project['compose.yaml'].replace('parent: eth0', `parent: eth0, ${address}`);
  const shop = machine({ 'compose.yaml': fixed('ipv4_address: 192.168.1.53') });
  await shop.run('up', '-d');
  shop.host.files.set('/project/compose.yaml', fixed('ipv4_address: 192.168.1.54'));
  // Compose makes the container anew.
  shop.before = (line) => void (line === 'compose up -d' && shop.engine.containers.splice(0));
  const changed = await on(fakeScreen(), shop, 'up', '-d');
  assert.equal(
    shop.routes.map(({ dst }) => dst),
    ['192.168.1.224/27', '192.168.1.54/32'],
  );
  assert.equal(
    changed.seen().filter((each) => each.includes('Shim')),
    [' Shim nc-eth0  Updating', ' Shim nc-eth0  Updated'],
  );
});

test('sudo has the terminal for itself while it asks', async () => {
  const shop = machine(project);
  const screen = wide();
  shop.before = (command) => {
    if (command.startsWith('ip link add')) {
      assert.equal(screen.seen(), []);
      screen.write('[sudo] password for me: \n');
    }
  };
  const seen = (await on(screen, shop, 'up', '-d')).seen();
  assert.equal(seen.slice(0, 4), [
    '[sudo] password for me: ',
    '[+] Preparing 2/2',
    line('✔', 'Network netcompose-eth0  Created'),
    line('✔', 'Shim nc-eth0             Created'),
  ]);
});

test('a slip in --progress or --ansi is named before anything is done', async () => {
  for (const [words, help] of [
    [['--progress', 'plian'], 'did you mean "plain"?'],
    [['--ansi', 'nevr'], 'did you mean "never"?'],
  ] as const) {
    const { code, err } = await machine(project).run(...words, 'up', '-d');
    assert.is(code, 2);
    assert.match(err, help);
  }
});

test.run();
