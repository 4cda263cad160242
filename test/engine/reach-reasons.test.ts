/**
 * The reasons that `reach` names, each with the real thing: routes, the kernel's check of the way back, packet filters
 * and containers in distress. What a firewall's zone does is in `managers/reach.test.ts`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { saying } from '../support/hooks.ts';
import { type Output, patiently } from '../support/patiently.ts';
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

const test = suite<Context>('reach: reasons');
const name = 'why';
const shim = `nc-ncp-${name}`;
const silentGateway = '192.168.213.7';

const service = (called: string, command: string, more: string) =>
  `  ${called}:\n    image: ${testImage}\n    stop_signal: SIGKILL\n    command: ["sh", "-c", "${command}"]\n${more}`;
const web = 'exec httpd -f -p 80 -h /www';
const onLan = (address: string) => `    x-netmode: { network: lan, ipv4_address: ${address}, listen: ["80"] }\n`;
const needsHost = '    depends_on: [hosty]\n';
const sick = '    healthcheck: { test: ["CMD", "false"], interval: 1s, timeout: 1s, retries: 1 }\n';

const text =
  'services:\n' +
  service('hosty', 'exec httpd -f -p 18291 -h /www', '    x-netmode: { mode: host, listen: [18291] }\n') +
  service('lan', web, `${needsHost}    extra_hosts: ["hosty:192.168.213.10"]\n${onLan('192.168.213.80')}`) +
  service('fussy', web, onLan('192.168.213.81')) +
  service('moved', web, onLan('192.168.213.82')) +
  service(
    'routeless',
    `ip route delete default; ${web}`,
    `    cap_add: [NET_ADMIN]\n    sysctls: { net.ipv4.conf.all.rp_filter: 1 }\n${onLan('192.168.213.83')}`,
  ) +
  service('shut', web, `${needsHost}    networks: [inner]\n`) +
  service('walled', web, '    ports: ["18292:80"]\n') +
  service('loops', 'exit 4', '    restart: always\n    ports: ["18293:80"]\n') +
  service('sick', web, `${sick}    ports: ["18294:80"]\n`) +
  service('deaf', 'exec dnsmasq -k -u root -R -h', `${sick}    ports: ["18295:53/udp"]\n`) +
  service(
    'absent',
    'exit',
    '    entrypoint: [/bin/no-such-program]\n    profiles: [broken]\n    ports: ["18296:80"]\n',
  ) +
  'networks:\n  inner: { internal: true }\n  lan:\n' +
  `    x-netmode: { mode: macvlan, parent: ncp-${name}, ip_range: 192.168.213.224/28, gateway: ${silentGateway} }\n`;

const host = async (...argv: readonly string[]): Promise<Output> => {
  const result = await patiently(argv[0]!, argv.slice(1));
  assert.is(result.code, 0, `${argv.join(' ')}: ${result.stderr}`);
  return result;
};

/** Runs a program of the host's in the network namespace of a service's container. */
async function inside({ rig }: Context, called: string, ...argv: readonly string[]): Promise<void> {
  const { stdout } = await rig.docker('inspect', '--format', '{{.State.Pid}}', `${name}-${called}-1`);
  await host('nsenter', '--net', '--target', stdout.trim(), '--', ...argv);
}

const reach = ({ rig, cwd }: Context, ...services: readonly string[]) => askedReach(rig, { cwd, args: services });

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name, defaultRoute: true });
    context.rig = await startRig();
    // The higher of it and the interface's own counts, and 2 is the looser.
    await host('sysctl', '-q', '-w', 'net.ipv4.conf.all.rp_filter=0');
    context.cwd = join(context.rig.directory, name);
    await mkdir(context.cwd, { recursive: true });
    await writeFile(join(context.cwd, 'compose.yaml'), text);
    const up = await netcompose(context.rig, ['up', '-d'], { cwd: context.cwd });
    assert.is(up.code, 0, up.stderr);
  }),
);
/** What a test that fails would leave to those that come after. */
const leftovers = [
  ['ip', 'link', 'delete', 'tun9'],
  ...['50', '60'].map((pref) => ['ip', 'rule', 'delete', 'pref', pref]),
  ['iptables', '-P', 'INPUT', 'ACCEPT'],
] as const;

test.after(async ({ rig, lan }) => {
  for (const [program, ...args] of leftovers) await patiently(program!, args);
  await rig?.stop();
  await lan?.remove();
});

test('containers in distress', async (context) => {
  const { rig, cwd } = context;
  const state = (called: string, of: string) =>
    rig.docker('inspect', '--format', `{{.State.${of}}}`, `${name}-${called}-1`).then(({ stdout }) => stdout.trim());
  await rig.docker('kill', '--signal', 'STOP', `${name}-deaf-1`);
  const moved = `${name}-moved-1`;
  const [network] = Object.keys(JSON.parse((await rig.docker('inspect', moved)).stdout)[0].NetworkSettings.Networks);
  for (const verb of ['disconnect', 'connect']) await rig.docker('network', verb, network!, moved);
  const broken = ['--profile', 'broken'];
  assert.is.not((await netcompose(rig, [...broken, 'up', '-d', 'absent'], { cwd })).code, 0);
  for (const each of ['deaf', 'sick']) while ((await state(each, 'Health.Status')) !== 'unhealthy') await sleep(100);
  while ((await state('loops', 'Status')) !== 'restarting') await sleep(100);

  const args = ['loops', 'sick', 'deaf', 'absent', 'moved'];
  const { rows, code } = await askedReach(rig, { cwd, before: broken, args });
  assert.is(code, 1);
  rows.has(
    'host > loops localhost:18293: no',
    // It may run just now.
    /"why-loops-1" (keeps ending, with exit code 4, and|has ended and|.*\(it has ended and) was started again /,
  );
  rows.has('host > sick localhost:18294: yes', /^its health check says "unhealthy"$/);
  rows.has('host > deaf localhost:18295/udp: no', /^the health check of "why-deaf-1" says "unhealthy"$/);
  rows.has('host > absent localhost:18296: no', /^"why-absent-1" could not be started: .*no-such-program/);
  rows.has(
    'host > moved 192.168.213.82:80: no',
    /^"why-moved-1" has not got the address 192\.168\.213\.82, but 192\.168\.213\.2\d\d$/,
    'make it anew: netcompose up -d --force-recreate moved',
  );
});

test('a gateway that nobody is, and no way out', async (context) => {
  const { rows, code } = await reach(context, 'lan', 'shut');
  assert.is(code, 1);
  rows.has(
    'lan > gateway 192.168.213.7 (ping): no',
    /neither a ping nor ARP: .* leaves "ncp-why" by 192\.168\.213\.1$/,
  );
  rows.has('lan > hosty 192.168.213.10:18291: yes');
  rows.has(/^shut > hosty 10\.\S+:18291: no$/, /^"why-shut-1" has no gateway: its network has no default route$/);
});

test('no default route: a gateway is of no use, and with rp_filter the host has no answer', async (context) => {
  const { exec } = context.lan;
  await exec(['ip', 'address', 'add', `${silentGateway}/24`, 'dev', `ncl-${name}`]);
  const { stdout } = await exec(['cat', `/sys/class/net/ncl-${name}/address`]);
  // By asking for the gateway's MAC address it would tell the host its own.
  const known = ['ip', 'neigh', 'replace', silentGateway, 'lladdr', stdout.trim(), 'dev', 'eth0', 'nud', 'permanent'];
  await inside(context, 'routeless', ...known);
  await host('ip', 'neigh', 'flush', 'dev', shim);
  const { rows, code } = await reach(context, 'lan', 'routeless');
  assert.is(code, 1);
  rows.has('lan > gateway 192.168.213.7 (ping): yes');
  rows.has('routeless > gateway 192.168.213.7 (ping): no', /^"why-routeless-1" has no default route: /);
  const reason = /^rp_filter: the kernel drops what this host sends to "why-routeless-1" .*: it has no default route/;
  rows.has('host > routeless 192.168.213.83:80: no', reason);
  rows.has('host > routeless 192.168.213.83 (ping): no', reason);
});

test('rp_filter of the host, where a VPN takes the way for all but marked packets', async (context) => {
  await host('ip', 'link', 'add', 'tun9', 'type', 'bridge');
  await host('ip', 'address', 'add', '10.9.9.9/24', 'dev', 'tun9');
  await host('ip', 'link', 'set', 'tun9', 'up');
  await host('ip', 'route', 'add', 'default', 'dev', 'tun9', 'table', '9');
  await host('ip', 'rule', 'add', 'pref', '60', 'to', '192.168.213.80', 'lookup', '9');
  const elsewhere = await reach(context, 'lan');
  assert.is(elsewhere.code, 1);
  const place = 'host > lan 192.168.213.80:80';
  elsewhere.rows.has(`${place}: no`, /^this host's way to 192\.168\.213\.80 leads by "tun9", not by the shim ".*"$/);

  await host('ip', 'rule', 'add', 'pref', '50', 'fwmark', '1', 'lookup', 'main');
  const mark = ['-d', '192.168.213.80', '-j', 'MARK', '--set-mark', '1'];
  await host('iptables', '-t', 'mangle', '-A', 'OUTPUT', ...mark);
  const source = ['-s', '10.9.9.9', '-o', shim, '-j', 'SNAT', '--to-source', '192.168.213.10'];
  await host('iptables', '-t', 'nat', '-A', 'POSTROUTING', ...source);
  await host('sysctl', '-q', '-w', `net.ipv4.conf.${shim}.rp_filter=1`);
  const strict = await reach(context, 'lan');
  assert.is(strict.code, 1);
  strict.rows.has(
    `${place}: no`,
    /^rp_filter: this host's kernel drops what 192\.168\.213\.80 answers, .* \(its own way there leads by "tun9"\)$/,
    `sysctl -w net.ipv4.conf.${shim}.rp_filter=2`,
  );
  // As the help says.
  await host('sysctl', '-q', '-w', `net.ipv4.conf.${shim}.rp_filter=2`);
  (await reach(context, 'lan')).rows.has(`${place}: yes`);

  await host('iptables', '-t', 'mangle', '-D', 'OUTPUT', ...mark);
  await host('iptables', '-t', 'nat', '-D', 'POSTROUTING', ...source);
  for (const pref of ['50', '60']) await host('ip', 'rule', 'delete', 'pref', pref);
  await host('ip', 'link', 'delete', 'tun9');
});

test('a rule of this host refuses what a container asks', async (context) => {
  const rule = ['INPUT', '-p', 'tcp', '--dport', '18291', '-j', 'REJECT', '--reject-with', 'tcp-reset'];
  await host('iptables', '-I', ...rule);
  const { rows, code } = await reach(context, 'lan');
  assert.is(code, 1);
  const reason = /^likely this host's firewall: a rule refuses it, as it comes by "nc-ncp-why"$/;
  rows.has('lan > hosty 192.168.213.10:18291: no', reason);
  await host('iptables', '-D', ...rule);
});

test("packet filters of containers, and this host's policy", async (context) => {
  await inside(context, 'lan', 'iptables', '-A', 'INPUT', '-p', 'icmp', '-j', 'DROP');
  const prohibited = ['-p', 'tcp', '-j', 'REJECT', '--reject-with', 'icmp-admin-prohibited'];
  await inside(context, 'fussy', 'iptables', '-A', 'INPUT', ...prohibited);
  // As a VPN's client does; Docker's proxy takes the connection nevertheless.
  await inside(context, 'walled', 'iptables', '-P', 'INPUT', 'DROP');
  // As ufw does.
  await host('iptables', '-A', 'INPUT', '-m', 'conntrack', '--ctstate', 'ESTABLISHED', '-j', 'ACCEPT');
  await host('iptables', '-P', 'INPUT', 'DROP');
  const { rows, code } = await reach(context, 'lan', 'fussy', 'walled');
  await host('iptables', '-P', 'INPUT', 'ACCEPT');
  assert.is(code, 1);
  rows.has('host > lan 192.168.213.80:80: yes');
  rows.has('host > lan 192.168.213.80 (ping): yes', /^it answers 80\/tcp, but no ping$/);
  rows.has('host > fussy 192.168.213.81 (ping): yes');
  rows.has(
    'host > fussy 192.168.213.81:80: no',
    /^likely a packet filter in the network of "why-fussy-1": at this address a ping is answered, not this$/,
  );
  rows.has(
    'host > walled localhost:18292: no',
    /^likely the packet filter in the network of "why-walled-1": what no rule accepts is dropped .*"input"\)$/,
  );
  rows.has(
    'lan > hosty 192.168.213.10:18291: no',
    /^likely this host's firewall: what no rule accepts is dropped \(policy of the hook "input"\)$/,
  );
});

test.run();
