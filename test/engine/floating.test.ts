/** A floating address, for real: the host reaches it wherever it is, and Docker never hands it out. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { foreignClaims } from '../support/frames.ts';
import { saying } from '../support/hooks.ts';
import { listen } from '../support/listener.ts';
import { fetchText } from './rig/http.ts';
import { testImage } from './rig/image.ts';
import { type Lan, makeLan } from './rig/lan.ts';
import { netcompose } from './rig/netcompose.ts';
import { type Rig, startRig } from './rig/rig.ts';
import { type Snapshot, snapshot } from './snapshot.ts';

interface Context {
  rig: Rig;
  lan: Lan;
  before: Snapshot;
}

const test = suite<Context>('floating');

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'floating', defaultRoute: true });
    context.rig = await startRig();
    context.before = await snapshot(context.rig);
  }),
);
test.after(async ({ rig, lan }) => {
  await rig?.stop();
  await lan?.remove();
});

/** The first lies in the range from which Docker hands out addresses, the second outside. */
const floating = ['192.168.213.200', '192.168.213.60'] as const;

/** A service whose page is its name. */
const named = (name: string) =>
  `    image: ${testImage}\n    stop_signal: SIGKILL\n    cap_add: [NET_ADMIN]\n` +
  `    command: ["sh", "-c", "echo ${name} > /www/index.html; exec httpd -f -p 80 -h /www"]\n`;

const lanNetwork = 'networks:\n  lan: { x-netmode: { mode: macvlan, ip_range: 192.168.213.200/29 } }\n';

const shared = `floating_addresses: [${floating.join(', ')}]`;
const project =
  `services:\n  one:\n${named('one')}    x-netmode: { network: lan, ipv4_address: 192.168.213.53, ${shared} }\n` +
  `  two:\n${named('two')}    x-netmode: { network: lan, ipv4_address: 192.168.213.54, ${shared} }\n` +
  `  any:\n${named('any')}    x-netmode: { network: lan }\n${lanNetwork}`;
const other = `services:\n  web:\n${named('web')}    x-netmode: { network: lan }\n${lanNetwork}`;

test('the host reaches a floating address in one container, then in another, then elsewhere', async (context) => {
  const { rig, lan, before } = context;
  const folder = async (name: string, text: string) => {
    const cwd = join(rig.directory, name);
    await mkdir(cwd, { recursive: true });
    await writeFile(join(cwd, 'compose.yaml'), text);
    return async (...args: readonly string[]) => {
      const { code, stdout, stderr } = await netcompose(rig, args, { cwd });
      assert.is(code, 0, `${args.join(' ')}: ${stderr}`);
      return `${stdout}${stderr}`;
    };
  };
  const run = await folder('floats', project);
  const runOther = await folder('other', other);
  const inside = async (service: string, ...argv: readonly string[]) => {
    const { code, stdout, stderr } = await rig.docker('exec', `floats-${service}-1`, ...argv);
    assert.is(code, 0, `${argv.join(' ')} in ${service}: ${stderr}`);
    return stdout;
  };
  const take = async (service: string) => {
    for (const address of floating) {
      await inside(service, 'ip', 'addr', 'add', `${address}/32`, 'dev', 'eth0');
      await inside(service, 'arping', '-U', '-c', '1', '-I', 'eth0', address);
    }
  };
  const leave = async (service: string) => {
    for (const address of floating) await inside(service, 'ip', 'addr', 'del', `${address}/32`, 'dev', 'eth0');
  };
  const answers = async (name: string, when: string) => {
    for (const address of floating)
      assert.is(await fetchText(`http://${address}/`), name, `${address} from the host ${when}`);
  };
  try {
    await run('up', '-d');
    assert.match(await inside('any', 'ip', '-4', 'addr', 'show', 'eth0'), '192.168.213.201/24');
    await take('one');
    await answers('one', 'in the first');
    assert.is(await fetchText(`http://${floating[1]}/`, { from: lan }), 'one', 'from the LAN');
    await leave('one');
    await take('two');
    await answers('two', 'in the second');

    await runOther('up', '-d');
    await runOther('down');
    assert.match(await run('shim', 'up'), /^$/, 'nothing is to be done');
    await answers('two', 'after another project has come and gone');

    await leave('two');
    const parentMac = (await readFile(`/sys/class/net/${lan.parent}/address`, 'utf8')).trim();
    const heard = await listen(lan.namespace, 'ncl-floating');
    const pages = join(rig.directory, 'pages');
    await mkdir(pages);
    await writeFile(join(pages, 'index.html'), 'elsewhere\n');
    assert.is((await lan.exec(['busybox', 'httpd', '-p', '80', '-h', pages])).code, 0);
    for (const address of floating) {
      await lan.exec(['ip', 'address', 'add', `${address}/32`, 'dev', 'ncl-floating']);
      await lan.exec(['busybox', 'arping', '-U', '-c', '1', '-I', 'ncl-floating', address]);
      assert.is(await fetchText(`http://${address}/`), 'elsewhere', `${address} from the host, on another machine`);
      await lan.exec(['ip', 'address', 'del', `${address}/32`, 'dev', 'ncl-floating']);
    }
    // What goes there leaves by the shim, as the shim's own address.
    assert.equal(foreignClaims(await heard.stop(), lan.hostAddress, parentMac), []);
  } finally {
    await run('down');
  }
  assert.equal(await snapshot(rig), before);
});

test.run();
