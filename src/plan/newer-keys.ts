/** Keys of a service's network that this engine or Compose does not know: better said before than half-way through `up`. */
import type { Report } from '../diagnostics/diagnostic.ts';
import type { Facts } from './facts/facts.ts';
import { type NewerKey, tooOldFor } from './facts/versions.ts';
import type { Attached } from './services/attach.ts';
import type { AttachmentPlan } from './types.ts';

/** `gw_priority` is not here: without it there is still a way out, perhaps another (gateways.ts). */
const keys: readonly (readonly [key: NewerKey, isSaid: (attachment: AttachmentPlan) => boolean])[] = [
  ['mac_address', ({ macAddress }) => macAddress !== undefined],
  ['interface_name', ({ interfaceName }) => interfaceName !== undefined],
];

/** Reports `engine/too-old` for services that are started. */
export function checkNewerKeys(services: ReadonlyMap<string, Attached>, facts: Facts, report: Report): void {
  for (const [key, isSaid] of keys) {
    const tooOld = tooOldFor(key, facts);
    if (!tooOld) continue;
    for (const [name, { service, managed, networks }] of services) {
      if (!managed || !service.active) continue;
      const network = [...networks.values()].find(isSaid);
      if (network)
        report(
          'engine/too-old',
          service.span,
          `"${name}" has ${key} on the network "${network.network}", but ${tooOld.fact}`,
          { help: `${tooOld.help}, or leave ${key} out` },
        );
    }
  }
}
