/** A subnet from which Docker hands out addresses. */
import { type Address, type Cidr, parseAddress, parseCidr } from './ip.ts';

export interface Pool {
  readonly subnet: Cidr;
  readonly gateway?: Address;
  /** The part of the subnet that Docker hands out; absent: all of it. */
  readonly ipRange?: Cidr;
  /** Addresses that Docker keeps from containers, by the name under which they are kept. */
  readonly auxAddresses: ReadonlyMap<string, Address>;
}

/** A pool as the engine tells of it; nothing where its subnet cannot be read. */
export function parsePool(pool: {
  readonly subnet: string;
  readonly gateway?: string;
  readonly ipRange?: string;
  readonly auxiliaryAddresses: Readonly<Record<string, string>>;
}): Pool | undefined {
  const subnet = parseCidr(pool.subnet);
  if (!subnet) return undefined;
  const gateway = parseAddress(pool.gateway ?? '');
  const ipRange = parseCidr(pool.ipRange ?? '');
  return {
    subnet,
    ...(gateway && { gateway }),
    ...(ipRange && { ipRange }),
    auxAddresses: new Map(
      Object.entries(pool.auxiliaryAddresses).flatMap(([name, text]) => {
        const address = parseAddress(text);
        return address ? [[name, address] as const] : [];
      }),
    ),
  };
}
