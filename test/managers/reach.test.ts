/** `reach` beside the real firewalld, which knows the engine, and the shim only as something in its default zone. */
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { testImage } from '../engine/rig/image.ts';
import { type Lan, makeLan } from '../engine/rig/lan.ts';
import { netcompose } from '../engine/rig/netcompose.ts';
import { askedReach } from '../engine/rig/reach.ts';
import { type Rig, startRig } from '../engine/rig/rig.ts';
import { saying } from '../support/hooks.ts';
import { patiently } from '../support/patiently.ts';
import { type Firewalld, startFirewalld } from './rig/firewalld.ts';

interface Context {
  firewalld: Firewalld;
  lan: Lan;
  six: Lan;
  rig: Rig;
}

const test = suite<Context>('managers: reach');
const name = 'zones';
const shim = `nc-ncp-${name}`;

const service = (called: string, port: number, more: string) =>
  `  ${called}:\n    image: ${testImage}\n    stop_signal: SIGKILL\n` +
  `    command: ["httpd", "-f", "-p", "${port}", "-h", "/www"]\n${more}`;
const text =
  'services:\n' +
  service('hosty', 18298, '    x-netmode: { mode: host, listen: [18298] }\n') +
  service('app', 80, '    depends_on: [hosty]\n') +
  service(
    'lan',
    80,
    '    depends_on: [hosty]\n    extra_hosts: ["hosty:192.168.213.10"]\n' +
      '    x-netmode: { mode: macvlan, ip_range: 192.168.213.192/27, ipv4_address: 192.168.213.80, listen: ["80"] }\n',
  );

const [own, given, shimOwn] = ['fd00:214::10', 'fd00:214::53', 'fd00:214::1:ff'] as const;
const ofSix =
  'services:\n' +
  service('hosty', 18299, '    x-netmode: { mode: host, listen: [18299] }\n') +
  service(
    'six',
    80,
    `    depends_on: [hosty]\n    extra_hosts: ["hosty:${shimOwn}"]\n` +
      `    x-netmode: { network: lan, ipv6_address: "${given}", listen: ["80"] }\n`,
  ) +
  'networks:\n  lan:\n    x-netmode:\n      mode: macvlan\n      parent: ncp-six\n' +
  '      subnet: [192.168.214.0/24, "fd00:214::/64"]\n      gateway: [192.168.214.1, "fd00:214::1"]\n' +
  '      ip_range: [192.168.214.224/28, "fd00:214::1:0/112"]\n' +
  `      shim: { ipv6_address: "${shimOwn}" }\n`;

async function host(...argv: readonly string[]): Promise<void> {
  const { code, stderr } = await patiently(argv[0]!, argv.slice(1));
  assert.is(code, 0, `${argv.join(' ')}: ${stderr}`);
}

/** Starts a project, and gives what asks its places. */
async function started({ firewalld, rig }: Context, project: string, compose: string) {
  const cwd = join(rig.directory, project);
  await mkdir(cwd, { recursive: true });
  await writeFile(join(cwd, 'compose.yaml'), compose);
  const env = { PATH: [firewalld.bin, rig.env['PATH']].join(delimiter) };
  const up = await netcompose(rig, ['up', '-d'], { cwd, env });
  assert.is(up.code, 0, up.stderr);
  return () => askedReach(rig, { cwd, env, args: [] });
}

test.before(
  saying(async (context) => {
    context.firewalld = await startFirewalld('trixie');
    process.env['DBUS_SYSTEM_BUS_ADDRESS'] = context.firewalld.bus;
    context.lan = await makeLan({ name, defaultRoute: true });
    context.six = await makeLan({ name: 'six', third: 214 });
    await host('ip', 'address', 'add', `${own}/64`, 'dev', 'ncp-six', 'nodad');
    await context.six.exec(['ip', 'address', 'add', 'fd00:214::1/64', 'dev', 'ncl-six', 'nodad']);
    context.rig = await startRig({ engine: '28' });
  }),
);
test.after(async ({ firewalld, lan, six, rig }) => {
  await rig?.stop();
  await lan?.remove();
  await six?.remove();
  await firewalld?.stop();
  delete process.env['DBUS_SYSTEM_BUS_ADDRESS'];
});

test("the shim's zone is the reason, and what is said mends it", async (context) => {
  const { firewalld } = context;
  const ask = await started(context, name, text);

  const blocked = await ask();
  assert.is(blocked.code, 1);
  const place = 'lan > hosty 192.168.213.10:18298';
  const help = 'firewall-cmd --zone=public --add-port=18298/tcp';
  blocked.rows.has(
    `${place}: no`,
    /^likely this host's firewall: firewalld has "nc-ncp-zones" in zone "public", which opens dhcpv6-client, ssh only$/,
    `${help}, and once more with --permanent`,
  );
  // Docker has put its bridges into a zone of its own, which accepts everything.
  blocked.rows.has(/^app > hosty 10\.\S+:18298: yes$/);
  blocked.rows.has('host > lan 192.168.213.80:80: yes');

  const [, ...args] = help.split(' ');
  await firewalld.command(...args);
  const open = await ask();
  assert.is(open.code, 0);
  open.rows.has(`${place}: yes`);

  await firewalld.command('--zone=drop', `--change-interface=${shim}`);
  const dropped = await ask();
  assert.is(dropped.code, 1);
  dropped.rows.has(`${place}: no`, /"nc-ncp-zones" in zone "drop", which opens nothing$/);
});

test('IPv6_rpfilter hinders no shim, but where a VPN takes the way for all but marked packets', async (context) => {
  const { firewalld } = context;
  const ask = await started(context, 'six', ofSix);
  const trust = () => firewalld.command('--zone=trusted', '--change-interface=nc-ncp-six');
  await trust();
  const [there, back] = [`host > six [${given}]:80`, `six > hosty [${shimOwn}]:18299`];
  const strict = await ask();
  assert.is(strict.code, 0);
  for (const place of [there, back]) strict.rows.has(`${place}: yes`);

  await host('ip', 'link', 'add', 'tun9', 'type', 'bridge');
  await host('ip', 'link', 'set', 'tun9', 'up');
  await host('ip', '-6', 'route', 'add', 'default', 'dev', 'tun9', 'table', '9');
  await host('ip', '-6', 'rule', 'add', 'pref', '60', 'to', given, 'lookup', '9');
  await host('ip', '-6', 'rule', 'add', 'pref', '50', 'fwmark', '1', 'lookup', 'main');
  await host('ip6tables', '-t', 'mangle', '-A', 'OUTPUT', '-d', given, '-j', 'MARK', '--set-mark', '1');
  const help = 'write "IPv6_rpfilter=loose" in /etc/firewalld/firewalld.conf, and run: firewall-cmd --reload';
  const dropped = await ask();
  assert.is(dropped.code, 1);
  dropped.rows.has(
    `${there}: no`,
    /^likely IPv6_rpfilter: firewalld drops what fd00:214::53 answers, .* "nc-ncp-six" \(.* leads by "tun9"\)$/,
    `${help}; see also: ip -6 rule`,
  );
  dropped.rows.has(
    `${back}: no`,
    /^likely IPv6_rpfilter: firewalld drops what "six-six-1" sends, as it comes by "nc-ncp-six", and the way back/,
    help,
  );
  // As the help says.
  await firewalld.configure('IPv6_rpfilter', 'loose');
  await trust();
  const loose = await ask();
  assert.is(loose.code, 0);
  for (const place of [there, back]) loose.rows.has(`${place}: yes`);
  await host('ip6tables', '-t', 'mangle', '-F', 'OUTPUT');
  for (const pref of ['50', '60']) await host('ip', '-6', 'rule', 'delete', 'pref', pref);
  await host('ip', 'link', 'delete', 'tun9');
});

test("nft tells the policies of both families, the host's and a container's", async (context) => {
  const ask = await started(context, 'six', ofSix);
  await context.firewalld.command('--zone=trusted', '--change-interface=nc-ncp-six');
  const { stdout } = await context.rig.docker('inspect', '--format', '{{.State.Pid}}', 'six-six-1');
  const inside = ['nsenter', '--net', '--target', stdout.trim(), '--', 'ip6tables'];
  await host('ip6tables', '-A', 'INPUT', '-p', 'icmpv6', '-j', 'ACCEPT');
  await host('ip6tables', '-P', 'INPUT', 'DROP');
  const shut = await ask();
  await host('ip6tables', '-P', 'INPUT', 'ACCEPT');
  shut.rows.has(
    `six > hosty [${shimOwn}]:18299: no`,
    /^likely this host's firewall: .* \(policy of the hook "input"\)$/,
  );
  shut.rows.has('six > gateway 192.168.214.1 (ping): yes');
  await host(...inside, '-P', 'INPUT', 'DROP');
  const walled = await ask();
  walled.rows.has(
    `host > six [${given}]:80: no`,
    /^likely the packet filter in the network of "six-six-1": .*"input"\)$/,
  );
  await host(...inside, '-P', 'INPUT', 'ACCEPT');
});

test.run();
