/**
 * A LAN whose router advertises its prefix, and a host that has temporary (privacy) addresses of it: none of them is
 * the shim's, nor what the host is known by. And the router's link-local address, which Docker takes for no gateway.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { saying } from '../support/hooks.ts';
import { patiently } from '../support/patiently.ts';
import { testImage } from './rig/image.ts';
import { type Lan, makeLan } from './rig/lan.ts';
import { netcompose } from './rig/netcompose.ts';
import { type Rig, startRig } from './rig/rig.ts';
import { until } from './rig/swarm.ts';
import { snapshot } from './snapshot.ts';

interface Context {
  rig: Rig;
  lan: Lan;
  router: ChildProcess;
}

const test = suite<Context>('IPv6');

/** No address that anybody would guess. */
const router = 'fd00:213::ab';
const [prefix, parent, shim, container] = ['fd00:213::', 'ncp-six', 'nc-ncp-six', 'fd00:213::53'] as const;

/** Of the same LAN, later. */
const otherPrefix = 'fd00:214::';

const fileWith = (gateway: string) => `
name: six
services:
  web:
    image: ${testImage}
    command: ["httpd", "-f", "-h", "/www"]
    stop_signal: SIGKILL
    x-netmode: { network: lan, ipv6_address: "${container}" }
  quiet:
    image: ${testImage}
    command: ["sleep", "3600"]
    stop_signal: SIGKILL
    sysctls: { net.ipv6.conf.default.autoconf: 0 }
    x-netmode: { network: lan, ipv6_address: "${prefix}54" }
networks:
  lan:
    x-netmode:
      mode: macvlan
      parent: ${parent}
      subnet: [192.168.213.0/24, "${prefix}/64"]
      gateway: ${gateway}
      ip_range: [192.168.213.192/28, "${prefix}c0/124"]
`;

interface IpAddress {
  readonly local?: string;
  readonly temporary?: boolean;
  /** Nobody may have it, and that is not certain yet. */
  readonly tentative?: boolean;
}

async function addressesOn(link: string): Promise<readonly IpAddress[]> {
  const { stdout } = await patiently('ip', ['-j', '-6', 'addr', 'show', 'dev', link, 'scope', 'global']);
  return (JSON.parse(stdout) as readonly { readonly addr_info?: readonly IpAddress[] }[]).flatMap(
    // Of addresses of other scopes it leaves an empty one.
    ({ addr_info = [] }) => addr_info.filter(({ local }) => local !== undefined),
  );
}

async function project({ rig }: Context, name: string, text: string) {
  const cwd = join(rig.directory, name);
  await mkdir(cwd, { recursive: true });
  await writeFile(join(cwd, 'compose.yaml'), text);
  return (...args: readonly string[]) => netcompose(rig, args, { cwd });
}

/** A router that speaks of itself and of a prefix. */
function advertise(what: string): ChildProcess {
  const args = ['-k', '--conf-file=/dev/null', '--port=0', '--user=root', '--interface=ncl-six', '--enable-ra'];
  return spawn('ip', ['netns', 'exec', 'six', 'dnsmasq', ...args, `--dhcp-range=${what},ra-only,64`], {
    stdio: 'ignore',
  });
}

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'six', defaultRoute: true });
    context.rig = await startRig();
    // For all that come later, too, as Debian's desktops have it. (The engine has turned forwarding on.)
    for (const setting of ['default.use_tempaddr=2', `${parent}.use_tempaddr=2`, `${parent}.accept_ra=2`])
      await patiently('sysctl', ['-qw', `net.ipv6.conf.${setting}`]);
    // Or it says of itself that it is no router when asked for its MAC address, and the host forgets its routes by it.
    await context.lan.exec(['sysctl', '-qw', 'net.ipv6.conf.all.forwarding=1']);
    await context.lan.exec(['ip', 'addr', 'add', `${router}/64`, 'dev', 'ncl-six', 'nodad']);
    context.router = advertise(prefix);
    await until(async () => {
      const addresses = await addressesOn(parent);
      return addresses.some(({ temporary }) => temporary) && !addresses.some(({ tentative }) => tentative);
    }, 'no temporary address');
  }),
);
test.after(async ({ rig, lan, router }) => {
  router?.kill('SIGKILL');
  await rig?.stop();
  await lan?.remove();
});

test('the shim has no temporary address, and is what the host reaches containers from', async (context) => {
  const call = await project(context, 'six', fileWith(`[192.168.213.1, "${router}"]`));
  const before = await snapshot(context.rig);
  const up = await call('up', '-d');
  assert.is(up.code, 0, up.stderr);
  const { stdout: plan } = await call('plan');
  const [temporary] = (await addressesOn(parent)).filter((one) => one.temporary);
  assert.not.match(plan + up.stderr, temporary!.local!);
  // Its own, and no other: also once the router has spoken again.
  const own = await addressesOn(shim);
  assert.is(own.length, 1);
  assert.not(own[0]!.temporary);
  const answers = async () => (await patiently('busybox', ['ping', '-6', '-c', '1', '-W', '1', container])).code === 0;
  await until(answers, 'the container does not answer');
  const { stdout: way } = await patiently('ip', ['-6', 'route', 'get', container]);
  assert.match(way, ` dev ${shim} `);
  assert.match(way, ` src ${own[0]!.local} `);
  const again = await snapshot(context.rig);
  assert.is((await call('up', '-d')).code, 0);
  assert.equal(await snapshot(context.rig), again);
  assert.equal(await addressesOn(shim), own);
  assert.is((await call('down')).code, 0);
  assert.equal(await snapshot(context.rig), before);
});

test('the shim answers containers at the addresses that they take, too', async (context) => {
  const call = await project(context, 'six', fileWith(`[192.168.213.1, "${router}"]`));
  const up = await call('up', '-d');
  assert.is(up.code, 0, up.stderr);
  const [own] = await addressesOn(shim);
  const inside = (service: string, ...argv: readonly string[]) =>
    context.rig.docker('exec', `six-${service}-1`, ...argv);
  // Once both have heard the router, and what one takes of it has turned out to be free.
  for (const service of ['web', 'quiet'])
    await until(
      async () => (await inside(service, 'ip', '-6', 'route')).stdout.includes('default via fe80:'),
      `${service} has not heard the router`,
    );
  const takes = async () => (await inside('web', 'ip', '-6', 'route', 'get', own!.local!)).stdout;
  await until(async () => !(await takes()).includes(`src ${container} `), 'the container takes no address');
  const asks = async (service: string) =>
    (await inside(service, 'ping', '-6', '-c', '1', '-W', '2', own!.local!)).code === 0;
  for (const service of ['web', 'quiet']) assert.ok(await asks(service), `${service} does not reach the shim`);
  // The LAN is answered as before, and what is not the shim's goes by the card.
  assert.is((await context.lan.exec(['busybox', 'ping', '-6', '-c', '1', '-W', '2', own!.local!])).code, 0);
  const way = async (...from: readonly string[]) =>
    (await patiently('ip', ['-6', 'route', 'get', router, ...from])).stdout;
  assert.match(await way('from', own!.local!), ` dev ${shim} `);
  assert.match(await way(), ` dev ${parent} `);

  // Without the rule it was the card, and a card does not reach what is above it. The next `up` mends it.
  const rule = ['from', own!.local!, 'lookup', '28259', 'pref', '32765'];
  assert.is((await patiently('ip', ['-6', 'rule', 'del', ...rule])).code, 0);
  assert.is.not(await asks('web'), true);
  assert.is.not((await call('shim', 'ls')).code, 0);
  assert.is((await call('up', '-d')).code, 0);
  assert.ok(await asks('web'), 'not mended');
  assert.is((await call('shim', 'ls')).code, 0);

  // A shim that goes by another's hand leaves the rule, and `down` removes that.
  await patiently('ip', ['link', 'del', 'dev', shim]);
  assert.match((await patiently('ip', ['-6', 'rule'])).stdout, 'lookup 28259');
  assert.is((await call('down')).code, 0);
  assert.not.match((await patiently('ip', ['-6', 'rule'])).stdout, 'lookup 28259');
});

test('the router speaks of another prefix: host and container reach each other as before', async (context) => {
  const call = await project(context, 'six', fileWith(`[192.168.213.1, "${router}"]`));
  const up = await call('up', '-d');
  assert.is(up.code, 0, up.stderr);
  const own = await addressesOn(shim);
  const ended = new Promise((resolve) => context.router.once('exit', resolve));
  context.router.kill('SIGKILL');
  await ended;
  await context.lan.exec(['ip', 'addr', 'add', `${otherPrefix}ab/64`, 'dev', 'ncl-six', 'nodad']);
  context.router = advertise(otherPrefix);
  const inside = (...argv: readonly string[]) => context.rig.docker('exec', 'six-web-1', ...argv);
  await until(
    async () => (await inside('ip', '-6', 'addr')).stdout.includes(otherPrefix),
    'the container takes nothing of it',
  );
  await until(
    async () => (await addressesOn(parent)).some(({ local }) => local!.startsWith(otherPrefix)),
    'the host takes nothing of it',
  );
  assert.equal(await addressesOn(shim), own, 'the shim takes nothing');
  const ping = ['ping', '-6', '-c', '2', '-W', '2'] as const;
  assert.is((await patiently('busybox', [...ping, container])).code, 0, 'host to container');
  assert.is((await inside(...ping, own[0]!.local!)).code, 0, 'container to shim');
  const before = await snapshot(context.rig);
  const again = await call('up', '-d');
  assert.is(again.code, 0, again.stderr);
  assert.equal(await snapshot(context.rig), before);
  assert.is((await call('shim', 'ls')).code, 0);
  assert.is((await call('down')).code, 0);
});

test("a router's link-local address is no gateway for Docker; said beforehand, with what to write", async (context) => {
  const { rig } = context;
  const pools = ['--ipv6', '--subnet', `${prefix}/64`, '--gateway', 'fe80::1'];
  const made = await rig.docker('network', 'create', '-d', 'macvlan', '-o', `parent=${parent}`, ...pools, 'refused');
  assert.is.not(made.code, 0);
  assert.match(made.stderr, 'no matching subnet for gateway fe80::1');

  const refused = await project(context, 'refused', fileWith('[192.168.213.1, "fe80::1"]'));
  const { code, stderr } = await refused('up', '-d');
  assert.is(code, 1, stderr);
  assert.match(stderr, `gateway fe80::1 is outside 192.168.213.0/24 and ${prefix}/64`);
  const help = 'Docker takes no link-local gateway: leave it out';
  assert.match(stderr, help);

  // Left out, the router is found by its MAC address, once this host has spoken to that other address of it.
  await patiently('busybox', ['ping', '-6', '-c', '1', '-W', '2', router]);
  const found = await project(context, 'found', fileWith('192.168.213.1'));
  const plan = await found('plan', '--format', 'json');
  assert.is(plan.code, 0, plan.stderr);
  assert.match(plan.stdout, `"gateway": "${router}"`);
});

test.run();
