/** Whether the names of shims are free on this host. */
import type { Report } from '../../../diagnostics/diagnostic.ts';
import { isOurs } from '../../facts/ownership.ts';
import { interfaceOf, type ParsedFacts } from '../../facts/parsed-facts.ts';
import type { Plan } from '../../types.ts';

/** Reports `shim/name-taken`. */
export function checkShimNames({ shims, networks }: Plan, { host }: ParsedFacts, report: Report): void {
  const taken = new Set([...shims.map(({ name }) => name), ...(host?.interfaces ?? []).map(({ name }) => name)]);
  const free = () => {
    let number = 0;
    while (taken.has(`nc${number}`)) number++;
    taken.add(`nc${number}`);
    return `nc${number}`;
  };
  for (const { name, key, parent, network: dockerName } of shims) {
    const existing = interfaceOf(host, name);
    if (name !== parent && (!existing || isOurs(existing))) continue;
    const network = networks.get(key);
    report(
      'shim/name-taken',
      network?.underlay?.shim.name?.span ?? network?.span,
      name === parent
        ? `the shim of "${dockerName}" cannot have the name of its parent, "${name}"`
        : `an interface "${name}" exists that netcompose did not make; the shim of "${dockerName}" needs the name`,
      { help: `give the shim a name that no interface has, such as "shim: { name: ${free()} }", at the network` },
    );
  }
}
