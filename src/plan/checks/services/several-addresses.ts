/** A service with more than one address or network on the LAN: what Docker refuses, and what nobody would put up. */
import groupBy from 'lodash/groupBy.js';
import { at, type Tree } from '../../../compose/tree.ts';
import type { Report } from '../../../diagnostics/diagnostic.ts';
import type { Located } from '../../../diagnostics/source.ts';
import { contains, formatAddress, formatCidr, overlaps, parseAddress, parseCidr, sameAddress } from '../../facts/ip.ts';
import { parseMac } from '../../facts/mac.ts';
import type { ParsedFacts } from '../../facts/parsed-facts.ts';
import { interfaceNameOf } from '../../networks/parents.ts';
import { namespaceOwner } from '../../services/guests.ts';
import type { NetworkPlan, Plan, ServicePlan } from '../../types.ts';

/**
 * Reports `address/cannot-float`, and of what one service has several of: `address/outside-subnet`,
 * `address/duplicate`, `address/duplicate-mac`, `subnet/overlap`.
 */
export function checkSeveralAddresses({ services, networks }: Plan, facts: ParsedFacts, report: Report): void {
  const owners = groupBy([...services.values()], (plan) => namespaceOwner(plan, services).service.name);
  const inNamespace = new Map(Object.entries(owners));
  for (const plan of services.values()) {
    checkCapability(plan, inNamespace.get(plan.service.name) ?? [], facts, report);
    checkNetworksOf(plan, networks, report);
  }
  for (const [key, linkLocal] of linkLocalAddresses(services)) checkLinkLocal(key, linkLocal, report);
}

/**
 * An address is put on an interface with NET_ADMIN alone: by the service, or by a guest in its namespace. Docker leaves
 * another user than root without it, whatever `cap_add` and `privileged` say (26.1, 28.5: `CapEff` is 0).
 */
function checkCapability(
  plan: ServicePlan,
  inNamespace: readonly ServicePlan[],
  facts: ParsedFacts,
  report: Report,
): void {
  const [first] = [...plan.networks.values()].flatMap(({ floating = [] }) => floating);
  if (!first) return;
  const able = inNamespace.flatMap(({ service }) =>
    mayPutUp(service.tree) ? [{ service, user: otherUser(service.tree) }] : [],
  );
  // Podman gives another user what "cap_add" names, and nothing of "privileged" (4.3.1, 5.4.2).
  const isNamed = (tree: Tree) => facts.engine?.kind === 'podman' && names(tree, 'cap_add', netAdmin);
  if (able.some(({ service, user }) => user === undefined || isNamed(service.tree))) return;
  const what = `"${plan.service.name}" cannot put ${formatAddress(first.value)} on its interface`;
  const [powerless] = able;
  if (powerless) {
    const { service, user } = powerless;
    const whom = service === plan.service ? 'it' : `"${service.name}"`;
    report(
      'address/cannot-float',
      user?.span ?? first.span,
      `${what}: Docker gives NET_ADMIN to root only, and ${whom} runs as "${user?.value}"`,
      {
        help: `remove "user" from "${service.name}", or let another service in its network do it, as root`,
        related: [{ message: 'the address floats here', span: first.span }],
      },
    );
    return;
  }
  report('address/cannot-float', first.span, `${what}: that takes the capability NET_ADMIN`, {
    help: helpFor(plan.service, facts),
  });
}

/** All that it takes: as another user than root the capability alone is not enough, but on Podman. */
function helpFor({ name, tree }: ServicePlan['service'], { engine }: ParsedFacts): string {
  const asRoot = otherUser(tree) !== undefined && engine?.kind !== 'podman';
  const also = asRoot ? ' and remove its "user", because Docker gives it to root only' : '';
  return isDropped(tree)
    ? `take NET_ADMIN out of the "cap_drop" of "${name}"${also}`
    : `add "cap_add: [NET_ADMIN]" to "${name}"${also}, or to the service in its network that does it`;
}

const everything = /^ALL$/i;
const netAdmin = /^(?:CAP_)?NET_ADMIN$/i;

/** What `user` says, where that is not root; the image's own user is not known. */
function otherUser(tree: Tree): Located<string> | undefined {
  const user = at(tree, 'user');
  if (user?.kind !== 'scalar') return undefined;
  const value = String(user.value ?? '');
  return /^(?:root|0*)(?::|$)/.test(value) ? undefined : { value, span: user.span };
}

function mayPutUp(tree: Tree): boolean {
  const privileged = at(tree, 'privileged');
  if (privileged?.kind === 'scalar' && privileged.value === true) return true;
  return names(tree, 'cap_add', everything) ? !isDropped(tree) : names(tree, 'cap_add', netAdmin);
}

/** Of all of them the engine leaves out what is dropped; else it adds after it has dropped (`oci/caps/utils.go`). */
const isDropped = (tree: Tree) => names(tree, 'cap_add', everything) && names(tree, 'cap_drop', netAdmin);

function names(tree: Tree, key: 'cap_add' | 'cap_drop', capability: RegExp): boolean {
  const list = at(tree, key);
  const items = list?.kind === 'sequence' ? list.items : [];
  return items.some((name) => name.kind === 'scalar' && capability.test(String(name.value)));
}

/** The kernel gives one container neither two interfaces in one subnet nor one MAC address twice on a parent. */
function checkNetworksOf({ service, networks: on }: ServicePlan, networks: Plan['networks'], report: Report): void {
  const attached = [...on.values()].flatMap((attachment) => {
    const network = networks.get(attachment.network);
    return network ? [{ attachment, network }] : [];
  });
  for (const [index, { attachment, network }] of attached.entries()) {
    for (const earlier of attached.slice(0, index)) {
      const areBeside = haveOneParent(network, earlier.network);
      // Two with one gateway, or elsewhere than on one parent, are refused as networks.
      const shared = network.pools.find(({ subnet, gateway }) =>
        earlier.network.pools.some(
          (pool) => overlaps(pool.subnet, subnet) && !(gateway && sameAddress(pool.gateway, gateway)),
        ),
      );
      if (areBeside && shared && network.dockerName !== earlier.network.dockerName)
        report(
          'subnet/overlap',
          service.networks?.value.get(network.key)?.span ?? service.span,
          `"${service.name}" is on "${earlier.network.key}" and "${network.key}", which both have ` +
            `${formatCidr(shared.subnet)}: Docker cannot give it a second interface there`,
          { help: 'leave it on one of the two; for a second address there write "floating_addresses"' },
        );
      const [mac, other] = [attachment.macAddress, earlier.attachment.macAddress];
      if (areBeside && mac && other && parseMac(mac.value) === parseMac(other.value))
        report(
          'address/duplicate-mac',
          mac.span,
          `"${service.name}" has the MAC address ${mac.value} on "${network.key}", ` +
            `as on "${earlier.network.key}" of the same parent`,
          { help: 'give each its own', related: [{ message: 'the other is here', span: other.span }] },
        );
    }
  }
}

function haveOneParent(one: NetworkPlan, two: NetworkPlan): boolean {
  const [first, second] = [interfaceNameOf(one.underlay?.parent), interfaceNameOf(two.underlay?.parent)];
  return first !== undefined && first === second;
}

interface LinkLocal extends Located<string> {
  readonly service: ServicePlan['service'];
}

/** What `link_local_ips` gives, by network. */
function linkLocalAddresses(services: Plan['services']): ReadonlyMap<string, readonly LinkLocal[]> {
  const found = new Map<string, LinkLocal[]>();
  for (const { service, networkMode } of services.values())
    for (const { network, linkLocalIps } of networkMode ? [] : (service.networks?.value.values() ?? []))
      found.set(network, [...(found.get(network) ?? []), ...linkLocalIps.map((each) => ({ ...each, service }))]);
  return found;
}

const linkLocal = [parseCidr('169.254.0.0/16')!, parseCidr('fe80::/10')!] as const;

/** Docker does not start a container with another address there (28.5: `invalid link local IP address`). */
function checkLinkLocal(network: string, given: readonly LinkLocal[], report: Report): void {
  const seen = new Map<string, LinkLocal>();
  for (const each of given) {
    const { service, value: text, span } = each;
    const address = parseAddress(text);
    if (!address) {
      report('netmode/invalid-value', span, `"${service.name}": "${text}" is not an address`, {
        help: 'write it like 169.254.8.8, without a prefix',
      });
      continue;
    }
    if (!linkLocal.some((cidr) => contains(cidr, address))) {
      const range = formatCidr(linkLocal[address.family === 4 ? 0 : 1]);
      report('address/outside-subnet', span, `"${service.name}": the link-local ${text} is outside ${range}`, {
        help: 'Docker gives a container one address of a subnet: write "floating_addresses" under "x-netmode" for more',
      });
      continue;
    }
    const first = seen.get(formatAddress(address));
    if (!first) seen.set(formatAddress(address), each);
    else if (first.service !== service)
      report(
        'address/duplicate',
        span,
        `"${service.name}" has the address ${text} on "${network}", as "${first.service.name}" does`,
        { help: 'give each its own', related: [{ message: `"${first.service.name}" has it here`, span: first.span }] },
      );
  }
}
