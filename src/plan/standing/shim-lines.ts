/** How a shim stands, and how it is planned. */
import type { HostFacts, HostInterface } from '../facts/facts.ts';
import { type Address, addressOf, blockOf, formatAddress, formatCidr, isLinkLocal, sameCidr } from '../facts/ip.ts';
import type { ShimPlan } from '../types.ts';
import type { Lines } from './service-lines.ts';

/** What the interface is, with the routes that the facts know. */
export function shimNow(link: HostInterface, { routes }: HostFacts): readonly string[] {
  const addresses = link.addresses.flatMap((text) => {
    const address = addressOf(text);
    // Its link-local one is no address on the LAN.
    return !address || isLinkLocal(address) || link.scopes?.[text] !== undefined ? [] : formatAddress(address);
  });
  const destinations = routes.filter((route) => route.interface === link.name).map(({ destination }) => destination);
  return [
    linkLine(link.kind ?? '', link.mode, link.flag, link.link),
    ...addressLines(addresses),
    ...routeLines(destinations.filter((text) => !text.startsWith('fe80:') && !text.startsWith('ff00:'))),
  ];
}

/**
 * @param link the interface of its name, if it is ours
 * @param leaving addresses that nobody has once the plan is carried out, though a route leads to them until then
 */
export function shimLines(
  shim: ShimPlan,
  link: HostInterface | undefined,
  host: HostFacts,
  leaving: readonly Address[] = [],
): Lines {
  const stays = ({ destination }: ShimPlan['routes'][number]) =>
    !leaving.some((address) => sameCidr(blockOf(address), destination));
  return {
    now: link ? shimNow(link, host) : [],
    planned: [
      linkLine(shim.driver, shim.mode, shim.flag, shim.parent),
      ...addressLines(shim.addresses.map(formatAddress)),
      ...routeLines(shim.routes.filter(stays).map(({ destination }) => formatCidr(destination))),
    ],
  };
}

function linkLine(driver: string, mode = '', flag = 'bridge', parent = '<unknown>'): string {
  const told = driver === 'ipvlan' && flag !== 'bridge' ? flag : '';
  return `${[driver, mode, told].filter(Boolean).join(' ')} on ${parent}`;
}

const addressLines = (addresses: readonly string[]) => [...addresses].sort().map((text) => `address: ${text}`);
const routeLines = (destinations: readonly string[]) => [...new Set(destinations)].sort().map((to) => `route: ${to}`);
