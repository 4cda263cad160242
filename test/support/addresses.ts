/** Addresses in tests, written as text. */
import { type Address, type Cidr, parseAddress, parseCidr } from '../../src/plan/facts/ip.ts';

export function ip(text: string): Address {
  const address = parseAddress(text);
  if (!address) throw new Error(`"${text}" is not an address`);
  return address;
}

export function cidr(text: string): Cidr {
  const subnet = parseCidr(text);
  if (!subnet) throw new Error(`"${text}" is not a subnet`);
  return subnet;
}
