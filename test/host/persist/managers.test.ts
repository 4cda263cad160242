/** Which program configures a parent, as the host tells. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { observeManagers } from '../../../src/host/persist/managers.ts';
import { formatOf, isAutomatic, readsFolder } from '../../../src/plan/facts/managers.ts';
import { type FakeOptions, fakeHost } from '../fake-host.ts';

const executables = ['/usr/bin/ip', '/usr/bin/sysctl'];
const network = '/etc/systemd/network/10-eth0.network';
/** As networkd 252 to 262 writes them. */
const link = (...lines: readonly string[]) =>
  ['# This is private data. Do not parse.', 'ADMIN_STATE=configured', 'OPER_STATE=routable', ...lines, ''].join('\n');

const withNetworkd: FakeOptions = {
  executables,
  files: {
    '/run/systemd/system/x': '',
    '/sys/class/net/eth0/ifindex': '2\n',
    '/sys/class/net/eth1/ifindex': '3\n',
    '/run/systemd/netif/links/2': link(`NETWORK_FILE=${network}`),
    '/run/systemd/netif/links/3': '# This is private data. Do not parse.\nADMIN_STATE=unmanaged\n',
    [network]: '[Match]\nName=eth0\n',
  },
  commands: {
    'networkctl --version': 'systemd 252 (252.39-1~deb12u1)\n+PAM +AUDIT\n',
    'systemctl --quiet is-active systemd-networkd.service': { code: 0 },
  },
};

test('systemd-networkd, by what it keeps of each link', async () => {
  const managers = await observeManagers(fakeHost(withNetworkd), ['eth0', 'eth1', 'gone']);
  assert.equal(managers, {
    programs: { ip: '/usr/bin/ip', sysctl: '/usr/bin/sysctl' },
    systemd: true,
    networkd: { version: '252', files: { eth0: { path: network, text: '[Match]\nName=eth0\n' } } },
  });
  assert.equal(
    ['eth0', 'eth1'].map((parent) => formatOf(parent, managers)),
    ['networkd', 'systemd'],
  );
});

test('a networkd that does not run manages nothing, whatever it left', async () => {
  const commands = { ...withNetworkd.commands, 'systemctl --quiet is-active systemd-networkd.service': { code: 3 } };
  const managers = await observeManagers(fakeHost({ ...withNetworkd, commands }), ['eth0']);
  assert.is(managers.networkd, undefined);
});

test('NetworkManager, of what it manages itself', async () => {
  const state = (device: string) => `nmcli -g GENERAL.STATE device show ${device}`;
  const managers = await observeManagers(
    fakeHost({
      executables: [...executables, '/usr/bin/nmcli'],
      commands: {
        'nmcli -t -f RUNNING,VERSION general': 'running:1.42.4\n',
        [state('eth0')]: '100 (connected)\n',
        [state('eth1')]: '10 (unmanaged)\n',
        [state('docker0')]: '100 (connected (externally))\n',
        [state('eth2')]: { code: 10 },
      },
    }),
    ['eth0', 'eth1', 'docker0', 'eth2'],
  );
  assert.equal(managers.networkManager, { version: '1.42.4', devices: ['eth0'] });
  assert.is(managers.systemd, false);
});

test('ifupdown, by its files', async () => {
  const { ifupdown } = await observeManagers(
    fakeHost({
      executables: [...executables, '/usr/bin/ifup'],
      files: {
        '/etc/network/interfaces':
          '# x\nsource /etc/network/interfaces.d/*\n\nauto lo \\\n  eth0\niface eth0 inet dhcp\n',
        '/etc/network/interfaces.d/more': 'allow-hotplug eth1\niface eth1 inet dhcp\n',
      },
    }),
    ['eth0'],
  );
  assert.ok(ifupdown && readsFolder(ifupdown));
  assert.equal(
    ['lo', 'eth0', 'eth1'].map((name) => isAutomatic(name, ifupdown)),
    [true, true, false],
  );
  const managers = { programs: { ip: 'ip', sysctl: 'sysctl' }, systemd: true, ifupdown };
  assert.equal(
    ['eth0', 'eth1', 'eth2'].map((name) => formatOf(name, managers)),
    ['ifupdown', 'ifupdown', 'systemd'],
  );
});

test('a host without ip has no shims', async () => {
  let message = '';
  await observeManagers(fakeHost(), []).catch((error: Error) => {
    ({ message } = error);
  });
  assert.is(message, '"ip" is not there');
});

test.run();
