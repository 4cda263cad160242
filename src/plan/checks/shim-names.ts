/** Whether the names of shims are free on this host. */
import type { Report } from '../../diagnostics/diagnostic.ts';
import { isOurs } from '../facts/ownership.ts';
import { interfaceOf, type ParsedFacts } from '../facts/parsed-facts.ts';
import type { Plan } from '../types.ts';

/** Reports `shim/name-taken`. */
export function checkShimNames({ shims, networks }: Plan, { host }: ParsedFacts, report: Report): void {
  for (const { name, key, network: dockerName } of shims) {
    const existing = interfaceOf(host, name);
    if (!existing || isOurs(existing)) continue;
    const network = networks.get(key);
    report(
      'shim/name-taken',
      network?.underlay?.shim.name?.span ?? network?.span,
      `an interface "${name}" exists that netcompose did not make; the shim of "${dockerName}" needs the name`,
      {
        help:
          `remove it (ip link del dev ${name}), ` +
          'or give the shim another name: "shim: { name: nc0 }" at the network',
      },
    );
  }
}
