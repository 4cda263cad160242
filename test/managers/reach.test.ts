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
import { type Firewalld, startFirewalld } from './rig/firewalld.ts';

interface Context {
  firewalld: Firewalld;
  lan: Lan;
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

test.before(
  saying(async (context) => {
    context.firewalld = await startFirewalld('trixie');
    process.env['DBUS_SYSTEM_BUS_ADDRESS'] = context.firewalld.bus;
    context.lan = await makeLan({ name, defaultRoute: true });
    context.rig = await startRig({ engine: '28' });
  }),
);
test.after(async ({ firewalld, lan, rig }) => {
  await rig?.stop();
  await lan?.remove();
  await firewalld?.stop();
  delete process.env['DBUS_SYSTEM_BUS_ADDRESS'];
});

test("the shim's zone is the reason, and what is said mends it", async ({ firewalld, rig }) => {
  const cwd = join(rig.directory, name);
  await mkdir(cwd, { recursive: true });
  await writeFile(join(cwd, 'compose.yaml'), text);
  const env = { PATH: [firewalld.bin, rig.env['PATH']].join(delimiter) };
  const up = await netcompose(rig, ['up', '-d'], { cwd, env });
  assert.is(up.code, 0, up.stderr);
  const ask = () => askedReach(rig, { cwd, env, args: [] });

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

test.run();
