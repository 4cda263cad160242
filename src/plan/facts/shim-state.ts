/** What is looked at of shims once containers have come or gone; no part of the facts that are kept. */
import type { HostRoute } from './facts.ts';

/** What shims carry, beside the routes of the main table. */
export interface ShimState {
  /** The routes of our own table, of both families. */
  readonly tableRoutes: readonly HostRoute[];
  /** All rules of IPv4, as `ip -N -d rule` has them. */
  readonly rules: readonly HostRule[];
  /** Those of IPv6; absent where nobody asked, as no shim has an IPv6 address. */
  readonly rules6?: readonly HostRule[];
  readonly neighbours: readonly ShimNeighbour[];
}

/** Written down (`permanent`), or learned. */
interface ShimNeighbour {
  readonly shim: string;
  readonly address: string;
  readonly mac?: string;
  readonly permanent: boolean;
}

interface HostRule {
  /** CIDR; absent: all. */
  readonly source?: string;
  /** CIDR; absent: all. */
  readonly destination?: string;
  readonly table: string;
  readonly priority: number;
  readonly protocol?: string;
}
