/** `run` starts a container of a service beside the service's own, and gives it the same fixed addresses. */
import type { Report } from '../../../diagnostics/diagnostic.ts';
import { formatAddress, sameAddress } from '../../facts/ip.ts';
import { allAddressesOf, type ParsedFacts } from '../../facts/parsed-facts.ts';
import type { Plan } from '../../types.ts';

/**
 * Reports `address/duplicate` where the service's own container runs and has the address: the engine gives it to no
 * other, on whichever driver, and its words are "Address already in use" alone (28.5).
 */
export function checkBeside({ project, services }: Plan, { engine }: ParsedFacts, report: Report): void {
  for (const { service, networks } of services.values()) {
    if (!service.runsBeside) continue;
    const running = (engine?.containers ?? []).filter(
      (container) => container.running && container.project === project.name && container.service === service.name,
    );
    for (const { ipv4Address, ipv6Address } of networks.values())
      for (const { value, span } of [ipv4Address, ipv6Address].flatMap((given) => given ?? [])) {
        const holder = running.find((container) =>
          allAddressesOf(container).some((address) => sameAddress(address, value)),
        );
        if (!holder) continue;
        report(
          'address/duplicate',
          span,
          `"${service.name}" has the address ${formatAddress(value)}, which its container "${holder.name}" has: ` +
            '"run" starts another one beside it',
          { help: `use the one that runs, "netcompose exec ${service.name} …", or stop it before` },
        );
      }
  }
}
