/** Where each service answers: for people after `up`, and for `plan`. */
import type { Facts } from '../facts/facts.ts';
import { defaultInterface } from '../facts/interfaces.ts';
import type { NetworkPlan, Reach } from '../types.ts';
import type { Attached } from './attach.ts';

/** Stands for an address that Docker will choose. */
export const dynamic = '<dynamic>';

/** What this host and the LAN use to reach the service, port by port; empty where nothing does. */
export function reachOf(plan: Attached, networks: ReadonlyMap<string, NetworkPlan>, facts: Facts): readonly Reach[] {
  const lan = lanAddress(facts);
  const reach: Reach[] = [];
  const add = (from: Reach['from'], address: string, port: string) => {
    reach.push({ from, to: `${address.includes(':') ? `[${address}]` : address}:${port}` });
  };
  const onHost = (address: string | undefined, port: string) => {
    const everywhere = address === undefined || address === '' || address === '0.0.0.0' || address === '::';
    if (everywhere) {
      add('host', 'localhost', port);
      add('lan', lan, port);
    } else {
      add('host', address, port);
      if (!address.startsWith('127.') && address !== '::1') add('lan', address, port);
    }
  };
  for (const { source, hostIp } of plan.ports)
    onHost(hostIp, portText(source.published ?? { first: 0, last: 0 }, source.protocol));
  if (plan.networkMode === 'host') {
    for (const listener of plan.listeners) onHost(listener.address, portText(listener, listener.protocol));
  }
  for (const attachment of plan.networks.values()) {
    const { underlay } = networks.get(attachment.network) ?? {};
    if (!underlay) continue;
    const address = attachment.ipv4Address ?? attachment.ipv6Address ?? dynamic;
    for (const listener of plan.listeners) {
      const port = portText(listener, listener.protocol);
      if (underlay.hostAccess === 'shim' && underlay.flag === 'bridge') add('host', address, port);
      add('lan', address, port);
    }
  }
  return reach;
}

/** The host's address as the LAN knows it. */
function lanAddress(facts: Facts): string {
  const own = facts.host?.interfaces.find((one) => one.name === defaultInterface(facts.host));
  return own?.addresses.find((address) => !address.includes(':'))?.split('/')[0] ?? '<host>';
}

/** `8080`, `53/udp`, `<dynamic>` */
function portText({ first, last }: { readonly first: number; readonly last: number }, protocol: string): string {
  const number = first === 0 ? dynamic : first === last ? String(first) : `${first}-${last}`;
  return protocol === 'tcp' ? number : `${number}/${protocol}`;
}
