/** Whether what Docker masquerades finds its way back from the containers behind a shim. */
import type { Report } from '../../../diagnostics/diagnostic.ts';
import type { Plan } from '../../types.ts';

/**
 * Reports `shim/other-source`: the host's own packets have their source from a table of ours, but `MASQUERADE` asks no
 * table, and takes the address of the first interface that has one.
 */
export function checkShimSources({ shims, networks }: Plan, report: Report): void {
  for (const { key, network, parent, ways } of shims) {
    if (!ways.some(({ named }) => named === 'table')) continue;
    report(
      'shim/other-source',
      networks.get(key)?.span,
      `"${network}": bridge containers of this host reach its containers from the address of an interface that was ` +
        `there before "${parent}", and answers may not find their way back`,
      { help: 'give the shim an address that nobody has, at the network: "shim: { ipv4_address: … }"' },
    );
  }
}
