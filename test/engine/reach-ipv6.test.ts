/**
 * The reasons that `reach` names by IPv6, which has no `rp_filter`, on macvlan; on ipvlan they are in the lab. What
 * `IPv6_rpfilter` of firewalld does is in `managers/reach.test.ts`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { saying } from '../support/hooks.ts';
import { patiently } from '../support/patiently.ts';
import { testImage } from './rig/image.ts';
import { type Lan, makeLan } from './rig/lan.ts';
import { netcompose } from './rig/netcompose.ts';
import { askedReach } from './rig/reach.ts';
import { type Rig, startRig } from './rig/rig.ts';

interface Context {
  rig: Rig;
  lan: Lan;
  cwd: string;
}

const test = suite<Context>('reach: reasons by IPv6');
const shim = 'nc-ncp-six';
const [own, given, other, shims] = ['fd00:213::10', 'fd00:213::53', 'fd00:213::54', 'fd00:213::1:ff'] as const;
const gateway = 'fd00:213::1';

const text = `services:
  hosty:
    image: ${testImage}
    command: ["httpd", "-f", "-p", "18297", "-h", "/www"]
    stop_signal: SIGKILL
    x-netmode: { mode: host, listen: [18297] }
  six:
    image: ${testImage}
    command: ["httpd", "-f", "-p", "80", "-h", "/www"]
    stop_signal: SIGKILL
    depends_on: [hosty]
    extra_hosts: ["hosty:${own}"]
    x-netmode: { network: lan, ipv6_address: "${given}", listen: [80] }
  seven:
    image: ${testImage}
    command: ["sleep", "infinity"]
    stop_signal: SIGKILL
    depends_on: [hosty]
    extra_hosts: ["hosty:${shims}"]
    x-netmode: { network: lan, ipv6_address: "${other}" }
networks:
  lan:
    x-netmode:
      mode: macvlan
      parent: ncp-six
      subnet: [192.168.213.0/24, "fd00:213::/64"]
      gateway: [192.168.213.1, "${gateway}"]
      ip_range: [192.168.213.224/28, "fd00:213::1:0/112"]
      shim: { ipv6_address: "${shims}" }
`;

async function ip(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await patiently('ip', args);
  assert.is(code, 0, `ip ${args.join(' ')}: ${stderr}`);
}

/** Takes what is for an address, as a VPN's tunnel does. */
const tunnel = (to: string) => [
  ['link', 'add', 'tun9', 'type', 'bridge'],
  ['link', 'set', 'dev', 'tun9', 'up'],
  ['-6', 'route', 'add', to, 'dev', 'tun9', 'table', '9'],
  ['-6', 'rule', 'add', 'pref', '60', 'to', to, 'lookup', '9'],
];

const reach = ({ rig, cwd }: Context, service = 'six') => askedReach(rig, { cwd, args: [service] });

/** Runs a program of the host's in the network namespace of a service's container. */
async function inside({ rig }: Context, service: string, ...argv: readonly string[]): Promise<void> {
  const { stdout } = await rig.docker('inspect', '--format', '{{.State.Pid}}', `six-${service}-1`);
  const { code, stderr } = await patiently('nsenter', ['--net', '--target', stdout.trim(), '--', ...argv]);
  assert.is(code, 0, `${argv.join(' ')}: ${stderr}`);
}

async function ip6tables(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await patiently('ip6tables', args);
  assert.is(code, 0, `ip6tables ${args.join(' ')}: ${stderr}`);
}

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'six', defaultRoute: true });
    await ip('address', 'add', `${own}/64`, 'dev', 'ncp-six', 'nodad');
    context.rig = await startRig();
    context.cwd = join(context.rig.directory, 'six');
    await mkdir(context.cwd, { recursive: true });
    await writeFile(join(context.cwd, 'compose.yaml'), text);
    const up = await netcompose(context.rig, ['up', '-d'], { cwd: context.cwd });
    assert.is(up.code, 0, up.stderr);
  }),
);
test.after(async ({ rig, lan }) => {
  // What a test that fails would leave to other files.
  await patiently('ip', ['-6', 'rule', 'delete', 'pref', '60']);
  await patiently('ip', ['link', 'delete', 'tun9']);
  await patiently('ip6tables', ['-P', 'INPUT', 'ACCEPT']);
  await patiently('ip6tables', ['-F', 'INPUT']);
  await rig?.stop();
  await lan?.remove();
});

test('a gateway that nobody is, and the host has none or another one', async (context) => {
  const place = `seven > gateway ${gateway} (ping): no`;
  const { rows, code } = await reach(context, 'seven');
  assert.is(code, 1);
  rows.has('seven > gateway 192.168.213.1 (ping): yes');
  rows.has(
    place,
    /^the gateway answers neither ping nor NDP: it is not there, or what is between carries only one MAC/,
  );
  await ip('-6', 'route', 'add', 'default', 'via', 'fe80::99', 'dev', 'ncp-six');
  const elsewhere = await reach(context, 'seven');
  elsewhere.rows.has(
    place,
    /^nobody answers as the gateway, neither a ping nor NDP: this host leaves "ncp-six" by fe80::99$/,
    'write another address of that router as "gateway": Docker takes no link-local one',
  );
  await ip('-6', 'route', 'delete', 'default');
});

test('a gateway that answers a ping, or NDP only; and one without a route to it', async (context) => {
  const { exec } = context.lan;
  await exec(['ip', 'address', 'add', `${gateway}/64`, 'dev', 'ncl-six', 'nodad']);
  // What was asked while nobody had the address is being given up, and a ping of that moment with it.
  await inside(context, 'seven', 'ip', '-6', 'neigh', 'flush', 'all');
  const place = `seven > gateway ${gateway} (ping)`;
  (await reach(context, 'seven')).rows.has(`${place}: yes`);
  const pings = ['INPUT', '-p', 'icmpv6', '--icmpv6-type', 'echo-request', '-j', 'DROP'];
  assert.is((await exec(['ip6tables', '-A', ...pings])).code, 0);
  (await reach(context, 'seven')).rows.has(`${place}: yes`, /^it answers NDP, but no ping$/);
  assert.is((await exec(['ip6tables', '-D', ...pings])).code, 0);
  await inside(context, 'seven', 'ip', '-6', 'route', 'delete', 'default');
  const { rows, code } = await reach(context, 'seven');
  assert.is(code, 1);
  rows.has('seven > gateway 192.168.213.1 (ping): yes');
  rows.has(`${place}: no`, /^"six-seven-1" has no default route of IPv6: nothing leaves by the gateway/);
  await inside(context, 'seven', 'ip', '-6', 'route', 'add', 'default', 'via', gateway);
});

test('packet filters of IPv6: a policy of the container, and of this host', async (context) => {
  const reason = /^likely the packet filter in the network of "six-six-1": what no rule accepts .* hook "input"\)$/;
  await inside(context, 'six', 'ip6tables', '-P', 'INPUT', 'DROP');
  const { rows } = await reach(context);
  rows.has(`host > six [${given}]:80: no`, reason);
  rows.has('six > gateway 192.168.213.1 (ping): yes');
  rows.has(`six > gateway ${gateway} (ping): not asked`, /the packet filter of "six-six-1" lets no answer in$/);
  await inside(context, 'six', 'ip6tables', '-P', 'INPUT', 'ACCEPT');

  const place = `seven > hosty [${shims}]:18297`;
  (await reach(context, 'seven')).rows.has(`${place}: yes`);
  await ip6tables('-A', 'INPUT', '-p', 'icmpv6', '-j', 'ACCEPT');
  await ip6tables('-P', 'INPUT', 'DROP');
  (await reach(context, 'seven')).rows.has(
    `${place}: no`,
    /^likely this host's firewall: what no rule accepts is dropped \(policy of the hook "input"\)$/,
    'see: nft list ruleset, or ip6tables -S',
  );
  await ip6tables('-P', 'INPUT', 'ACCEPT');
  await ip6tables('-F', 'INPUT');
});

test("the host's own address is the parent's, which nobody finds", async (context) => {
  const { rows, code } = await reach(context);
  assert.is(code, 1);
  rows.has(`host > six [${given}]:80: yes`);
  rows.has(
    `six > hosty [${own}]:18297: no`,
    /^by IPv6, containers of this network find this host at an address of the shim "nc-ncp-six" only$/,
    `let it ask there: extra_hosts: ["hosty:${shims}"]`,
  );
});

test('the way of this host leads past the shim', async (context) => {
  for (const command of tunnel(given)) await ip(...command);
  const { rows } = await reach(context);
  rows.has(
    `host > six [${given}]:80: no`,
    new RegExp(`^this host's way to ${given} leads by "tun9", not by the shim "${shim}"$`),
  );
  await ip('-6', 'rule', 'delete', 'pref', '60');
  await ip('link', 'delete', 'tun9');
});

test('what the container answers leaves by its tunnel', async (context) => {
  for (const command of tunnel(shims)) await inside(context, 'six', 'ip', ...command);
  const { rows } = await reach(context);
  rows.has(
    `host > six [${given}]:80: no`,
    /^"six-six-1" sends what it answers to this host by its interface "tun9", where it does not come back$/,
  );
});

test.run();
