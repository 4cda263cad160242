/** Which DHCP clients hear what a shim says to containers. */
import type { DhcpcdFacts } from './manager-facts.ts';

/**
 * Frames between siblings on macvlan pass programs that listen on the parent
 * (`findings/sibling-frames-pass-the-parents-taps.sh`). Seen of dhcpcd 10.1.0 and 10.5.2, not of 9.4.1.
 */
export const hearsSiblings = (dhcpcd: DhcpcdFacts | undefined): boolean =>
  Number.parseInt(dhcpcd?.version ?? '', 10) >= 10;
