/** The reasons that `reach` names by IPv6, which has no `rp_filter`, on macvlan; on ipvlan they are in the lab. */
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
const [own, given, shims] = ['fd00:213::10', 'fd00:213::53', 'fd00:213::1:ff'] as const;

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
networks:
  lan:
    x-netmode:
      mode: macvlan
      parent: ncp-six
      subnet: [192.168.213.0/24, "fd00:213::/64"]
      gateway: [192.168.213.1, "fd00:213::1"]
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

const reach = ({ rig, cwd }: Context) => askedReach(rig, { cwd, args: ['six'] });

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
  await rig?.stop();
  await lan?.remove();
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
  const { stdout } = await context.rig.docker('inspect', '--format', '{{.State.Pid}}', 'six-six-1');
  const inside = ['--net', '--target', stdout.trim(), '--', 'ip'];
  for (const command of tunnel(shims)) {
    const { code, stderr } = await patiently('nsenter', [...inside, ...command]);
    assert.is(code, 0, stderr);
  }
  const { rows } = await reach(context);
  rows.has(
    `host > six [${given}]:80: no`,
    /^"six-six-1" sends what it answers to this host by its interface "tun9", where it does not come back$/,
  );
});

test.run();
