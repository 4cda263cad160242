/** Whether host interfaces can carry containers. */
import type { Report } from '../../../diagnostics/diagnostic.ts';
import { underlay } from '../../../netmode/modes.ts';
import { interfaceOf, isPodmanHere, isRootless, type ParsedFacts } from '../../facts/parsed-facts.ts';
import { obstacle, parentName } from '../../networks/parents.ts';
import { membersOf } from '../../services/members.ts';
import { isUnderlayNetwork, type Plan, type UnderlayNetwork } from '../../types.ts';

/**
 * Reports the rules `parent/loopback`, `down`, `wireless`, `enslaved`; for native networks that a started service joins
 * also what `requestUnderlays` reports of others: `engine/desktop`, `rootless`, `remote`, `kernel-lacks-driver` and
 * `parent/not-found`.
 */
export function checkParents({ services, networks }: Plan, facts: ParsedFacts, report: Report): void {
  const joined = membersOf(services.values());
  for (const network of [...networks.values()].filter(isUnderlayNetwork)) {
    const isNative = network.kind === 'native';
    // Compose makes no network that nobody joins.
    if (isNative && !joined.has(network.key)) continue;
    if (isNative && reportsObstacle(network, facts, report)) continue;
    checkParent(network, facts, report);
  }
}

/** @returns whether the network cannot work here, whatever its parent is */
function reportsObstacle({ key, underlay: wanted }: UnderlayNetwork, facts: ParsedFacts, report: Report): boolean {
  // Without a parent Docker makes a link of its own, wherever the engine is.
  const isFree = wanted.parent.kind === 'none' && !isRootless(facts.engine) && !isPodmanHere(facts.engine);
  const found = obstacle(wanted.parent, wanted.mode, facts, 'native', wanted.flag);
  if (!found || (isFree && found.rule !== 'engine/kernel-lacks-driver')) return false;
  // The engine there makes such a network without netcompose, but for the shim.
  const mayWork = found.rule === 'engine/remote' && wanted.hostAccess !== 'shim';
  report(found.rule, wanted.parent.span, `network "${key}": ${found.message}`, {
    help: found.help,
    ...(mayWork && { severity: 'warning' }),
  });
  return true;
}

function checkParent(
  { kind, underlay: { parent, mode } }: UnderlayNetwork,
  { host }: ParsedFacts,
  report: Report,
): void {
  const [name, { span }] = [parentName(parent), parent];
  const on = interfaceOf(host, name);
  if (!on) return;
  if (on.loopback) {
    report('parent/loopback', span, `"${name}" is the loopback interface, which no container can share`, {
      help: kind === 'native' ? 'name the interface of the LAN' : 'name the interface of the LAN, or "auto"',
    });
  }
  if (on.wireless && underlay(mode).driver === 'macvlan') {
    report(
      'parent/wireless',
      span,
      `"${name}" is a Wi-Fi interface: access points drop the frames of macvlan's other MAC addresses`,
      { help: kind === 'native' ? 'write "driver: ipvlan"' : 'write ipvlan-l2 instead of macvlan' },
    );
  }
  if (on.master !== undefined) {
    report(
      'parent/enslaved',
      span,
      `"${name}" is a member of "${on.master}", and the kernel gives it no macvlan or ipvlan`,
      { help: `write "parent: ${on.master}"` },
    );
  }
  if (!on.up) {
    report('parent/down', span, `"${name}" is down: containers start, but nothing reaches them`, {
      help: `ip link set dev ${name} up`,
    });
  }
}
