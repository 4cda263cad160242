/** Reasons on the way: routes, the kernel's check of the way back, gateways. */
import { hostAddress } from '../facts/host-address.ts';
import { defaultInterface } from '../facts/interfaces.ts';
import { formatAddress } from '../facts/ip.ts';
import { interfaceOf } from '../facts/parsed-facts.ts';
import { addressAsked, type Failed, type Reason, sideAndAddress } from './reason.ts';

/** A container that is to reach what is not on its own link needs a way there. */
export function noDefaultRoute({ question: { from, to, onLink }, why, evidence }: Failed): Reason | undefined {
  if (from.kind !== 'container' || to === 'gateway' || onLink || why !== 'unreachable') return undefined;
  if (evidence.defaultRoutes.get(from.container) !== false) return undefined;
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
    help: `give it this host's address on the LAN: extra_hosts: ["${question.to}:${lanAddress(evidence.host)}"]`,
  };
}

function lanAddress(host: Failed['evidence']['host']): string {
  const address = hostAddress({ family: 4 }, interfaceOf(host, defaultInterface(host)), host);
  return address ? formatAddress(address) : 'ADDRESS';
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
  if (way?.drops === 'here') {
    const other =
      way.device === undefined || way.device === shim ? '' : ` (its own way there leads by "${way.device}")`;
    return {
      reason: `rp_filter: this host's kernel drops what ${address} answers, as it comes by "${shim}"${other}`,
      help: `sysctl -w net.ipv4.conf.${shim}.rp_filter=2`,
    };
  }
  if (way?.drops !== 'there') return undefined;
  const name = question.container!;
  const why =
    evidence.defaultRoutes.get(name) === false
      ? 'it has no default route, and so no way back'
      : 'its way back leads by another network';
  return {
    reason: `rp_filter: the kernel drops what this host sends to "${name}" by "${shim}": ${why}`,
    help: 'give the shim an address of the network ("shim: { ipv4_address: … }"), or the network a gateway',
  };
}

function wayOf({ from, network, ...question }: Failed['question'], { shimNames, ways }: Failed['evidence']) {
  const address = addressAsked({ from, ...question });
  const shim = from.kind === 'host' && network !== undefined ? shimNames.get(network) : undefined;
  return shim === undefined || address === undefined ? {} : { shim, address, way: ways.get(address) };
}

export function silentGateway({ question, evidence }: Failed): Reason | undefined {
  const { from, to } = question;
  if (to !== 'gateway' || from.kind !== 'container') return undefined;
  if (evidence.defaultRoutes.get(from.container) === false) return lostDefaultRoute(from.container);
  const address = addressAsked(question);
  const { parent, hasOwnMac } = question.gateway ?? {};
  const others = evidence.host?.routes.flatMap(({ destination, gateway, interface: by }) =>
    destination === 'default' && gateway?.family === 4 && by === parent ? formatAddress(gateway) : [],
  );
  const [router] = others ?? [];
  if (router !== undefined && router !== address)
    return {
      reason: `nobody answers as the gateway, neither a ping nor ARP: this host leaves "${parent}" by ${router}`,
      help: `write "gateway: ${router}", if the network is that LAN`,
    };
  return {
    reason:
      'the gateway answers neither ping nor ARP: it is not there' +
      (hasOwnMac ? ', or what is between carries only one MAC address' : ''),
    help: `see whether the parent can do this: netcompose doctor${parent === undefined ? '' : ` --parent ${parent}`}`,
  };
}

/** What a gateway is for is the way out. */
export const lostDefaultRoute = (container: string): Reason => ({
  reason: `"${container}" has no default route: nothing leaves by the gateway, whether it answers or not`,
  help: 'a program in it, or its engine, took the route away: netcompose up -d --force-recreate',
});
