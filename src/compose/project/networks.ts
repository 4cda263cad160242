/** Top-level `networks` as typed networks. */
import type { Report } from '../../diagnostics/diagnostic.ts';
import { at, type Entry, entriesOf, type Tree } from '../tree.ts';
import { booleanIn, present, stringIn, textsIn } from './fields.ts';
import type { IpamPool, Network } from './project.ts';

/** Reports `compose/invalid-model` where two keys contradict each other. */
export function readNetworks(tree: Tree | undefined, report: Report): ReadonlyMap<string, Network> {
  const networks = new Map<string, Network>();
  for (const entry of entriesOf(tree)) networks.set(entry.key, readNetwork(entry, report));
  return networks;
}

function readNetwork({ key, keySpan, value: tree }: Entry, report: Report): Network {
  const external = at(tree, 'external');
  return present({
    key,
    span: keySpan,
    name: readName(key, tree, report),
    external: external?.kind === 'mapping' || booleanIn(external)?.value === true,
    internal: booleanIn(at(tree, 'internal'))?.value === true,
    attachable: booleanIn(at(tree, 'attachable'))?.value,
    driver: stringIn(at(tree, 'driver')),
    driverOpts: textsIn(at(tree, 'driver_opts')),
    labels: textsIn(at(tree, 'labels')),
    ipam: readPools(at(tree, 'ipam', 'config')),
    ipamDriver: stringIn(at(tree, 'ipam', 'driver')),
    enableIpv6: booleanIn(at(tree, 'enable_ipv6')),
    enableIpv4: booleanIn(at(tree, 'enable_ipv4')),
    netmode: at(tree, 'x-netmode'),
    tree,
  });
}

/** `name`, or the older `external: { name }`. */
function readName(key: string, tree: Tree, report: Report): Network['name'] {
  const name = stringIn(at(tree, 'name'));
  const older = stringIn(at(tree, 'external', 'name'));
  if (name && older && name.value !== older.value) {
    report(
      'compose/invalid-model',
      older.span,
      `"networks.${key}" has two names, "${name.value}" and "${older.value}"`,
      {
        help: 'write only "name", and "external: true"',
        related: [{ message: 'the other name', span: name.span }],
      },
    );
  }
  return name ?? older;
}

function readPools(tree: Tree | undefined): readonly IpamPool[] {
  if (tree?.kind !== 'sequence') return [];
  return tree.items
    .filter((item) => item.kind === 'mapping')
    .map((item) =>
      present({
        subnet: stringIn(at(item, 'subnet')),
        gateway: stringIn(at(item, 'gateway')),
        ipRange: stringIn(at(item, 'ip_range')),
        auxAddresses: textsIn(at(item, 'aux_addresses')),
        span: item.span,
      }),
    );
}
