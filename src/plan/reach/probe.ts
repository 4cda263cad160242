/** One question to one address, and what came of it: the words that who asks and who decides share. */

export type Probe =
  | {
      readonly kind: 'tcp';
      readonly address: string;
      readonly port: number;
      /** Whether a proxy of Docker's may take the connection, even where nothing is behind it. */
      readonly proxied?: true;
      /** Where this host reaches the same port without the proxy; one that answers proves it. */
      readonly behind?: readonly { readonly address: string; readonly port: number }[];
    }
  /** By a protocol that answers: of another one, silence would mean nothing. */
  | { readonly kind: 'udp'; readonly address: string; readonly port: number; readonly protocol: UdpProtocol }
  | {
      readonly kind: 'ping';
      readonly address: string;
      /** Whether it will do that the address is found on the link (ARP, NDP): routers may ignore pings. */
      readonly orNeighbour?: true;
    };

export type UdpProtocol = 'dns' | 'ntp';

/** By which who has an address is found on a link: of IPv4, and of IPv6. */
export type NeighbourProtocol = 'ARP' | 'NDP';

export type Outcome =
  | {
      readonly kind: 'yes';
      readonly milliseconds: number;
      /** Where it answered otherwise than it was asked: a router that ignores pings is still found on the link. */
      readonly by?: NeighbourProtocol;
    }
  | { readonly kind: 'no'; readonly why: Failure }
  | { readonly kind: 'not-asked'; readonly reason: string };

/**
 * - `refused`: something answered that nothing listens there;
 * - `closed`: the connection was taken and closed at once, as Docker's proxy does where nothing is behind it;
 * - `unreachable`: there is no way, or nobody has the address;
 * - `silent`: nothing came within the time.
 */
export type Failure = 'refused' | 'closed' | 'unreachable' | 'silent';
