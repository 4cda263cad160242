import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { observeDrivers } from '../../../src/host/observe/kernel.ts';
import type { HostInterface } from '../../../src/plan/facts/facts.ts';
import { type FakeOptions, fakeHost } from '../fake-host.ts';

const release = { '/proc/sys/kernel/osrelease': '6.1.0-37-amd64\n' };
const modules = '/lib/modules/6.1.0-37-amd64';
const vlan: HostInterface = {
  name: 'eth0.10',
  index: 3,
  kind: 'vlan',
  up: true,
  loopback: false,
  wireless: false,
  mtu: 1500,
  addresses: [],
};

const cases: readonly (readonly [string, FakeOptions, readonly HostInterface[], object])[] = [
  [
    'loaded, built in, loadable',
    {
      files: {
        ...release,
        '/sys/module/8021q/refcnt': '1',
        [`${modules}/modules.builtin`]: 'kernel/drivers/net/macvlan.ko\n',
        [`${modules}/modules.dep`]: 'kernel/drivers/net/ipvlan/ipvlan.ko.xz: kernel/net/l3mdev/l3mdev.ko.xz\n',
      },
    },
    [],
    { macvlan: 'ready', ipvlan: 'loadable', '8021q': 'ready' },
  ],
  [
    'modules without it',
    { files: { ...release, [`${modules}/modules.dep`]: 'kernel/drivers/net/macvlan.ko:\n' } },
    [],
    { macvlan: 'loadable', ipvlan: 'missing', '8021q': 'missing' },
  ],
  ['an interface of the kind', { files: release }, [vlan], { '8021q': 'ready' }],
  [
    'a configuration in /proc: a module that cannot be seen says nothing',
    {
      files: release,
      bytes: { '/proc/config.gz': gzipSync('CONFIG_MACVLAN=y\nCONFIG_IPVLAN=m\n# CONFIG_VLAN_8021Q is not set\n') },
    },
    [],
    { macvlan: 'ready', '8021q': 'missing' },
  ],
  [
    'a configuration in /boot',
    { files: { ...release, '/boot/config-6.1.0-37-amd64': '# CONFIG_IPVLAN is not set\n' } },
    [],
    { ipvlan: 'missing' },
  ],
  ['nothing to go by', { files: release }, [], {}],
];

for (const [name, options, interfaces, expected] of cases) {
  test(name, () => assert.equal(observeDrivers(fakeHost(options), interfaces), expected));
}

test('where those that matter show themselves, no list is read; else all are told', () => {
  const files = { ...release, '/sys/module/macvlan/refcnt': '1', [`${modules}/modules.dep`]: '' };
  assert.equal(observeDrivers(fakeHost({ files }), [], new Set(['macvlan'])), { macvlan: 'ready' });
  assert.equal(observeDrivers(fakeHost({ files }), [], new Set(['macvlan', '8021q'])), {
    ...{ macvlan: 'ready', ipvlan: 'missing', '8021q': 'missing' },
  });
});

test.run();
