/** What udev does to a shim that a network manager makes, before that configures it: what the manager cannot say. */
import { commandOf } from '../../plan/actions/commands.ts';
import type { Managers } from '../../plan/facts/managers.ts';
import { shimAliasPrefix, shimGroup } from '../../plan/facts/ownership.ts';
import { markedText, type PersistedFile, type PersistedShim } from './persisted-shim.ts';

/** Marks, kernel settings and multicast, for a shim whose name is plain: it is a pattern here. */
export function udevRule({ name, mark, settings, multicast }: PersistedShim, { programs }: Managers): PersistedFile {
  const [, ...off] = multicast ? commandOf(multicast) : [];
  const parts = [
    ...['ACTION=="add"', 'SUBSYSTEM=="net"', `KERNEL=="${name}"`],
    ...[`ATTR{netdev_group}="${shimGroup}"`, `ATTR{ifalias}="${shimAliasPrefix}${mark.network}"`],
    ...settings.map(({ key, value }) => `SYSCTL{${['net', ...key].join('/')}}="${value}"`),
    ...(multicast ? [`RUN+="${[programs.ip, ...off].join(' ')}"`] : []),
  ];
  return {
    path: `/etc/udev/rules.d/90-netcompose-${name}.rules`,
    mode: 0o644,
    text: markedText([parts.join(', ')]),
  };
}
