/** firewalld puts what it does not know by name into its default zone, whatever zone the parent is in. */
import { displayCommand } from '../../actions/display.ts';
import type { FirewalldFacts } from '../../facts/managers/manager-facts.ts';
import type { Situation, Threat } from './threat.ts';

/**
 * ipvlan hands what is sent to the host's own address to the parent: by the shim comes only what is sent to an address
 * that it has itself.
 */
export function blockedByFirewall({ shim, managers: { firewalld } }: Situation): Threat | undefined {
  if (!firewalld || firewalld.open) return undefined;
  if (shim.driver === 'ipvlan' && shim.addresses.length === 0) return undefined;
  const { defaultZone } = firewalld;
  const [parents, its] = [zoneOf(shim.parent, firewalld), zoneOf(shim.name, firewalld)];
  if (its !== undefined || parents === undefined || parents === defaultZone) return undefined;
  const add = [`--zone=${parents}`, `--add-interface=${shim.name}`];
  return {
    rule: 'host/firewall-zone',
    message:
      `firewalld has the shim "${shim.name}" of "${shim.network}" in its default zone "${defaultZone}", and ` +
      `"${shim.parent}" in "${parents}": the containers reach only those ports of this host that are ` +
      `open in "${defaultZone}"`,
    help: [
      'run:',
      ...[['--permanent', ...add], add].map((args) => `  ${displayCommand(['firewall-cmd', ...args])}`),
    ].join('\n'),
  };
}

/** `+` at the end of a name in a zone stands for any characters. */
function zoneOf(name: string, { zones }: FirewalldFacts): string | undefined {
  const wide = Object.keys(zones).find((each) => each.endsWith('+') && name.startsWith(each.slice(0, -1)));
  return Object.hasOwn(zones, name) ? zones[name] : wide === undefined ? undefined : zones[wide];
}
