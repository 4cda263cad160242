/** What `check` and `doctor` say of programs that would take, rename or block a shim. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { doctorText } from '../../../../src/emit/text/doctor-text.ts';
import { linkFile } from '../../../../src/host/observe/managers/systemd-files.ts';
import { diagnose } from '../../../../src/plan/doctor/doctor.ts';
import type { Facts, HostFacts } from '../../../../src/plan/facts/facts.ts';
import type { ManagerFacts } from '../../../../src/plan/facts/managers/manager-facts.ts';
import { lanFacts, planTexts } from '../../../support/in-memory.ts';

const card = lanFacts.host!.interfaces.find(({ name }) => name === 'eth0')!;
const withManagers = (managers: ManagerFacts, host: Partial<HostFacts> = {}): Facts => ({
  ...lanFacts,
  host: { ...lanFacts.host!, ...host, managers },
});

function told(netmode: string, facts: Facts): readonly string[] {
  const text = `services:\n  web: { image: x, x-netmode: ${netmode} }\n`;
  return planTexts(text, { facts })
    .diagnostics.sorted()
    .filter(({ rule }) => rule.startsWith('host/'))
    .map(({ rule, help }) => `${rule}: ${help?.split('\n').join(' | ')}`);
}

const network = (path: string, match: string) => linkFile(path, [`[Match]\n${match}\n[Network]\nDHCP=yes\n`]);
const link = (path: string, match: string, more: string) => linkFile(path, [`[Match]\n${match}\n[Link]\n${more}\n`]);
const taken = 'host/manager-takes-shim';
const renamed = 'host/renamed-by-mac';
const givenUp = 'host/address-given-up';
const persist =
  'write in "/etc/dhcpcd.conf", before the first line that begins with "interface": |   arp_persistdefence';
const denied = { denied: ['nc-*'], allowed: [], defended: [] };
const unmanaged = (number = '06') =>
  `${taken}: write "/etc/systemd/network/${number}-nc-eth0.network": |   [Match] |   Name=nc-eth0 |  ` +
  ` [Link] |   Unmanaged=yes | then: networkctl reload`;

test('dhcpcd 10 where its answers are retyped', () => {
  const facts = withManagers({ dhcpcd: { ...denied, version: '10.1.0' } }, { answersHeard: true });
  assert.equal(told('macvlan', facts), []);
});

test('another zone: by an ipvlan shim comes what is for an address of its own, and nothing else', () => {
  const firewalld = { defaultZone: 'public', open: false, zones: { eth0: 'home' } };
  for (const [filter, expected] of [
    [2, []],
    [1, ['host/firewall-zone']],
  ] as const) {
    const facts = withManagers({ firewalld }, { rpFilter: { all: filter } });
    assert.equal(
      told('ipvlan-l2', facts).map((line) => line.split(':')[0]),
      expected,
    );
  }
});

for (const [what, netmode, managers, expected] of [
  ['by type', 'macvlan', { networkd: [network('/etc/systemd/network/50-a.network', 'Type=ether')] }, [unmanaged()]],
  [
    "netplan's, by the parent's permanent address",
    'ipvlan-l2',
    { networkd: [network('/run/systemd/network/10-netplan-lan.network', `PermanentMACAddress=${card.mac}`)] },
    [unmanaged()],
  ],
  [
    'the same, and macvlan',
    'macvlan',
    { networkd: [network('/run/systemd/network/10-netplan-lan.network', `PermanentMACAddress=${card.mac}`)] },
    [],
  ],
  [
    'one that comes before what could be written',
    'macvlan',
    { networkd: [network('/etc/systemd/network/01-a.network', 'Name=*')] },
    [
      `${taken}: write "/etc/systemd/network/01-a.network.d/nc-eth0.conf": |   [Match] |   ` +
        `Name=!nc-eth0 | then: networkctl reload`,
    ],
  ],
  [
    'one that has the name of what would be written',
    'macvlan',
    { networkd: [network('/run/systemd/network/06-nc-eth0.network', 'Type=ether')] },
    [
      `${taken}: write "/etc/systemd/network/06-nc-eth0.network.d/nc-eth0.conf": |   [Match] |   ` +
        `Name=!nc-eth0 | then: networkctl reload`,
    ],
  ],
  [
    'unmanaged before that',
    'macvlan',
    {
      networkd: [
        link('/etc/systemd/network/06-nc-eth0.network', 'Name=nc-eth0', 'Unmanaged=yes'),
        network('/etc/systemd/network/50-a.network', 'Type=ether'),
      ],
    },
    [],
  ],
  ['written for the shim', 'macvlan', { networkd: [network('/etc/systemd/network/05-x.network', 'Name=nc-eth0')] }, []],
  [
    'dhcpcd',
    'macvlan',
    { dhcpcd: { denied: ['veth*'], allowed: [], defended: [] } },
    [
      `${taken}: write in "/etc/dhcpcd.conf", before the first line that begins with "interface": |  ` +
        ` denyinterfaces nc-eth0 | then: systemctl restart dhcpcd`,
    ],
  ],
  ['dhcpcd, denied', 'macvlan', { dhcpcd: { denied: ['nc-*'], allowed: [], defended: [] } }, []],
  ['dhcpcd, others allowed', 'macvlan', { dhcpcd: { denied: [], allowed: ['eth*'], defended: [] } }, []],
  ['dhcpcd, allowed and denied', 'macvlan', { dhcpcd: { denied: ['nc-eth0'], allowed: ['*'], defended: [] } }, []],
  [
    'dhcpcd 10',
    'macvlan',
    { dhcpcd: { ...denied, version: '10.1.0' } },
    [`${givenUp}: ${persist} | then: systemctl restart dhcpcd`],
  ],
  [
    'dhcpcd 10 for the parent alone',
    'macvlan',
    { dhcpcd: { denied: [], allowed: [], defended: ['eth1'], only: ['eth0', 'wlan0'], version: '10.5.2' } },
    [`${givenUp}: ${persist} | then: dhcpcd --rebind eth0`],
  ],
  [
    'dhcpcd 10 for its IPv4 alone',
    'macvlan',
    { dhcpcd: { ...denied, only: ['eth0-4', 'eth0-6'], version: '10.1.0' } },
    [`${givenUp}: ${persist} | then: dhcpcd -4 --rebind eth0`],
  ],
  ['dhcpcd 10 for its IPv6', 'macvlan', { dhcpcd: { ...denied, only: ['eth0-6'], version: '10.1.0' } }, []],
  ['dhcpcd 10 for another', 'macvlan', { dhcpcd: { ...denied, only: ['eth1'], version: '10.1.0' } }, []],
  [
    'dhcpcd 10, the parent denied',
    'macvlan',
    { dhcpcd: { ...denied, denied: ['nc-*', 'eth*'], version: '10.1.0' } },
    [],
  ],
  [
    'dhcpcd 10, others allowed',
    'macvlan',
    { dhcpcd: { ...denied, allowed: ['eth1', 'wlan*'], version: '10.1.0' } },
    [],
  ],
  ['dhcpcd 10, defended', 'macvlan', { dhcpcd: { ...denied, defended: ['eth*'], version: '10.1.0' } }, []],
  ['dhcpcd 9', 'macvlan', { dhcpcd: { ...denied, version: '9.4.1' } }, []],
  ['dhcpcd of a version that is not known', 'macvlan', { dhcpcd: denied }, []],
  ['dhcpcd 10 and a VLAN', '{ mode: macvlan, vlan: 10 }', { dhcpcd: { ...denied, version: '10.1.0' } }, []],
  // It has the parent's MAC address.
  ['dhcpcd 10', 'ipvlan-l2', { dhcpcd: { ...denied, version: '10.1.0' } }, []],
  [
    'ConnMan',
    'macvlan',
    { connman: { left: ['veth', 've-'] } },
    [
      `${taken}: write in "/etc/connman/main.conf": |   [General] |   ` +
        `NetworkInterfaceBlacklist=veth,ve-,nc-eth0 | then: systemctl restart connman`,
    ],
  ],
  ['ConnMan, left alone beside others', 'macvlan', { connman: { left: ['veth', 'nc-'] } }, []],
  ['ConnMan, left alone', 'macvlan', { connman: { left: ['nc-'] } }, []],
  [
    'a .link file',
    'ipvlan-l2',
    { links: [link('/etc/systemd/network/10-lan.link', `MACAddress=${card.mac}`, 'Name=lan7')] },
    [
      `${renamed}: write "/etc/systemd/network/10-lan.link.d/shims.conf": |   [Match] |   ` +
        `Driver=!macvlan ipvlan | then: udevadm control --reload`,
    ],
  ],
  [
    'one that keeps the name',
    'ipvlan-l2',
    { links: [link('/etc/systemd/network/10-lan.link', `MACAddress=${card.mac}`, 'NamePolicy=keep path\nName=lan7')] },
    [],
  ],
  [
    'a name that is taken',
    'ipvlan-l2',
    { links: [link('/etc/systemd/network/10-lan.link', `MACAddress=${card.mac}`, 'Name=eth0')] },
    [],
  ],
  [
    "udev's own",
    'ipvlan-l2',
    {
      links: [
        link('/usr/lib/systemd/network/73-usb-net-by-mac.link', 'Property=ID_BUS=usb', 'NamePolicy=mac'),
        link('/usr/lib/systemd/network/99-default.link', 'OriginalName=*', 'NamePolicy=keep kernel database'),
      ],
    },
    [],
  ],
  [
    'a rule',
    'ipvlan-l2',
    {
      namingRules: [
        {
          path: '/etc/udev/rules.d/70-a.rules',
          line: 3,
          text: `SUBSYSTEM=="net", ATTR{address}=="${card.mac}", NAME="lan7"`,
        },
      ],
    },
    [
      `${renamed}: begin line 3 of "/etc/udev/rules.d/70-a.rules" with: |   DRIVERS=="?*", | then: ` +
        `udevadm control --reload`,
    ],
  ],
  [
    'a rule for devices',
    'ipvlan-l2',
    {
      namingRules: [
        {
          path: '/etc/udev/rules.d/70-a.rules',
          line: 3,
          text: `SUBSYSTEM=="net", ACTION=="add", DRIVERS=="?*", ATTR{address}=="${card.mac}", NAME="lan7"`,
        },
      ],
    },
    [],
  ],
  [
    'a rule for names',
    'ipvlan-l2',
    {
      namingRules: [
        {
          path: '/a',
          line: 1,
          text: `SUBSYSTEM=="net", ATTR{address}=="${card.mac}", KERNEL=="eth*|en*", NAME="lan7"`,
        },
      ],
    },
    [],
  ],
  [
    'a rule that asks something else',
    'ipvlan-l2',
    { namingRules: [{ path: '/a', line: 1, text: 'ENV{ID_BUS}!="usb", NAME="lan7"' }] },
    [],
  ],
  [
    'another zone',
    'macvlan',
    { firewalld: { defaultZone: 'public', open: false, zones: { eth0: 'home' } } },
    [
      'host/firewall-zone: run: |   firewall-cmd --permanent --zone=home --add-interface=nc-eth0 |   ' +
        'firewall-cmd --zone=home --add-interface=nc-eth0',
    ],
  ],
  ['no zone of its own', 'macvlan', { firewalld: { defaultZone: 'public', open: false, zones: { eth1: 'home' } } }, []],
  ['the default zone', 'macvlan', { firewalld: { defaultZone: 'home', open: false, zones: { eth0: 'home' } } }, []],
  ['an open zone', 'macvlan', { firewalld: { defaultZone: 'trusted', open: true, zones: { eth0: 'home' } } }, []],
  [
    'the shim by a pattern',
    'macvlan',
    { firewalld: { defaultZone: 'public', open: false, zones: { eth0: 'home', 'nc-+': 'home' } } },
    [],
  ],
  [
    'the shim by the longest name that a pattern can have',
    'macvlan',
    { firewalld: { defaultZone: 'public', open: false, zones: { eth0: 'home', 'eth+': 'work', '+': 'public' } } },
    [],
  ],
  [
    'a pattern of others',
    'macvlan',
    { firewalld: { defaultZone: 'public', open: false, zones: { 'eth+': 'home', 'nc-eth1+': 'home' } } },
    [
      'host/firewall-zone: run: |   firewall-cmd --permanent --zone=home --add-interface=nc-eth0 |   ' +
        'firewall-cmd --zone=home --add-interface=nc-eth0',
    ],
  ],
  [
    'a name that begins as another',
    'macvlan',
    { firewalld: { defaultZone: 'public', open: false, zones: { eth: 'home' } } },
    [],
  ],
  [
    'ConnMan, left alone by the beginning of the name only',
    'macvlan',
    { connman: { left: ['eth0'] } },
    [
      `${taken}: write in "/etc/connman/main.conf": |   [General] |   ` +
        `NetworkInterfaceBlacklist=eth0,nc-eth0 | then: systemctl restart connman`,
    ],
  ],
  [
    'a .network file by the parent of a VLAN that is yet to be made',
    '{ mode: ipvlan-l2, vlan: 10, subnet: 10.9.0.0/24 }',
    { networkd: [network('/etc/systemd/network/50-a.network', `MACAddress=${card.mac}`)] },
    [unmanaged().replaceAll('nc-eth0', 'nc-eth0.10')],
  ],
  [
    'a .link file that gives no name, and one that gives the same',
    'macvlan',
    {
      links: [
        link('/etc/systemd/network/10-a.link', 'OriginalName=nc-*', 'MTUBytes=1500'),
        link('/etc/systemd/network/11-b.link', 'OriginalName=nc-*', 'Name=lan7'),
      ],
    },
    [],
  ],
  [
    'the name that it has',
    'macvlan',
    { links: [link('/etc/systemd/network/10-a.link', 'OriginalName=nc-*', 'Name=nc-eth0')] },
    [],
  ],
  [
    'a rule with a name that is taken',
    'ipvlan-l2',
    { namingRules: [{ path: '/a', line: 1, text: `ATTR{address}=="${card.mac}", NAME="eth1"` }] },
    [],
  ],
  ['without a shim', '{ mode: macvlan, host_access: none }', { dhcpcd: { denied: [], allowed: [], defended: [] } }, []],
  ['a bridge', 'bridge', { dhcpcd: { denied: [], allowed: [], defended: [] } }, []],
] as const satisfies readonly (readonly [string, string, ManagerFacts, readonly string[]])[]) {
  test(`${what}: ${netmode}`, () => assert.equal(told(netmode, withManagers(managers)), expected));
}

test('nothing is told where nobody looked, or of another machine', () => {
  assert.equal(told('ipvlan-l2', lanFacts), []);
  assert.equal(told('{ mode: ipvlan-l2, parent: eth0, subnet: 192.168.1.0/24 }', { version: 1 }), []);
  const facts = withManagers({ dhcpcd: { denied: [], allowed: [], defended: [] } });
  const { engine: _, ...withoutEngine } = facts;
  assert.is(told('ipvlan-l2', withoutEngine).length, 1);
  // Without its parent it has no address yet.
  const byMac = withManagers({ networkd: [network('/etc/systemd/network/50-a.network', `MACAddress=${card.mac}`)] });
  assert.equal(told('{ mode: ipvlan-l2, parent: eth9, subnet: 10.9.0.0/24 }', byMac), []);
  assert.is(told('{ mode: ipvlan-l2, fallback: bridge }', facts).length, 1);
  const native =
    'services:\n  web: { image: x, networks: [lan] }\nnetworks:\n  lan:\n    driver: macvlan\n' +
    '    driver_opts: { parent: eth0 }\n    x-netmode: { host_access: shim }\n' +
    '    ipam: { config: [{ subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.192/27 }] }\n';
  const rules = (given: Facts) =>
    planTexts(native, { facts: given })
      .diagnostics.sorted()
      .filter(({ rule }) => rule.startsWith('host/')).length;
  assert.is(rules(facts), 1);
  assert.is(rules({ ...facts, engine: { ...facts.engine!, remote: true } }), 0);
});

test('it is told where the shim has its name, or where its network is asked for', () => {
  const facts = withManagers({ dhcpcd: { denied: [], allowed: [], defended: [] } });
  const place = (text: string) => {
    const [found] = planTexts(text, { facts })
      .diagnostics.sorted()
      .filter(({ rule }) => rule === taken);
    return [text.slice(found!.span!.start, found!.span!.end), found!.message];
  };
  const web = 'services:\n  web: { image: x, x-netmode: { network: lan } }\nnetworks:\n';
  assert.equal(place(`${web}  lan: { x-netmode: { mode: macvlan, shim: { name: mine } } }\n`), [
    'mine',
    'dhcpcd takes the shim "mine" of "netcompose-eth0" for an interface of its own',
  ]);
  assert.equal(place(`${web}  lan: { x-netmode: { mode: macvlan } }\n`), [
    'macvlan',
    'dhcpcd takes the shim "nc-eth0" of "netcompose-eth0" for an interface of its own',
  ]);
});

test("a macvlan shim is met by the MAC address that it is made with, and not by its parent's", () => {
  const { plan } = planTexts('services:\n  web: { image: x, x-netmode: macvlan }\n', { facts: lanFacts });
  const made = plan!.actions.find((action) => action.kind === 'create-shim');
  assert.ok(made?.kind === 'create-shim' && made.mac);
  const by = (mac: string) =>
    told('macvlan', withManagers({ networkd: [network('/etc/systemd/network/50-a.network', `MACAddress=${mac}`)] }));
  assert.equal(by(made.mac), [unmanaged()]);
  assert.equal(by(card.mac!), []);
  // Of two shims each has its own.
  const two =
    'services:\n  a: { image: x, x-netmode: { mode: macvlan, parent: eth1 } }\n  b: { image: x, x-netmode: macvlan }\n';
  const facts = withManagers({
    networkd: [network('/etc/systemd/network/50-a.network', `MACAddress=${made.mac}`)],
  });
  assert.equal(
    planTexts(two, { facts })
      .diagnostics.sorted()
      .filter(({ rule }) => rule === taken)
      .map(({ message }) => message),
    [
      'systemd-networkd takes the shim "nc-eth0" of "netcompose-eth0" for an interface of its own: ' +
        `"/etc/systemd/network/50-a.network" matches it by MACAddress=${made.mac}`,
    ],
  );
});

test('a parent without a device of its own is named by the rule as before', () => {
  const interfaces = lanFacts.host!.interfaces.map((one) => (one.name === 'eth0' ? { ...one, kind: 'bond' } : one));
  const links = [link('/etc/systemd/network/10-lan.link', `MACAddress=${card.mac}`, 'Name=lan7')];
  const namingRules = [{ path: '/a', line: 1, text: `ATTR{address}=="${card.mac}", NAME="lan8"` }];
  assert.equal(told('ipvlan-l2', withManagers({ links, namingRules }, { interfaces })), [
    `${renamed}: write "/etc/systemd/network/10-lan.link.d/shims.conf": |   [Match] |   ` +
      `Driver=!macvlan ipvlan | then: udevadm control --reload`,
    `${renamed}: begin line 1 of "/a" with: |   KERNEL!="nc-eth0", | then: udevadm control --reload`,
  ]);
});

test('doctor says the same, in as many lines', () => {
  const facts = withManagers({ dhcpcd: { denied: [], allowed: [], defended: [] } });
  const text = doctorText(
    diagnose({ ...facts, host: { ...facts.host!, drivers: { macvlan: 'ready', ipvlan: 'ready' } } }),
  );
  assert.match(text, /macvlan +works with this change:\n +dhcpcd takes the shim "nc-eth0" of "netcompose-eth0"/);
  assert.match(text, /\n +denyinterfaces nc-eth0\n +then: systemctl restart dhcpcd\n/);
});

for (const [what, persisted, netmodes] of [
  ['not persisted', [], ['macvlan']],
  ['persisted', ['nc-eth0'], []],
  ['nobody looked', undefined, []],
] as const) {
  test(`a shim that is there, ${what}`, () => {
    const shim = { ...card, name: 'nc-eth0', index: 9, kind: 'macvlan', link: 'eth0', alias: 'netcompose:lan' };
    const facts = withManagers(persisted ? { persisted } : {}, { interfaces: [...lanFacts.host!.interfaces, shim] });
    const told = diagnose(facts).netmodes.filter(({ findings }) =>
      findings.some(
        ({ reason, verdict }) => verdict === 'works' && reason.includes('come back without the shim "nc-eth0"'),
      ),
    );
    assert.equal(
      told.map(({ netmode }) => netmode),
      netmodes,
    );
  });
}

test.run();
