/** Two projects on one LAN share its network and its shim; the last to leave takes both away. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { saying } from '../support/hooks.ts';
import { endWhereItHangs } from '../support/patiently.ts';
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
  folders: Record<string, string>;
}

const test = suite<Context>('two projects on one LAN');

/** `one` has a dynamic address and a backend beside the LAN; `two` a fixed one, and its port for this host only. */
const files = {
  one: `
x-netmode: { ip_range: 192.168.213.192/27 }
services:
  web:
    image: ${testImage}
    command: ["httpd", "-f", "-h", "/www"]
    stop_signal: SIGKILL
    depends_on: [db]
    networks: [backend]
    x-netmode: { mode: macvlan, listen: [80] }
  db:
    image: ${testImage}
    command: ["httpd", "-f", "-h", "/www"]
    stop_signal: SIGKILL
    networks: [backend]
networks:
  backend:
`,
  two: `
services:
  web:
    image: ${testImage}
    command: ["httpd", "-f", "-h", "/www"]
    stop_signal: SIGKILL
    networks: { lan: { ipv4_address: 192.168.213.80 } }
networks:
  lan:
    x-netmode: { mode: macvlan, ip_range: 192.168.213.192/27 }
`,
  loopback: `
services:
  web:
    image: ${testImage}
    command: ["httpd", "-f", "-h", "/www"]
    stop_signal: SIGKILL
    ports: ["18083:80"]
    x-netmode: { mode: macvlan, ip_range: 192.168.213.192/27, host_access: loopback }
`,
};

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'shared', defaultRoute: true });
    context.rig = await startRig();
    context.folders = {};
    for (const [name, text] of Object.entries(files)) {
      const cwd = join(context.rig.directory, name);
      await mkdir(cwd);
      await writeFile(join(cwd, 'compose.yaml'), text);
      context.folders[name] = cwd;
    }
    context.before = await snapshot(context.rig);
  }),
);
test.after(async ({ rig, lan }) => {
  await rig?.stop();
  await lan?.remove();
});

const call = ({ rig, folders }: Context, name: keyof typeof files, ...args: string[]) =>
  netcompose(rig, args, { cwd: folders[name]! });

test('both come up at once', async (context) => {
  const outputs = await Promise.all([call(context, 'one', 'up', '-d'), call(context, 'two', 'up', '-d')]);
  for (const { code, stderr } of outputs) assert.is(code, 0, stderr);
  assert.match(outputs[0].stderr, /web\s+macvlan\s+192\.168\.213\.192:80\s+192\.168\.213\.192:80\n/);
  const networks = await context.rig.docker('network', 'ls', '--filter', 'driver=macvlan', '--format', '{{.Name}}');
  assert.is(networks.stdout, 'netcompose-ncp-shared');
});

test('each is reached from the host and from the LAN, and they reach each other', async ({ rig, lan }) => {
  for (const address of ['192.168.213.192', '192.168.213.80']) {
    assert.is(await fetchText(`http://${address}/`), 'hello', address);
    assert.is(await fetchText(`http://${address}/`, { from: lan }), 'hello', address);
  }
  const { stdout } = await rig.docker('exec', 'one-web-1', 'wget', '-q', '-O', '-', 'http://192.168.213.80/');
  assert.is(stdout, 'hello');
});

test('names on the backend still resolve, and the default route is that of the LAN', async ({ rig, lan }) => {
  assert.is((await rig.docker('exec', 'one-web-1', 'wget', '-q', '-O', '-', 'http://db/')).stdout, 'hello');
  const { stdout } = await rig.docker('exec', 'one-web-1', 'ip', 'route');
  assert.match(stdout, `default via ${lan.gateway}`);
});

test('a name that another project has on the LAN, too, leads to the own one', async (context) => {
  const cwd = join(context.rig.directory, 'other');
  await mkdir(cwd, { recursive: true });
  await writeFile(
    join(cwd, 'compose.yaml'),
    `services:\n  db:\n    image: ${testImage}\n    command: ["sleep", "3600"]\n    stop_signal: SIGKILL\n` +
      '    x-netmode: { mode: macvlan, ip_range: 192.168.213.192/27 }\n',
  );
  const other = (...args: string[]) => netcompose(context.rig, args, { cwd });
  const { code, stderr } = await other('up', '-d');
  assert.is(code, 0, stderr);
  const check = await call(context, 'one', 'check');
  assert.not.match(check.stdout, 'service/name-of-another-project');
  const ask = async (name: string) => (await context.rig.docker('exec', 'one-web-1', 'nslookup', name)).stdout;
  const { stdout: own } = await context.rig.docker('exec', 'one-db-1', 'hostname', '-i');
  const foreign = /Name:.*\nAddress[^:]*: (\S+)/.exec(await ask('other-db-1'))?.[1];
  assert.match(foreign ?? '', /^192\.168\.213\./);
  const answer = await ask('db');
  assert.match(answer, own.trim());
  assert.not.match(answer, foreign!);
  assert.is((await other('down')).code, 0);
});

test('what is made while its own `db` has no container gets the link to it with the next up', async (context) => {
  const service = (name: string, more = '') =>
    `  ${name}:\n    image: ${testImage}\n    command: ["sleep", "3600"]\n    stop_signal: SIGKILL\n` +
    `    x-netmode: { mode: macvlan, ip_range: 192.168.213.192/27 }\n${more}`;
  const project = async (name: string, text: string) => {
    const cwd = join(context.rig.directory, name);
    await mkdir(cwd, { recursive: true });
    await writeFile(join(cwd, 'compose.yaml'), `services:\n${text}`);
    return async (...args: string[]) => {
      const output = await netcompose(context.rig, args, { cwd });
      assert.is(output.code, 0, output.stderr);
      return output.stderr;
    };
  };
  const other = await project('other', service('db'));
  const late = await project('late', service('web', '    depends_on: [db]\n') + service('db'));
  await other('up', '-d');
  const answers = async () => {
    const { stdout } = await context.rig.docker('exec', 'late-web-1', 'nslookup', 'db');
    return [...stdout.matchAll(/Name:.*\nAddress[^:]*: (\S+)/g)].map(([, address]) => address!);
  };
  const addressOf = async (name: string) => (await context.rig.docker('exec', name, 'hostname', '-i')).stdout.trim();

  const told = await late('up', '-d', '--no-deps', 'web');
  assert.match(told, '"web": the name "db" is also that of "other-db-1"');
  assert.match(told, 'start "db" as well');
  assert.equal(await answers(), [await addressOf('other-db-1')]);
  await late('up', '-d');
  assert.equal(await answers(), [await addressOf('late-db-1')]);
  // It is there now, and nothing is left out. (Compose 2.26 makes `web` anew for this option, whatever it has.)
  await late('up', '-d', '--no-deps', 'web');
  assert.equal(await answers(), [await addressOf('late-db-1')]);
  await late('down');
  await other('down');
});

test('down of one leaves the other alone', async (context) => {
  const { code, stderr } = await call(context, 'one', 'down');
  assert.is(code, 0, stderr);
  assert.is(await fetchText('http://192.168.213.80/'), 'hello');
});

test('nothing leads to a fixed address that was changed, or whose project is down', async (context) => {
  const cwd = join(context.rig.directory, 'moves');
  const other = async (address: string) => {
    await mkdir(cwd, { recursive: true });
    await writeFile(join(cwd, 'compose.yaml'), files.two.replace('192.168.213.80', address));
  };
  const run = (...args: string[]) => netcompose(context.rig, args, { cwd });
  /** To which addresses outside the range the shim leads, by routes and by entries for neighbours. */
  const ledTo = async () => {
    const [routes, neighbours] = await Promise.all([
      execa('ip', ['-4', 'route', 'show', 'table', 'all', 'dev', 'nc-ncp-shared', 'type', 'unicast']),
      execa('ip', ['-4', 'neigh', 'show', 'dev', 'nc-ncp-shared', 'nud', 'permanent']),
    ]);
    const addresses = `${routes.stdout}\n${neighbours.stdout}`.matchAll(/^(192\.168\.213\.\d+) /gm);
    return [...new Set([...addresses].map(([, address]) => address))].sort();
  };
  for (const address of ['192.168.213.51', '192.168.213.52']) {
    await other(address);
    const { code, stderr } = await run('up', '-d');
    assert.is(code, 0, stderr);
    assert.equal(await ledTo(), [address, '192.168.213.80']);
  }
  assert.is((await run('down')).code, 0);
  assert.equal(await ledTo(), ['192.168.213.80']);
});

test('with host_access: loopback the port answers this host only', async (context) => {
  const { code, stderr } = await call(context, 'loopback', 'up', '-d');
  assert.is(code, 0, stderr);
  assert.is(await fetchText('http://127.0.0.1:18083/'), 'hello');
  assert.is(await fetchText(`http://${context.lan.hostAddress}:18083/`, { from: context.lan, once: true }), undefined);
  assert.is((await call(context, 'loopback', 'down')).code, 0);
});

test('down of the last leaves nothing behind', async (context) => {
  const { code, stderr } = await call(context, 'two', 'down');
  assert.is(code, 0, stderr);
  assert.equal(await snapshot(context.rig), context.before);
});

test('an up in the foreground ends with an interrupt, and down cleans up', async (context) => {
  const { execa } = await import('execa');
  const { program } = await import('./rig/netcompose.ts');
  const child = execa(process.execPath, [program, 'up'], {
    cwd: context.folders['two']!,
    env: context.rig.env,
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
  });
  endWhereItHangs(child);
  assert.is(await fetchText('http://192.168.213.80/'), 'hello');
  child.kill('SIGINT');
  const { exitCode, stderr } = await child;
  // Compose 2.26 may panic then, once the containers have stopped (docker/compose#11710); its exit code is passed on
  // all the same.
  const hasPanicked =
    context.rig.engine !== '28' && exitCode === 2 && stderr.includes('panic: close of closed channel');
  assert.ok(exitCode === 130 || exitCode === 0 || hasPanicked, `${exitCode} ${stderr}`);
  assert.is((await call(context, 'two', 'down')).code, 0);
  assert.equal(await snapshot(context.rig), context.before);
});

test.run();
