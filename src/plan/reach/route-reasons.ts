/** Reasons on the way: routes, the kernel's check of the way back, gateways. */

import { lanRouteCommand } from '../actions/argv.ts';
import { displayCommand } from '../actions/display.ts';
import { hostAddress } from '../facts/host-address.ts';
import { defaultInterface } from '../facts/interfaces.ts';
import { formatAddress, formatCidr, isLinkLocal, parseAddress, sameAddress } from '../facts/ip.ts';
import { interfaceOf } from '../facts/parsed-facts.ts';
import { addressAsked, type Failed, familyAsked, lacksDefaultRoute, type Reason, sideAndAddress } from './reason.ts';

/** A container that is to reach what is not on its own link needs a way there. */
export function noDefaultRoute({ question, why, evidence }: Failed): Reason | undefined {
  const { from, to, onLink } = question;
  if (from.kind !== 'container' || to === 'gateway' || onLink || why !== 'unreachable') return undefined;
  if (!lacksDefaultRoute(from.container, addressAsked(question), evidence)) return undefined;
  return {
    reason: `"${from.container}" has no gateway: its network has no default route`,
    help: 'give its network a gateway ("internal: true" takes it away), or put both services on one network',
  };
}

/** A container on the LAN and on a bridge has one default route; this host may be on the other side. */
export function detour({ question, evidence }: Failed): Reason | undefined {
  const { from, onHost } = question;
  const address = addressAsked(question);
  if (from.kind !== 'container' || !onHost || address === undefined) return undefined;
  const router = evidence.detours.get(sideAndAddress(question, address));
  if (router === undefined) return undefined;
  return {
    reason: `"${from.container}" sends what is for ${address} to the router ${router}, not to this host`,
    help:
      "give it this host's address on the LAN: " +
      `extra_hosts: ["${question.to}:${lanAddress(address, evidence.host)}"]`,
  };
}

function lanAddress(instead: string, host: Failed['evidence']['host']): string {
  const family = parseAddress(instead)?.family ?? 4;
  const address = hostAddress({ family }, interfaceOf(host, defaultInterface(host)), host);
  return address ? formatAddress(address) : 'ADDRESS';
}

/** Nobody answers neighbour discovery for this host's own address where only a sibling would hear it. */
export function onlyTheShim({ question, why, evidence }: Failed): Reason | undefined {
  const { from, network, to, onHost } = question;
  const address = parseAddress(addressAsked(question) ?? '');
  if (from.kind !== 'container' || !onHost || address?.family !== 6) return undefined;
  if (why === 'refused' || why === 'closed') return undefined;
  const entrance = evidence.entrances.get(sideAndAddress(question, formatAddress(address)));
  const shim = evidence.shimNames.get(network ?? '');
  const own = interfaceOf(evidence.host, shim ?? '')?.addresses.map((one) => one.address) ?? [];
  // At layer 3 nobody is asked.
  if (shim === undefined || entrance === 'lo' || own.some((one) => sameAddress(one, address))) return undefined;
  const instead = own.find(({ family }) => family === 6);
  return {
    reason: `by IPv6, containers of this network find this host at an address of the shim "${shim}" only`,
    ...(instead && { help: `let it ask there: extra_hosts: ["${to}:${formatAddress(instead)}"]` }),
  };
}

/** A rule of routing, or a route of somebody else's, leads past the shim. */
export function otherWay({ question, evidence }: Failed): Reason | undefined {
  const { shim, way, address } = wayOf(question, evidence);
  if (!way || way.drops !== undefined || way.device === shim) return undefined;
  return {
    reason:
      way.device === undefined
        ? `this host has no way to ${address}, which should lead by the shim "${shim}"`
        : `this host's way to ${address} leads by "${way.device}", not by the shim "${shim}"`,
    help: 'see: ip rule; ip route show table all',
  };
}

/** A kernel drops what comes in by another interface than its answer would leave by. */
export function reversePathFilter({ question, evidence }: Failed): Reason | undefined {
  const { shim, way, address } = wayOf(question, evidence);
  if (address === undefined || shim === undefined) return undefined;
  if (way?.drops === 'here') {
    const entrance = way.entrance ?? shim;
    const other =
      way.device === undefined || way.device === entrance ? '' : ` (its own way there leads by "${way.device}")`;
    return {
      reason: `rp_filter: this host's kernel drops what ${address} answers, as it comes by "${entrance}"${other}`,
      help: loosen(entrance),
    };
  }
  if (way?.drops !== 'there') return undefined;
  const name = question.container!;
  const by = way.astray?.by;
  const why =
    by !== undefined
      ? `its way back leads by "${by}"`
      : lacksDefaultRoute(name, address, evidence)
        ? 'it has no default route, and so no way back'
        : 'its way back leads by another network';
  return {
    reason: `rp_filter: the kernel drops what this host sends to "${name}" by "${shim}": ${why}`,
    help: wayBack(address),
  };
}

/** On ipvlan L2, what is for the host's own address comes by the parent, and the way back leads by the shim. */
export function askerForged({ question, evidence }: Failed): Reason | undefined {
  const { from, network } = question;
  const address = addressAsked(question);
  const key = sideAndAddress(question, address ?? '');
  if (from.kind !== 'container' || familyAsked(question) === 6 || !evidence.forged.has(key)) return undefined;
  const entrance = evidence.entrances.get(key)!;
  const shim = evidence.shimNames.get(network ?? '');
  return {
    reason:
      `rp_filter: this host's kernel drops what "${from.container}" sends to ${address}, as it comes by "${entrance}"` +
      (shim === undefined || shim === entrance ? '' : ` (its own way there leads by "${shim}")`),
    help: loosen(entrance),
  };
}

/** The kernel has no such check for IPv6; firewalld brings one, which asks for the way of packets without a mark. */
export function firewalldForged({ question, evidence }: Failed): Reason | undefined {
  const { from } = question;
  const asked = addressAsked(question) ?? '';
  if (!evidence.strictIpv6 || familyAsked(question) === 4) return undefined;
  const help = 'write "IPv6_rpfilter=loose" in /etc/firewalld/firewalld.conf, and run: firewall-cmd --reload';
  if (from.kind === 'container') {
    const key = sideAndAddress(question, asked);
    if (!evidence.forged.has(key)) return undefined;
    const by = `by "${evidence.entrances.get(key)}", and the way back leads by another interface`;
    return { reason: `likely IPv6_rpfilter: firewalld drops what "${from.container}" sends, as it comes ${by}`, help };
  }
  const { device, entrance } = wayOf(question, evidence).way ?? {};
  // What this host sends to itself is not checked.
  if (device === undefined || entrance === undefined || entrance === 'lo' || device === entrance) return undefined;
  return {
    reason:
      `likely IPv6_rpfilter: firewalld drops what ${asked} answers, as it comes by "${entrance}" ` +
      `(this host's own way there leads by "${device}")`,
    help: `${help}; see also: ip -6 rule`,
  };
}

const loosen = (entrance: string) => `sysctl -w net.ipv4.conf.${entrance}.rp_filter=2`;

/** What the shim's own address would change: with it, what comes is from the container's own link. */
const wayBack = (address: string) =>
  `give the shim an address of the network ("shim: { ipv${address.includes(':') ? 6 : 4}_address: … }"), ` +
  'or the container its default route';

/** The container takes what comes, and its answers go elsewhere, or nowhere. */
export function answersAstray({ question, evidence }: Failed): Reason | undefined {
  const { address, way } = wayOf(question, evidence);
  const name = question.container;
  if (!way?.astray || name === undefined || address === undefined) return undefined;
  const { by } = way.astray;
  if (by !== undefined)
    return {
      reason: `"${name}" sends what it answers to this host by its interface "${by}", where it does not come back`,
      help:
        `see: nsenter --net --target ${evidence.containers.get(name)?.pid} ip rule; ` +
        "a VPN's image has settings for that",
    };
  const why = lacksDefaultRoute(name, address, evidence) ? ': it has no default route' : '';
  return { reason: `"${name}" has no way back to this host${why}`, help: wayBack(address) };
}

function wayOf({ from, network, ...question }: Failed['question'], { shimNames, ways }: Failed['evidence']) {
  const address = addressAsked({ from, ...question });
  const shim = from.kind === 'host' && network !== undefined ? shimNames.get(network) : undefined;
  return shim === undefined || address === undefined ? {} : { shim, address, way: ways.get(address) };
}

export function silentGateway({ question, evidence }: Failed): Reason | undefined {
  const { from, to } = question;
  if (to !== 'gateway' || from.kind !== 'container') return undefined;
  const address = addressAsked(question);
  const family = familyAsked(question);
  if (lacksDefaultRoute(from.container, address, evidence)) return lostDefaultRoute(from.container, family);
  const { parent, hasOwnMac, route } = question.gateway ?? {};
  if (route)
    return {
      reason:
        `likely the LAN's router has no route to ${formatCidr(route.destination)}: ` +
        `it answers this host, and not "${from.container}"`,
      help: `on the router: ${displayCommand(lanRouteCommand(route))}`,
    };
  const others = evidence.host?.routes.flatMap(({ destination, gateway, interface: by }) =>
    destination === 'default' && gateway?.family === family && by === parent ? gateway : [],
  );
  const [router] = others ?? [];
  const protocol = family === 6 ? 'NDP' : 'ARP';
  if (router !== undefined && formatAddress(router) !== address)
    return {
      reason:
        `nobody answers as the gateway, neither a ping nor ${protocol}: ` +
        `this host leaves "${parent}" by ${formatAddress(router)}`,
      help: isLinkLocal(router)
        ? 'write another address of that router as "gateway": Docker takes no link-local one'
        : `write "gateway: ${formatAddress(router)}", if the network is that LAN`,
    };
  return {
    reason:
      `the gateway answers neither ping nor ${protocol}: it is not there` +
      (hasOwnMac ? ', or what is between carries only one MAC address' : ''),
    help: `see whether the parent can do this: netcompose doctor${parent === undefined ? '' : ` --parent ${parent}`}`,
  };
}

/** What a gateway is for is the way out. */
export const lostDefaultRoute = (container: string, family: 4 | 6): Reason => ({
  reason:
    `"${container}" has no default route${family === 6 ? ' of IPv6' : ''}: ` +
    'nothing leaves by the gateway, whether it answers or not',
  help: 'a program in it, or its engine, took the route away: netcompose up -d --force-recreate',
});
