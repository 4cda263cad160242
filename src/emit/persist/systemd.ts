/**
 * A systemd unit that runs the commands of `up`. It belongs to the parent's device: it starts whenever that appears,
 * however late (a USB card, a VLAN that Docker makes), and again when it is made anew.
 */

import type { HostAction } from '../../plan/actions/action.ts';
import { routeTo } from '../../plan/actions/argv.ts';
import { commandOf } from '../../plan/actions/commands.ts';
import type { Managers } from '../../plan/facts/managers.ts';
import { leftAloneFile } from './network-manager.ts';
import { type Format, markedText, type PersistedFile, type PersistedShim } from './persisted-shim.ts';

export const systemd: Format = {
  name: 'systemd',
  lacks: (_, { systemd: runs }) => (runs ? undefined : 'systemd does not run here'),
  files: (shim, managers) => [
    shimUnit(shim, managers),
    ...(shim.sourced.length > 0 ? [sourceUnit(shim, managers)] : []),
    ...(managers.networkManager ? leftAloneFile(shim) : []),
  ],
};

const folder = '/etc/systemd/system';

/** What there is of that name already is left as it is: it may be in use, or somebody else's. */
function shimUnit(shim: PersistedShim, managers: Managers): PersistedFile {
  const { name, link, mark, settings, multicast, answers, addresses, up, routes, neighbours } = shim;
  const { returnRoutes, returnRules } = shim;
  const before = [...(multicast ? [multicast] : []), ...(answers ? [answers] : []), ...addresses];
  const actions = [link, mark, ...settings, ...before, up, ...routes];
  return unitFile({
    name: unitOf('shim', name),
    description: `${name}, the way from this host to the network ${mark.network}`,
    device: deviceUnit(link.parent),
    // After nftables.service, too, which empties the rule set.
    after: ['network-pre.target'],
    unit: [`ConditionPathExists=!${literal(`/sys/class/net/${name}`)}`],
    service: [...actions, ...neighbours, ...returnRoutes, ...returnRules].map((action) =>
      execStart(commandOf(action), managers, mayFail(action)),
    ),
  });
}

/** Tries again until the host has its address; all of it may be done twice. */
function sourceUnit({ name, sourced }: PersistedShim, managers: Managers): PersistedFile {
  return unitFile({
    name: unitOf('source', name),
    description: `The source of what this host sends through ${name}`,
    device: deviceUnit(name),
    after: [unitOf('shim', name), 'network-online.target'],
    unit: ['StartLimitIntervalSec=0'],
    service: [
      'Restart=on-failure',
      'RestartSec=10',
      ...sourced.map((action) =>
        // A rule that is there already is no failure; a route is replaced.
        action.kind === 'add-shim-route'
          ? execStart(routeTo({ ...action, source: action.source! })('replace'), managers)
          : execStart(commandOf(action), managers, action.kind === 'add-rule'),
      ),
    ],
  });
}

interface OneshotUnit {
  readonly name: string;
  readonly description: string;
  /** It starts with this device, and ends with it. */
  readonly device: string;
  readonly after: readonly string[];
  /** Further lines of `[Unit]` and `[Service]`. */
  readonly unit: readonly string[];
  readonly service: readonly string[];
}

/** A unit that runs its commands once each time its device appears. */
function unitFile({ name, description, device, after, unit, service }: OneshotUnit): PersistedFile {
  return {
    path: `${folder}/${name}`,
    mode: 0o644,
    unit: name,
    text: markedText([
      '[Unit]',
      `Description=${literal(description)}`,
      `BindsTo=${device}`,
      `After=${[device, ...after].join(' ')}`,
      ...unit,
      '',
      '[Service]',
      'Type=oneshot',
      'RemainAfterExit=yes',
      ...service,
      '',
      '[Install]',
      `WantedBy=${device}`,
    ]),
  };
}

/** A kernel without IPv6 has none of its settings; and a rule is still there after the shim is gone. */
const mayFail = (action: HostAction) =>
  action.kind === 'add-return-rule' || (action.kind === 'set-sysctl' && action.key[0] === 'ipv6');

/** @param mayFail the next command runs, whatever becomes of this one */
function execStart([program, ...args]: readonly string[], { programs }: Managers, mayFail = false): string {
  const path = program === 'sysctl' ? programs.sysctl : program === 'nft' ? programs.nft! : programs.ip;
  return `ExecStart=${mayFail ? '-' : ''}${[path, ...args].map(word).join(' ')}`;
}

/** One word of a command line (systemd.service(5), "Command lines"): `%`, `$`, quotes and backslashes mean nothing. */
function word(text: string): string {
  const escaped = literal(text).replaceAll('$', '$$$$');
  return /^[\w@%+=:,./-]+$/.test(escaped) ? escaped : `"${escaped.replace(/["\\]/g, '\\$&')}"`;
}

/** Text in which `%` begins no specifier (systemd.unit(5)). Throws a `RangeError` for control characters. */
function literal(text: string): string {
  if (/\p{Cc}/u.test(text)) throw new RangeError('a unit file takes no control characters');
  return text.replaceAll('%', '%%');
}

/** A unit of ours; dashes, which say nothing in a service's name, stay. */
const unitOf = (what: 'shim' | 'source', name: string) =>
  `netcompose-${what}-${name.replaceAll(/[^\w.-]/g, escapedBytes)}.service`;

/** The unit of an interface: its path below /sys, as `systemd-escape --path` writes it. */
const deviceUnit = (name: string) => `sys-subsystem-net-devices-${name.replaceAll(/[^\w.:]/gu, escapedBytes)}.device`;

const escapedBytes = (character: string) =>
  [...new TextEncoder().encode(character)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
