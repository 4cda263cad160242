/** Whether a host interface can carry containers. */
import type { Report } from '../../diagnostics/diagnostic.ts';
import { type UnderlayMode, underlay } from '../../netmode/modes.ts';
import type { Parent } from '../networks/parents.ts';

/** Reports the rules `parent/loopback`, `down`, `wireless`, `enslaved`. */
export function checkParent(parent: Parent, mode: UnderlayMode, report: Report): void {
  const { observed, span, name } = parent;
  if (!observed) return;
  if (observed.loopback) {
    report('parent/loopback', span, `"${name}" is the loopback interface, which no container can share`, {
      help: 'name the interface of the LAN, or "auto"',
    });
  }
  if (observed.wireless && underlay(mode).driver === 'macvlan') {
    report(
      'parent/wireless',
      span,
      `"${name}" is a Wi-Fi interface: access points drop the frames of macvlan's other MAC addresses`,
      { help: 'write ipvlan-l2 instead of macvlan' },
    );
  }
  if (observed.master !== undefined) {
    report(
      'parent/enslaved',
      span,
      `"${name}" is a member of "${observed.master}", and the kernel gives it no macvlan or ipvlan`,
      { help: `write "parent: ${observed.master}"` },
    );
  }
  if (!observed.up) {
    report('parent/down', span, `"${name}" is down: containers start, but nothing reaches them`, {
      help: `ip link set dev ${name} up`,
    });
  }
}
