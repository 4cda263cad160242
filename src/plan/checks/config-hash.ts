/**
 * The hash of a network's definition, which Compose leaves on the network as a label, and by which it tells whether the
 * definition is another now: SHA-256 of JSON in the order of keys, with the omissions and the escapes of Go's
 * `encoding/json` (compose-go `types.NetworkConfig`, Compose `pkg/compose/hash.go`).
 */
import { createHash } from 'node:crypto';
import sortBy from 'lodash/sortBy.js';
import type { Network } from '../../compose/project/project.ts';
import type { Located } from '../../diagnostics/source.ts';
import { isAsDeclared, networkDefinition } from '../networks/definition.ts';
import type { NetworkPlan } from '../types.ts';

/** Where Compose leaves it, from 2.31 on. */
export const hashLabel = 'com.docker.compose.config-hash';

type Texts = Readonly<Record<string, string>>;

interface Definition {
  readonly driver?: string;
  readonly driver_opts?: Texts;
  readonly ipam?: { readonly driver?: string; readonly config: readonly Pool[] };
  readonly internal?: boolean;
  readonly attachable?: boolean;
  readonly labels?: Texts;
  readonly enable_ipv4?: boolean;
  readonly enable_ipv6?: boolean;
}

interface Pool {
  readonly subnet?: string;
  readonly gateway?: string;
  readonly ip_range?: string;
  readonly aux_addresses?: Texts;
}

/**
 * @param declared what the file says of it; absent where it has no such network
 * @param planned absent where netcompose has nothing to say of it: `default` need not be declared
 */
export function configHash(name: string, declared: Network | undefined, planned?: NetworkPlan): string {
  return createHash('sha256')
    .update(configText(name, declared, planned))
    .digest('hex');
}

/** What is hashed. */
export function configText(name: string, declared: Network | undefined, planned?: NetworkPlan): string {
  const own: Definition = planned && !isAsDeclared(planned) ? networkDefinition(planned) : {};
  const { driver, driver_opts, ipam, internal, attachable, labels, enable_ipv4, enable_ipv6 }: Definition = {
    ...(declared && definitionIn(declared)),
    ...own,
  };
  return struct({
    name: text(name),
    driver: text(driver),
    driver_opts: texts(driver_opts),
    ipam: struct({ driver: text(ipam?.driver), config: list(ipam?.config.map(poolText)) }),
    internal: internal === true ? 'true' : undefined,
    attachable: attachable === true ? 'true' : undefined,
    labels: texts(labels),
    enable_ipv4: enable_ipv4?.toString(),
    enable_ipv6: enable_ipv6?.toString(),
  });
}

function definitionIn({ driver, ipamDriver, ipam, enableIpv4, enableIpv6, ...rest }: Network): Definition {
  return {
    ...(driver && { driver: driver.value }),
    driver_opts: plain(rest.driverOpts),
    ipam: {
      ...(ipamDriver && { driver: ipamDriver.value }),
      config: ipam.map(({ subnet, gateway, ipRange, auxAddresses }) => ({
        ...(subnet && { subnet: subnet.value }),
        ...(gateway && { gateway: gateway.value }),
        ...(ipRange && { ip_range: ipRange.value }),
        aux_addresses: plain(auxAddresses),
      })),
    },
    internal: rest.internal,
    attachable: rest.attachable === true,
    labels: plain(rest.labels),
    ...(enableIpv4 && { enable_ipv4: enableIpv4.value }),
    ...(enableIpv6 && { enable_ipv6: enableIpv6.value }),
  };
}

const plain = (values: ReadonlyMap<string, Located<string>>): Texts =>
  Object.fromEntries([...values].map(([key, { value }]) => [key, value]));

const poolText = ({ subnet, gateway, ip_range, aux_addresses }: Pool): string =>
  struct({
    subnet: text(subnet),
    gateway: text(gateway),
    ip_range: text(ip_range),
    aux_addresses: texts(aux_addresses),
  });

/** Each field's JSON, in Go's order; without what is absent. */
const struct = (fields: Readonly<Record<string, string | undefined>>): string =>
  `{${Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : `"${key}":${value}`))}}`;

const list = (items: readonly string[] = []): string | undefined => (items.length > 0 ? `[${items}]` : undefined);

/** Nothing for an empty one: Go's `omitempty`. */
const text = (value: string | undefined): string | undefined => (value ? goString(value) : undefined);

/** In the order of keys; objects of JavaScript have theirs of numbers first. */
function texts(values: Texts = {}): string | undefined {
  const entries = sortBy(Object.entries(values), ([key]) => key);
  return entries.length > 0 ? `{${entries.map(([key, value]) => `${goString(key)}:${goString(value)}`)}}` : undefined;
}

/** Go escapes what would mean something in a page, and two line ends that JavaScript once did not take. */
const goString = (value: string): string =>
  JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
