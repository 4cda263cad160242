/** Services whose `x-netmode` could not be planned, which has been reported. */
import { at } from '../../compose/tree.ts';
import { type Netmode, netmodeOf } from '../../netmode/modes.ts';
import type { ServicePlan } from '../types.ts';

/**
 * What the file asks of such a service: all else that its plan says is of a service without `x-netmode`.
 *
 * @returns nothing for every other service; `asked` is absent where no netmode can be read
 */
export function unplannedNetmode({
  service,
  managed,
}: Pick<ServicePlan, 'service' | 'managed'>): { readonly asked?: Netmode } | undefined {
  const { netmode: tree } = service;
  if (managed || !tree) return undefined;
  const mode = tree.kind === 'mapping' ? at(tree, 'mode') : tree;
  if (!mode && !at(tree, 'network')) return undefined;
  const asked = mode?.kind === 'scalar' ? netmodeOf(String(mode.value)) : undefined;
  return asked ? { asked } : {};
}
