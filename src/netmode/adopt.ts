/** Native networking as the `x-netmode` that resolves to the same. */
import { networkModeText } from '../compose/project/network-mode.ts';
import type { Network, Service } from '../compose/project/project.ts';
import { at, entriesOf, type Tree } from '../compose/tree.ts';
import { isUnderlay, netmodeOfDriver } from './modes.ts';
import type { Data } from './typed-value.ts';

export type Adoption =
  /** What the annotation says, and the native keys whose place it takes. */
  | { readonly kind: 'adopted'; readonly set: { readonly [key: string]: Data }; readonly replaces: readonly string[] }
  /** Native networking that stays as it is. */
  | { readonly kind: 'left'; readonly reason: string }
  | { readonly kind: 'nothing' };

const left = (reason: string): Adoption => ({ kind: 'left', reason });

/** `network_mode: host` and `none`; a service in another's network has no netmode yet. */
export function adoptedService({ networkMode, netmode, tree }: Service): Adoption {
  if (!networkMode) return { kind: 'nothing' };
  const { kind } = networkMode.value;
  const value = networkModeText(networkMode.value);
  if (isVariable(at(tree, 'network_mode'))) return left('its network_mode is a variable');
  // What the service is annotated with is in force already: only the native key goes.
  const annotated = netmode?.kind === 'scalar' || at(netmode, 'mode') || at(netmode, 'network');
  if (kind === 'host' || kind === 'none')
    return { kind: 'adopted', set: annotated ? {} : { mode: kind }, replaces: ['network_mode'] };
  if (kind === 'service' || kind === 'container') return left(`it is in the network of another (${value})`);
  return left(`there is no netmode that is "network_mode: ${value}"`);
}

/** Driver options that `x-netmode` has a key for. */
const knownOptions: ReadonlySet<string> = new Set(['parent', 'macvlan_mode', 'ipvlan_mode', 'ipvlan_flag']);

/** A macvlan or ipvlan network of the project's own. */
export function adoptedNetwork({ driver, driverOpts, external, ipamDriver, netmode, tree }: Network): Adoption {
  if (!driver || netmode) return { kind: 'nothing' };
  const options = Object.fromEntries([...driverOpts].map(([key, { value }]) => [key, value]));
  const mode = netmodeOfDriver(driver.value, options);
  if (!mode || !isUnderlay(mode)) return { kind: 'nothing' };
  if (external) return left('it is external: its driver is not said here');
  const written = at(tree, 'driver_opts');
  const other = Object.keys(options).find((key) => !knownOptions.has(key));
  if (other !== undefined) return left(`x-netmode has no key for the driver option "${other}"`);
  if (options['parent'] === undefined) return left('it has no parent: Docker gives it an interface that leads nowhere');
  if (['macvlan_mode', 'ipvlan_mode'].some((key) => isVariable(at(written, key))) || isVariable(at(tree, 'driver')))
    return left('its mode is a variable');
  if (ipamDriver && ipamDriver.value !== 'default') return left(`its addresses are those of "${ipamDriver.value}"`);
  const flag = options['macvlan_mode'] ?? options['ipvlan_flag'];
  const pools = poolsOf(at(tree, 'ipam', 'config'));
  const ipamKeys = entriesOf(at(tree, 'ipam')).map(({ key }) => key);
  const unknown = ipamKeys.find((key) => key !== 'config' && key !== 'driver');
  if (unknown !== undefined) return left(`x-netmode has no key for "ipam.${unknown}"`);
  if ('reason' in pools) return left(pools.reason);
  return {
    kind: 'adopted',
    set: {
      mode,
      parent: textOf(at(written, 'parent')),
      ...(flag !== undefined && flag !== 'bridge' && { flag }),
      ...pools.set,
      // One network for each parent would be another network than this.
      scope: 'project',
    },
    replaces: ['driver', 'driver_opts', 'ipam'],
  };
}

type Pools = { readonly set: { readonly [key: string]: Data } } | { readonly reason: string };

const poolKeys = ['subnet', 'gateway', 'ip_range'] as const;

/** Names under which people keep the address of a shim that they have made by hand. */
const shimName = /shim|host/i;

function poolsOf(config: Tree | undefined): Pools {
  const items = config?.kind === 'sequence' ? config.items : [];
  const known: ReadonlySet<string> = new Set([...poolKeys, 'aux_addresses']);
  if (items.some((pool) => at(pool, 'subnet') === undefined)) return { reason: 'a part of its "ipam" has no subnet' };
  const other = items.flatMap(entriesOf).find(({ key }) => !known.has(key));
  if (other) return { reason: `x-netmode has no key for "ipam.config.${other.key}"` };
  const kept = items.flatMap((pool) => entriesOf(at(pool, 'aux_addresses')));
  const shims = kept.filter(({ key, value }) => shimName.test(key) && !textOf(value).includes(':'));
  if (kept.length > shims.length || shims.length > 1)
    return { reason: 'it keeps addresses for others (aux_addresses), for which x-netmode has no key' };
  const [shim] = shims;
  const pools = poolKeys.flatMap((key) => {
    const values = items.flatMap((pool) => at(pool, key) ?? []).map(textOf);
    return values.length === 0 ? [] : [[key, values.length === 1 ? values[0]! : values]];
  });
  return { set: { ...Object.fromEntries(pools), ...(shim && { shim: { ipv4_address: textOf(shim.value) } }) } };
}

const isVariable = (tree: Tree | undefined) => tree?.kind === 'scalar' && tree.raw !== undefined;

/** As written, variables too. */
const textOf = (tree: Tree | undefined): string => (tree?.kind === 'scalar' ? (tree.raw ?? String(tree.value)) : '');
