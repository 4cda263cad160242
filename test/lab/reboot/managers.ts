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

interface Card {
  readonly card: string;
  /** Absent: by DHCP. */
  readonly fixed?: string;
  readonly fixed6?: string;
}

const cards: readonly Card[] = [
  { card: 'eth0', fixed6: 'fd00:10::2/64' },
  { card: 'eth1', fixed: '10.11.0.2/24', fixed6: 'fd00:11::2/64' },
  { card: 'eth2', fixed: '10.12.0.2/24' },
];
const addressesOf = ({ fixed, fixed6 }: Card) => [fixed, fixed6].flatMap((address) => address ?? []);

const networkFile = (card: Card, match = `Name=${card.card}`): File => ({
  path: `/etc/systemd/network/20-${card.card}.network`,
  text: [
    ...['[Match]', match, '', '[Network]', ...(card.fixed === undefined ? ['DHCP=ipv4'] : [])],
    ...[...addressesOf(card).map((address) => `Address=${address}`), ''],
  ].join('\n'),
});

const netplanFile = (ethernets: Readonly<Record<string, object>>): File => ({
  path: '/etc/netplan/10-lab.yaml',
  text: `${JSON.stringify({ network: { version: 2, renderer: 'networkd', ethernets } })}\n`,
  mode: 0o600,
});
const netplanCards: Readonly<Record<string, object>> = Object.fromEntries(
  cards.map((card) => [card.card, { ...(card.fixed === undefined && { dhcp4: true }), addresses: addressesOf(card) }]),
);

const manual = (address: string) => ['method=manual', `address1=${address}`];
const profile = ({ card, fixed, fixed6 }: Card): File => ({
  path: `/etc/NetworkManager/system-connections/${card}.nmconnection`,
  text: [
    ...['[connection]', `id=${card}`, 'type=ethernet', `interface-name=${card}`, ''],
    ...['[ipv4]', ...(fixed === undefined ? ['method=auto'] : manual(fixed)), ''],
    ...['[ipv6]', ...(fixed6 === undefined ? ['method=ignore'] : manual(fixed6)), ''],
  ].join('\n'),
  mode: 0o600,
});

const stanzas = ({ card, fixed, fixed6 }: Card): readonly string[] => [
  `auto ${card}`,
  ...(fixed === undefined ? [`iface ${card} inet dhcp`] : [`iface ${card} inet static`, `    address ${fixed}`]),
  ...(fixed6 === undefined ? [] : [`iface ${card} inet6 static`, `    address ${fixed6}`]),
  '',
];

export const managers: readonly Manager[] = [
  {
    name: 'networkd',
    files: cards.map((card) => networkFile(card)),
    units: ['systemd-networkd.service'],
    made: 'systemd-networkd',
    byMac: (mac) => networkFile(cards[1]!, `MACAddress=${mac}`),
  },
  {
    name: 'networkmanager',
    files: [
      ...cards.map(profile),
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
          ...['source /etc/network/interfaces.d/*', '', 'auto lo', 'iface lo inet loopback', ''],
          ...cards.flatMap(stanzas),
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
