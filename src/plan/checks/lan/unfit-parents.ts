/** Whether host interfaces can carry containers. */
import type { Report } from '../../../diagnostics/diagnostic.ts';
import { underlay } from '../../../netmode/modes.ts';
import { interfaceOf, type ParsedFacts } from '../../facts/parsed-facts.ts';
import { parentName } from '../../networks/parents.ts';
import type { Plan, UnderlayPlan } from '../../types.ts';

/** Reports the rules `parent/loopback`, `down`, `wireless`, `enslaved`, for the networks that netcompose defines. */
export function checkParents({ networks }: Plan, facts: ParsedFacts, report: Report): void {
  for (const { kind, underlay } of networks.values())
    if (kind !== 'native' && underlay) checkParent(underlay, facts, report);
}

function checkParent({ parent, mode }: UnderlayPlan, { host }: ParsedFacts, report: Report): void {
  const [name, { span }] = [parentName(parent), parent];
  const on = interfaceOf(host, name);
  if (!on) return;
  if (on.loopback) {
    report('parent/loopback', span, `"${name}" is the loopback interface, which no container can share`, {
      help: 'name the interface of the LAN, or "auto"',
    });
  }
  if (on.wireless && underlay(mode).driver === 'macvlan') {
    report(
      'parent/wireless',
      span,
      `"${name}" is a Wi-Fi interface: access points drop the frames of macvlan's other MAC addresses`,
      { help: 'write ipvlan-l2 instead of macvlan' },
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
