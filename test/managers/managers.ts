/**
 * The programs that manage a host's network, and what happens to a host that they manage: what is run, and which
 * address the host has afterwards.
 */
import type { Machine } from './rig/machine.ts';
import { sleep, waitFor } from './rig/processes.ts';

interface HostEvent {
  readonly name: string;
  run(machine: Machine): Promise<void>;
  /** The host's address afterwards; `usualAddress` where there is none here. */
  readonly address?: string;
}

export interface Manager {
  readonly name: string;
  /** Starts it with DHCP for `eth0`. */
  start(machine: Machine): Promise<void>;
  /** Has it start with the machine. */
  enable(machine: Machine): Promise<void>;
  /** Its version, as it says itself. */
  version(machine: Machine): Promise<string>;
  /** What it does to a shim, and what netcompose does about that, for the page. */
  readonly does: string;
  readonly answer: string;
  /** In this order. */
  readonly events: readonly HostEvent[];
}

export const usualAddress = '192.168.1.10';
/** What another lease brings. */
const otherAddress = '192.168.1.11';

const card = 'eth0';

/** Waits until the host has the address, and no other of the LAN. */
export async function addressed(machine: Machine, address: string): Promise<void> {
  await waitFor(`the host has not got ${address}`, async () => {
    const { stdout } = await machine.tryExec(['ip', '-4', '-oneline', 'address', 'show', 'dev', card]);
    const found = [...stdout.matchAll(/inet (192\.168\.1\.\d+)\//g)].map(([, each]) => each);
    return found.length === 1 && found[0] === address;
  });
}

/** Makes an event of commands that run one after the other. */
const commands = (name: string, ...argvs: readonly (readonly string[])[]): HostEvent => ({
  name,
  run: async (machine) => {
    for (const argv of argvs) await machine.exec(argv);
  },
});

const carrierLost = (seconds: number): HostEvent => ({
  name: `carrier lost for ${seconds} s`,
  run: async ({ lan }) => {
    await lan.cable('down');
    await sleep(seconds * 1000);
    await lan.cable('up');
  },
});

const linkDownAndUp: HostEvent = {
  name: 'ip link set down, up',
  run: async (machine) => {
    await machine.exec(['ip', 'link', 'set', 'dev', card, 'down']);
    await sleep(1000);
    await machine.exec(['ip', 'link', 'set', 'dev', card, 'up']);
  },
};

/**
 * The cable is out while the server forgets what it gave and gets another address. The commands make a client ask
 * again that would not by itself.
 */
const leases = (...ask: readonly (readonly string[])[]): readonly HostEvent[] =>
  [otherAddress, usualAddress].map((address) => ({
    name: `another lease: ${address}`,
    address,
    run: async (machine) => {
      await machine.lan.cable('down');
      await machine.lan.lease(address);
      await machine.lan.cable('up');
      for (const argv of ask) await machine.exec(argv);
    },
  }));

/** The first version in what a program prints of itself: `257.13`, `1.52.1`. */
export const versionOf =
  (...argv: readonly string[]) =>
  async (machine: Machine): Promise<string> =>
    /\d+(?:\.\d+)*/.exec(await machine.exec(argv))?.[0] ?? '?';

const enabled =
  (...units: readonly string[]) =>
  async (machine: Machine): Promise<void> =>
    void (await machine.exec(['systemctl', '--quiet', 'enable', ...units]));

const systemctl = (...args: readonly string[]) => ['systemctl', ...args] as const;
const everywhere = [carrierLost(1), carrierLost(10), linkDownAndUp] as const;

const networkFile = '/etc/systemd/network/10-eth0.network';
const networkdUnits = ['systemd-networkd.service', 'systemd-networkd.socket'] as const;
const networkText = (...lines: readonly string[]) =>
  ['[Match]', `Name=${card}`, '[Network]', 'LinkLocalAddressing=ipv6', ...lines, ''].join('\n');

const networkd: Manager = {
  name: 'systemd-networkd',
  enable: enabled('systemd-networkd.service'),
  version: versionOf('networkctl', '--version'),
  does:
    "removes the parent's address for a moment on a restart, a lost carrier or `reconfigure`, and with it each route " +
    'of the main table that names that address as its source; deletes rules that others made',
  answer:
    'the routes name no source; where they must, they are in table 28259, by a rule of `protocol kernel`, which ' +
    'it spares',
  async start(machine) {
    await machine.write(networkFile, networkText('DHCP=ipv4'));
    await machine.exec(systemctl('unmask', ...networkdUnits));
    await machine.exec(systemctl('start', 'systemd-networkd'));
  },
  events: [
    commands('restarted', systemctl('restart', 'systemd-networkd')),
    commands('stopped, started', systemctl('stop', ...networkdUnits), systemctl('start', 'systemd-networkd')),
    ...everywhere,
    commands('networkctl reconfigure', ['networkctl', 'reconfigure', card]),
    commands('networkctl reload', ['networkctl', 'reload']),
    commands('networkctl renew', ['networkctl', 'renew', card]),
    ...leases(),
    {
      name: 'static address',
      run: async (machine) => {
        await machine.write(networkFile, networkText(`Address=${usualAddress}/24`, 'Gateway=192.168.1.1'));
        await machine.exec(['networkctl', 'reload']);
      },
    },
    { ...carrierLost(10), name: 'static, carrier lost for 10 s' },
    commands('static, networkctl reconfigure', ['networkctl', 'reconfigure', card]),
  ],
};

const profile = 'Wired connection 1';
const connectionUp = ['nmcli', 'connection', 'up', profile] as const;

const networkManager: Manager = {
  name: 'NetworkManager',
  enable: enabled('NetworkManager.service'),
  async start(machine) {
    await machine.exec(systemctl('unmask', 'NetworkManager.service', 'NetworkManager-dispatcher.service'));
    await machine.exec(systemctl('start', 'NetworkManager'));
  },
  version: versionOf('NetworkManager', '--version'),
  does:
    'takes an interface with an address for `connected (externally)`; 1.42 removes its address with all its ' +
    'routes on ' +
    '`nmcli networking off`',
  answer: 'where it runs, `nmcli device set nc-eth0 managed no` is one of the steps',
  events: [
    commands('restarted', systemctl('restart', 'NetworkManager')),
    commands('stopped, started', systemctl('stop', 'NetworkManager'), systemctl('start', 'NetworkManager')),
    ...everywhere,
    commands('nmcli connection up', connectionUp),
    commands('nmcli device reapply', ['nmcli', 'device', 'reapply', card]),
    commands('nmcli networking off, on', ['nmcli', 'networking', 'off'], ['nmcli', 'networking', 'on']),
    ...leases(connectionUp),
    commands(
      'static address',
      [
        ...['nmcli', 'connection', 'modify', profile, 'ipv4.method', 'manual'],
        ...['ipv4.addresses', `${usualAddress}/24`, 'ipv4.gateway', '192.168.1.1'],
      ],
      connectionUp,
    ),
    { ...carrierLost(10), name: 'static, carrier lost for 10 s' },
    commands('static, nmcli connection up', connectionUp),
  ],
};

const dhcpcdUnit = [
  ...['[Unit]', 'Description=DHCP client', '[Service]', 'ExecStart=/usr/sbin/dhcpcd --nobackground'],
  ...['[Install]', 'WantedBy=multi-user.target', ''],
].join('\n');

const dhcpcd: Manager = {
  name: 'dhcpcd',
  enable: enabled('dhcpcd.service'),
  version: versionOf('dhcpcd', '--version'),
  does:
    "removes the parent's address with the carrier, as networkd does; without `denyinterfaces nc-*` it takes the " +
    "shim for a network card; 10.1 and newer hear the shim's answers to containers that ask for the host's address " +
    '(the LAN does not), take it for another machine, and after two answers in ten seconds give the address up, ' +
    'unless their configuration has `arp_persistdefence`',
  answer:
    "the same; and no frame with the host's address leaves for the LAN but the parent's. Beside 10 and newer, `nft` " +
    'has the shim answer in a way that they pass over ([Shim](shim.md#dhcpcd-10-on-the-host)); without `nft`, `up` ' +
    'makes no shim until their configuration has `arp_persistdefence`',
  async start(machine) {
    // What it would do to interfaces of others is not the question here.
    const allowed = await machine.exec(['cat', '/etc/dhcpcd.conf']);
    await machine.write('/etc/dhcpcd.conf', `${allowed}\ndenyinterfaces nc-* veth* docker* br-*\n`);
    await machine.exec(['rm', '-f', '/etc/systemd/system/dhcpcd.service']);
    await machine.write('/etc/systemd/system/dhcpcd.service', dhcpcdUnit);
    await machine.exec(systemctl('daemon-reload'));
    await machine.exec(systemctl('start', 'dhcpcd'));
  },
  events: [
    commands('restarted', systemctl('restart', 'dhcpcd')),
    commands('stopped, started', systemctl('stop', 'dhcpcd'), systemctl('start', 'dhcpcd')),
    ...everywhere,
    commands('dhcpcd --rebind', ['dhcpcd', '--rebind', card]),
    ...leases(),
  ],
};

export const managers = [networkd, networkManager, dhcpcd] as const;

/** What reads /etc/network/interfaces, beside Debian's own `ifupdown`: that one starts again with the lab's machine. */
const interfaces = [
  ...['source /etc/network/interfaces.d/*', '', 'auto lo', 'iface lo inet loopback', ''],
  ...[`auto ${card}`, `iface ${card} inet static`, `    address ${usualAddress}/24`, ''],
].join('\n');

const readsInterfaces = (name: string, ifup: string): Pick<Manager, 'name' | 'start' | 'enable'> => ({
  name,
  async start(machine) {
    const [unit, device] = ['lan.service', `sys-subsystem-net-devices-${card}.device`];
    await machine.exec(['mkdir', '-p', '/etc/network/interfaces.d']);
    await machine.write('/etc/network/interfaces', interfaces);
    await machine.write(
      `/etc/systemd/system/${unit}`,
      [
        ...['[Unit]', `After=${device}`, '[Service]', 'Type=oneshot', 'RemainAfterExit=yes'],
        // The card is put into the machine once it has started.
        ...['RuntimeDirectory=network', `ExecStart=${ifup} -a`, '[Install]', `WantedBy=${device}`, ''],
      ].join('\n'),
    );
    await machine.exec(systemctl('daemon-reload'));
    await machine.exec(systemctl('start', unit));
  },
  enable: enabled('lan.service'),
});

export const ifupdownNg = readsInterfaces('ifupdown-ng', '/usr/sbin/ifup-ng');
export const ifupdown2 = readsInterfaces('ifupdown2', '/usr/sbin/ifup');
