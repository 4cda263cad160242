/** Every form of the shim in every format, as goldens: `test/fixtures/persist/`. */
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isPersisted, type Persisted, persist } from '../../../src/emit/persist/formats.ts';
import { type PersistedShim, persistedShim } from '../../../src/emit/persist/persisted-shim.ts';
import { filesText, notPersistedText, persistedText } from '../../../src/emit/text/persist-text.ts';
import type { Facts, HostInterface } from '../../../src/plan/facts/facts.ts';
import { type Managers, type PersistFormat, persistFormats } from '../../../src/plan/facts/managers.ts';
import { persistedMark } from '../../../src/plan/facts/ownership.ts';
import { matchesGolden } from '../../support/golden.ts';
import { lanFacts, planTexts } from '../../support/in-memory.ts';

const golden = (name: string) => fileURLToPath(new URL(`../../fixtures/persist/${name}.txt`, import.meta.url));

const host = lanFacts.host!;
const earlier: HostInterface = { ...host.interfaces[2]!, name: 'br-lan', index: 1 };
/** A host on which the kernel would choose another source than eth0's address. */
const otherSource: Facts = { ...lanFacts, host: { ...host, interfaces: [earlier, ...host.interfaces] } };
const strict: Facts = { ...lanFacts, host: { ...host, rpFilter: { all: 1 } } };

function shimOf(netmode: string, facts = lanFacts, networks = ''): PersistedShim {
  const { plan } = planTexts(`services: { web: { image: x, x-netmode: { ${netmode} } } }\n${networks}`, { facts });
  return persistedShim(plan!.actions);
}

const old =
  'networks: { lan: { driver: macvlan, driver_opts: { parent: eth0, macvlan_mode: bridge }, ' +
  'ipam: { config: [{ subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.224/28 }] }, ' +
  'x-netmode: { host_access: shim } } }\n';

const own =
  'networks: { own: { x-netmode: { mode: macvlan, parent: eth0, ip_range: 192.168.1.224/27, scope: project, ' +
  'shim: { ipv4_address: 192.168.1.222 } } } }\n';

const shims: Readonly<Record<string, PersistedShim>> = {
  macvlan: shimOf('mode: macvlan, ip_range: 192.168.1.224/27'),
  'macvlan-address': shimOf('network: own', lanFacts, own),
  'macvlan-answers': shimOf('mode: macvlan, ip_range: 192.168.1.224/27', {
    ...lanFacts,
    host: { ...host, answersHeard: true },
  }),
  'macvlan-table': shimOf('network: lan', otherSource, old),
  'macvlan-dual': shimOf(
    'mode: macvlan, subnet: [192.168.1.0/24, "fd00:1::/64"], ip_range: [192.168.1.224/27, "fd00:1::c0/124"]',
  ),
  'ipvlan-l2': shimOf('mode: ipvlan-l2, ip_range: 192.168.1.224/30'),
  'ipvlan-l2-address': shimOf('mode: ipvlan-l2, ip_range: 192.168.1.224/30', strict),
  'ipvlan-l3': shimOf('mode: ipvlan-l3, subnet: 10.7.1.0/24'),
  'ipvlan-l3-dual': shimOf('mode: ipvlan-l3, subnet: [10.7.1.0/24, "fd07::/64"]'),
};

const file = { path: '/etc/systemd/network/10-eth0.network', text: '[Match]\nName=eth0\n\n[Network]\nDHCP=yes\n' };
const interfaces = 'source /etc/network/interfaces.d/*\nauto lo eth0\niface lo inet loopback\niface eth0 inet dhcp\n';
const programs = { ip: '/usr/sbin/ip', sysctl: '/usr/sbin/sysctl', nft: '/usr/sbin/nft' };
const all: Managers = {
  programs,
  systemd: true,
  networkd: { version: '257', files: { eth0: file } },
  networkManager: { version: '1.52.1', devices: [] },
  ifupdown: { texts: [interfaces] },
};

const written = (shim: PersistedShim, managers: Managers, asked?: PersistFormat): Persisted => {
  const one = persist(shim, managers, asked);
  if (!isPersisted(one)) throw new Error(notPersistedText(one));
  return one;
};

for (const [name, shim] of Object.entries(shims)) {
  for (const format of persistFormats) {
    if (format === 'netplan') continue;
    test(`${name} in ${format}`, () => {
      const one = written(shim, all, format);
      // The unit has a golden of its own.
      const files = one.format === format ? filesText([one]) : '';
      matchesGolden(golden(`${name}.${format}`), `${persistedText([one])}${files}`);
    });
  }
}

test('every file is marked in its first line, and only a profile is not for all to read', () => {
  for (const shim of Object.values(shims))
    for (const format of persistFormats)
      for (const { path, text, mode } of written(shim, all, format).files) {
        assert.is(text.split('\n')[0], persistedMark);
        assert.ok(text.endsWith('\n'));
        assert.is(mode, path.endsWith('.nmconnection') ? 0o600 : 0o644);
      }
});

test('mode and flag of a link are always written', () => {
  for (const [name, shim] of Object.entries(shims)) {
    const [mode, flag] = [shim.link.mode, name.startsWith('ipvlan') ? 'bridge' : ''];
    for (const format of persistFormats) {
      const one = written(shim, all, format);
      const text = filesText([one]);
      if (one.format === 'networkmanager') assert.match(text, /^mode=[123]$/m);
      else assert.match(text, new RegExp(one.format === 'networkd' ? `^Mode=${mode}$` : `mode ${mode} ?${flag}`, 'im'));
    }
  }
});

const found = (managers: Partial<Managers>): PersistFormat =>
  written(shims['macvlan']!, {
    programs,
    systemd: true,
    ...managers,
  }).format;
const without = (managers: Managers, ...keys: readonly (keyof Managers)[]) =>
  Object.fromEntries(Object.entries(managers).filter(([key]) => !(keys as readonly string[]).includes(key)));

test('the format is that of the program that configures the parent', () => {
  assert.is(found({}), 'systemd');
  assert.is(found(all), 'networkd');
  assert.is(found(without(all, 'networkd')), 'ifupdown');
  assert.is(found({ networkManager: { version: '1.42.4', devices: ['eth0'] } }), 'networkmanager');
  assert.is(found({ networkManager: { version: '1.42.4', devices: ['eth1'] } }), 'systemd');
});

const netplans = { ...file, path: '/run/systemd/network/10-netplan-eth0.network' };

test('behind netplan is another manager', () => {
  const one = written(shims['macvlan']!, { ...all, networkd: { version: '255', files: { eth0: netplans } } });
  assert.is(one.format, 'networkd');
  assert.equal(one.notes, ['netplan has neither macvlan nor ipvlan']);
  assert.ok(one.files.some(({ path }) => path.startsWith('/etc/systemd/network/10-netplan-eth0.network.d/')));
  const other = written(
    shims['macvlan']!,
    { programs, systemd: true, networkManager: { version: '1.46', devices: [] } },
    'netplan',
  );
  assert.is(other.format, 'networkmanager');
});

const instead = (name: string, managers: Partial<Managers>, asked: PersistFormat) => {
  const one = written(shims[name]!, { ...all, ...managers }, asked);
  assert.is(one.format, 'systemd');
  return one.notes;
};
const ofText = (text: string) => ({ networkd: { version: '257', files: { eth0: { ...file, text } } } });

test('what a manager cannot say is told, and a unit does it', () => {
  const olderManager = { networkManager: { version: '1.42.4', devices: ['eth0'] } };
  assert.equal(instead('ipvlan-l3', olderManager, 'networkmanager'), ['NetworkManager 1.42.4 has no ipvlan']);
  assert.equal(instead('ipvlan-l2', {}, 'networkmanager'), ['NetworkManager writes down no neighbours']);
  for (const text of [
    '[Match]\nName=en*\n',
    '[Match]\nName=eth0 eth1\n',
    '[Match]\nMACAddress=52:54:00:12:34:56\n',
    '',
  ])
    assert.match(instead('macvlan', ofText(text), 'networkd')[0]!, /is not for "eth0" alone/);
  assert.match(
    instead('macvlan', { networkd: { version: '257', files: {} } }, 'networkd')[0]!,
    /does not manage "eth0"/,
  );
  for (const asked of ['networkd', 'networkmanager', 'ifupdown'] as const)
    assert.match(instead('macvlan-table', {}, asked)[0]!, /would have to wait until the host has it/);
  const late = { ifupdown: { texts: ['source interfaces.d/*\nallow-hotplug eth0\niface eth0 inet dhcp\n'] } };
  assert.match(instead('macvlan', late, 'ifupdown')[0]!, /does not bring "eth0" up at start/);
  assert.match(instead('macvlan', { ifupdown: { texts: ['auto eth0\n'] } }, 'ifupdown')[0]!, /does not read/);
});

test('without systemd there is ifupdown alone, for late parents too', () => {
  const alpine: Managers = {
    programs,
    systemd: false,
    ifupdown: { texts: ['source-directory interfaces.d\niface eth0 inet dhcp'] },
  };
  assert.is(written(shims['ipvlan-l2']!, alpine).format, 'ifupdown');
  const one = persist(shims['macvlan']!, { programs, systemd: false });
  assert.equal('reasons' in one && one.reasons, ['systemd does not run here']);
});

/** The kernel takes such names; Docker takes some of them as parents. */
const names = [
  'br-lan',
  'a"b',
  'a\\b',
  '100%n',
  '$HOME',
  'é',
  "it's",
  'a;b',
  'a`b`',
  '[Match]',
  'x=y',
  '#x',
  '{a,b}',
  '@x',
];

test('names stand for themselves in a unit, and every other format refuses odd ones', () => {
  for (const parent of names) {
    const shim = { ...shims['macvlan']!, link: { ...shims['macvlan']!.link, parent } };
    const one = written(shim, { programs, systemd: true });
    const [, line = ''] = /^ExecStart=(.*? link add .*)$/m.exec(one.files[0]!.text) ?? [];
    assert.equal(wordsOf(line), [programs.ip, 'link', 'add', 'link', parent, ...line.split(' ').slice(5)], line);
    if (parent === 'br-lan') continue;
    for (const asked of ['networkd', 'networkmanager', 'ifupdown'] as const)
      assert.is(written(shim, all, asked).format, 'systemd');
  }
});

/** A command line as systemd reads it: quotes, backslashes, `%%` and `$$`. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) =>
    (quoted ?? plain!).replace(/\\(.)/g, '$1').replaceAll('%%', '%').replaceAll('$$', '$'),
  );
}

test('the units of devices are named as systemd-escape names them', () => {
  const bound = (parent: string) => {
    const shim = shims['macvlan']!;
    const one = written({ ...shim, link: { ...shim.link, parent } }, { programs, systemd: true });
    return /^BindsTo=(.*)$/m.exec(one.files[0]!.text)?.[1];
  };
  assert.is(bound('eth0.10'), 'sys-subsystem-net-devices-eth0.10.device');
  assert.is(bound('br-lan'), 'sys-subsystem-net-devices-br\\x2dlan.device');
  assert.is(bound('é@%'), 'sys-subsystem-net-devices-\\xc3\\xa9\\x40\\x25.device');
});

test('control characters reach no file', () => {
  const shim = shims['macvlan']!;
  assert.throws(
    () => persist({ ...shim, link: { ...shim.link, parent: 'a\u001bb' } }, { programs, systemd: true }),
    /control/,
  );
  assert.throws(() => persist({ ...shim, name: 'a\nb' }, all, 'networkd'), RangeError);
});

test.run();
