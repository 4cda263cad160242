/** Keys of a service that Docker refuses only when its container starts, because of the namespace it is in. */
import { networkModeText } from '../../../compose/project/network-mode.ts';
import { at, entriesOf, type Tree } from '../../../compose/tree.ts';
import type { Report } from '../../../diagnostics/diagnostic.ts';
import type { Located } from '../../../diagnostics/source.ts';
import { namespaceOwner } from '../../services/guests.ts';
import type { Plan, ServicePlan } from '../../types.ts';

/** Reports `netmode/key-not-for-mode`. */
export function checkRefusedKeys({ services }: Plan, report: Report): void {
  for (const plan of services.values())
    if (namespaceOwner(plan, services).networkMode?.kind === 'host') checkSysctls(plan, report);
}

/**
 * runc: `sysctl "net.ipv4.ip_forward" not allowed in host network namespace`; so for a guest of a service in host mode
 * too.
 */
function checkSysctls({ service, networkMode }: ServicePlan, report: Report): void {
  for (const { value, span } of sysctlsOf(at(service.tree, 'sysctls'))) {
    const [name = '', set] = value.split('=');
    if (!/^net[./]/.test(name)) continue;
    const where =
      networkMode?.kind === 'host'
        ? 'in host mode'
        : `in the host's network namespace ("${networkMode ? networkModeText(networkMode) : 'host'}")`;
    report('netmode/key-not-for-mode', span, `"${service.name}": Docker refuses the sysctl "${name}" ${where}`, {
      help: `remove it, and set it on the host: sysctl -w ${name}=${set ?? '…'}`,
    });
  }
}

/** A list of `name=value`, or a mapping; of each its whole place. */
function sysctlsOf(tree: Tree | undefined): readonly Located<string>[] {
  if (tree?.kind === 'sequence')
    return tree.items.flatMap((item) =>
      item.kind === 'scalar' ? [{ value: String(item.value), span: item.span }] : [],
    );
  return entriesOf(tree).map(({ key, keySpan, value }) => ({
    value: value.kind === 'scalar' && value.value !== null ? `${key}=${String(value.value)}` : key,
    span: keySpan,
  }));
}
