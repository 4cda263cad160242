/** What configures the machine's cards when it starts, each as its documentation has it for a host like this one. */
export interface File {
  readonly path: string;
  readonly text: string;
  /** Of its permissions; absent: that of other configuration. */
  readonly mode?: number;
}

export interface Manager {
  readonly name: 'networkd' | 'networkmanager' | 'ifupdown' | 'netplan';
  readonly files: readonly File[];
  /** Its units, which start with the host. */
  readonly units: readonly string[];
  /** What `shim persist` finds by itself for the first card, as it says it. */
  readonly made: string;
  /** The second card's configuration where that goes by its MAC address, which an ipvlan shim on it has as well. */
  readonly byMac?: (mac: string) => File;
}

/** The first card has its address by DHCP. */
const fixed = [
  { card: 'eth1', address: '10.11.0.2', length: 24 },
  { card: 'eth2', address: '10.12.0.2', length: 24 },
] as const;

const networkFile = (card: string, setting: string, match = `Name=${card}`): File => ({
  path: `/etc/systemd/network/20-${card}.network`,
  text: `[Match]\n${match}\n\n[Network]\n${setting}\n`,
});

const netplanFile = (ethernets: Readonly<Record<string, object>>): File => ({
  path: '/etc/netplan/10-lab.yaml',
  text: `${JSON.stringify({ network: { version: 2, renderer: 'networkd', ethernets } })}\n`,
  mode: 0o600,
});
const netplanCards: Readonly<Record<string, object>> = {
  eth0: { dhcp4: true },
  ...Object.fromEntries(fixed.map(({ card, address, length }) => [card, { addresses: [`${address}/${length}`] }])),
};

const profile = (card: string, ipv4: string): File => ({
  path: `/etc/NetworkManager/system-connections/${card}.nmconnection`,
  text: `[connection]\nid=${card}\ntype=ethernet\ninterface-name=${card}\n\n[ipv4]\n${ipv4}\n\n[ipv6]\nmethod=ignore\n`,
  mode: 0o600,
});

export const managers: readonly Manager[] = [
  {
    name: 'networkd',
    files: [
      networkFile('eth0', 'DHCP=ipv4'),
      ...fixed.map(({ card, address, length }) => networkFile(card, `Address=${address}/${length}`)),
    ],
    units: ['systemd-networkd.service'],
    made: 'systemd-networkd',
    byMac: (mac) => networkFile('eth1', `Address=${fixed[0].address}/${fixed[0].length}`, `MACAddress=${mac}`),
  },
  {
    name: 'networkmanager',
    files: [
      profile('eth0', 'method=auto'),
      ...fixed.map(({ card, address, length }) => profile(card, `method=manual\naddress1=${address}/${length}`)),
      { path: '/etc/NetworkManager/conf.d/lab.conf', text: '[main]\nno-auto-default=*\n' },
    ],
    units: ['NetworkManager.service'],
    made: 'NetworkManager',
  },
  {
    name: 'ifupdown',
    files: [
      {
        path: '/etc/network/interfaces',
        text: [
          'source /etc/network/interfaces.d/*\n\nauto lo\niface lo inet loopback\n\nauto eth0\niface eth0 inet dhcp\n',
          ...fixed.map(
            ({ card, address, length }) =>
              `auto ${card}\niface ${card} inet static\n    address ${address}/${length}\n`,
          ),
        ].join('\n'),
      },
    ],
    units: ['networking.service'],
    made: 'ifupdown',
  },
  {
    name: 'netplan',
    files: [netplanFile(netplanCards)],
    units: ['systemd-networkd.service'],
    made: 'systemd-networkd',
    byMac: (macaddress) => netplanFile({ ...netplanCards, eth1: { ...netplanCards['eth1'], match: { macaddress } } }),
  },
];

/** All that could configure a card; only those of one manager run. */
export const allUnits = [...new Set(managers.flatMap(({ units }) => units))];
