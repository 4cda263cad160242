/** An interrupt, whenever it comes: exit code 130, and nothing of netcompose's is left. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cancelledByDocker } from '../../src/cli/interrupt.ts';
import { realHost } from '../../src/host/system/real-host.ts';
import { type Machine, machine } from './machine.ts';

const lan = 'mode: macvlan, parent: eth0, subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.224/27';
const web = `services:\n  web: { image: nginx, x-netmode: { ${lan} } }\n`;
const texts = (hooks = '') => ({
  'compose.yaml': `name: shop\n${hooks && `x-netmode: { hooks: { pre_up: [[${hooks}]] } }\n`}${web}`,
});
const nothing = { networks: [], shims: [], containers: [] };
/** As the system does it, except that it ends nothing by itself. */
const interrupt = (signal: NodeJS.Signals = 'SIGINT') => void process.emit(signal, signal);

/** Interrupts the machine's next `up` when it runs the command that begins so. */
function interruptAt(on: Machine, beginning: string, signal?: NodeJS.Signals): void {
  on.before = (line) => {
    if (line.startsWith(beginning)) interrupt(signal);
  };
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  for (const [when, command] of [
    ['the first', 'docker network create'],
    ['a later', 'ip link set dev nc-eth0 up'],
    ['the last', 'ip route add'],
  ] as const) {
    test(`${signal} while ${when} command runs undoes all of them`, async () => {
      const on = machine(texts());
      interruptAt(on, command, signal);
      assert.is((await on.run('up', '-d')).code, 130);
      assert.equal(on.left(), nothing);
      assert.not.ok(on.changes().some((line) => line.startsWith('compose')));
    });
  }
}

test('news from docker is for a command on this terminal, and not for one that only looks', async () => {
  const host = realHost();
  const looking = host.run(['sleep', '2']);
  // What runs commands is loaded when the first is run, and listens to signals while it does.
  while (process.listenerCount('SIGTERM') === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.is(cancelledByDocker(), false);
  const attached = host.attach(['true']);
  assert.is(cancelledByDocker(), true);
  await attached;
  assert.is(cancelledByDocker(), false);
  await looking;
});

test('while a hook runs: the same', async () => {
  const hook = () => {
    interrupt();
    return '';
  };
  const on = machine(texts('modprobe'), { commands: { modprobe: hook } });
  const { code } = await on.run('up', '-d', '--trust-hooks');
  assert.is(code, 130);
  assert.equal(on.left(), nothing);
});

test('where there is nothing to do, Compose is not called, whichever command it comes in', async () => {
  const on = machine(texts());
  await on.run('up', '-d');
  on.changes();
  const { run, attach } = on.host;
  let [ran, at] = [0, Number.POSITIVE_INFINITY];
  const counted: typeof run = (argv, options) => {
    ran += 1;
    if (ran === at) interrupt();
    return run(argv, options);
  };
  let all = 0;
  const counting: typeof attach = (argv, options) => {
    all = ran;
    return attach(argv, options);
  };
  Object.assign(on.host, { run: counted, attach: counting });
  assert.is((await on.run('up', '-d')).code, 0);
  assert.equal(on.changes(), ['compose up -d']);
  assert.ok(all > 0);
  while (at !== all) {
    [ran, at] = [0, at > all ? 1 : at + 1];
    assert.is((await on.run('up', '-d')).code, 130, `in command ${at} of ${all}`);
    assert.equal(on.changes(), []);
  }
});

test.run();
