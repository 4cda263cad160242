/**
 * A kernel that was started with `ipv6.disable=1`: `/proc/sys/net/ipv6` is not there, and no IPv6 address can be added.
 * All drivers work, and nothing of IPv6 is wanted of such a host.
 */
import { check, within } from './checks.ts';
import { hasIpv6 } from './lan.ts';
import { inContainer } from './lived.ts';
import {
  addressOf,
  changes,
  containerOf,
  difference,
  downAndCompare,
  identities,
  makeProject,
  netcompose,
  noted,
  snapshot,
} from './machine.ts';
import { netmodesOnly, type Row, row } from './netmodes.ts';
import { run } from './process.ts';

/** Of what else has IPv6 in the suite: a LAN without it. */
const onFour = (key: string): Row => {
  const { second: _, segment, network, routed, ...one } = row(key);
  const { mode, parent } = network!['x-netmode'] as Readonly<Record<string, unknown>>;
  const range = segment.subnet.replace('.0/24', '.224/30');
  const onLan = { subnet: segment.subnet, gateway: segment.router, ip_range: range };
  return {
    ...one,
    segment,
    six: false,
    network: { 'x-netmode': { mode, parent, ...(routed ? { subnet: routed[0] } : onLan) } },
  };
};
const rows = [row('l2plain'), onFour('l2'), row('native'), onFour('l3'), onFour('mac')];

export async function withoutIpv6(): Promise<void> {
  within('without IPv6');
  check('the kernel has no IPv6', !hasIpv6, '');
  const before = snapshot();
  const project = makeProject('four', netmodesOnly(rows));
  try {
    const doctor = netcompose(project, ['doctor']);
    check('doctor', doctor.code === 0 && /^macvlan +works here$/m.test(doctor.stdout), doctor.stdout + doctor.stderr);
    const up = netcompose(project, ['up', '-d']);
    check('up', up.code === 0, up.stderr);
    if (up.code !== 0) return;
    const ping = ['ping', '-c', '2', '-W', '2'];
    for (const one of rows) {
      const from = run([...ping, addressOf(containerOf(project, `${one.key}-a`))]);
      const to = run([...inContainer(project, one), ...ping, one.segment.host]);
      const said = [from, to].map(({ stdout, stderr }) => stdout + stderr).join('');
      check(`${one.name}: the host reaches the container, and it the host`, from.code === 0 && to.code === 0, said);
    }
    const [host, containers] = [snapshot(), identities()];
    const again = netcompose(project, ['up', '-d'], noted);
    const changed = [...changes(), difference(host, snapshot())].filter(Boolean);
    check(
      'a second up changes nothing',
      again.code === 0 && changed.length === 0 && containers === identities(),
      again.code === 0 ? changed.join('\n') : again.stderr,
    );
    for (const words of [
      ['shim', 'ls'],
      ['shim', 'up'],
    ]) {
      const { code, stdout, stderr } = netcompose(project, words);
      check(words.join(' '), code === 0, stdout + stderr);
    }
  } finally {
    downAndCompare(project, before);
  }
}
