/**
 * The LANs on the other ends of the cables, as they would be without this host: a router on each, and on the first a
 * DHCP server and a VLAN. They lie in a namespace of their own, which a unit makes at each start.
 */
import { writeFileSync } from 'node:fs';
import { must } from '../suite/process.ts';

const unit = 'lab-lan.service';
const cables = ['eth3', 'eth4', 'eth5'] as const;
export const vlan = 30;

const within = (...argv: readonly string[]) => ['ip', 'netns', 'exec', 'lan', ...argv].join(' ');

const commands = [
  'ip netns add lan',
  within('ip', 'link', 'set', 'lo', 'up'),
  ...cables.flatMap((cable, index) => [
    `ip link set ${cable} netns lan`,
    within('ip', 'address', 'add', `10.1${index}.0.1/24`, 'dev', cable),
    within('ip', 'address', 'add', `fd00:1${index}::1/64`, 'dev', cable, 'nodad'),
    within('ip', 'link', 'set', cable, 'up'),
  ]),
  within('ip', 'link', 'add', 'link', 'eth3', 'name', 'vlan', 'type', 'vlan', 'id', String(vlan)),
  within('ip', 'address', 'add', '10.30.0.1/24', 'dev', 'vlan'),
  within('ip', 'link', 'set', 'vlan', 'up'),
].map((command) => `ExecStart=${command.replace(/^ip /, '/usr/sbin/ip ')}`);

const server = within(
  ...['dnsmasq', '--port=0', '--interface=eth3', '--bind-interfaces', '--leasefile-ro'],
  ...['--dhcp-range=10.10.0.50,10.10.0.60,1h', '--dhcp-option=3'],
);

const text = [
  '[Unit]',
  'DefaultDependencies=no',
  ...cables.flatMap((cable) => [
    `Wants=sys-subsystem-net-devices-${cable}.device`,
    `After=sys-subsystem-net-devices-${cable}.device`,
  ]),
  'Before=network-pre.target',
  'Wants=network-pre.target',
  '[Service]',
  'Type=oneshot',
  'RemainAfterExit=yes',
  ...commands,
  `ExecStart=/usr/sbin/${server}`,
  '[Install]',
  // That target is reached where somebody wants it; not every manager does.
  'WantedBy=multi-user.target',
  '',
].join('\n');

export function makeLan(): void {
  writeFileSync(`/etc/systemd/system/${unit}`, text);
  must('systemctl', 'daemon-reload');
  must('systemctl', 'enable', '--now', unit);
}
