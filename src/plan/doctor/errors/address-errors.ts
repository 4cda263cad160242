/** Errors about addresses, subnets and routes: what happened, and what to do. */
import { anyOf, type ErrorRow } from './error-row.ts';

export const addressErrors: readonly ErrorRow[] = [
  {
    example:
      'failed to create network lan: Error response from daemon: Pool overlaps with other one on this address space',
    text: /Pool overlaps with other one on this address space|invalid pool request: .*overlaps/,
    explain: () => ({
      message:
        'Another Docker network, or another "subnet" of the same one, has the subnet or a part of it. Two networks ' +
        'may not overlap, so two projects cannot each have a network on one LAN.',
      help:
        'Share one network ("netcompose up" does so by itself: scope host), join the other one ("external: true"), ' +
        'or choose another subnet.',
      rule: 'subnet/taken-by-network',
    }),
  },
  {
    example: "bridge driver doesn't support multiple subnets",
    text: /bridge driver doesn't support multiple subnets/,
    explain: () => ({
      message: 'A bridge network has two subnets of one family, and Docker makes bridges with one of each only.',
      help: 'Leave one of the two out, or declare a network for each.',
      rule: 'address/range-invalid',
    }),
  },
  {
    // Until 27: "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the
    // network".
    example: 'all predefined address pools have been fully subnetted',
    text: anyOf(
      /could not find an available, non-overlapping IPv4 address pool/,
      /all predefined address pools have been fully subnetted/,
    ),
    explain: () => ({
      message:
        'All subnets from which Docker takes those of bridge networks are in use, by its networks or ' +
        'by routes such as those of a VPN.',
      help:
        'Remove unused networks ("docker network prune"), give the network a "subnet", or add ' +
        '"default-address-pools" to the engine\'s daemon.json.',
      page: 'measured.md#docker-engine',
    }),
  },
  {
    example: "no available IPv4 addresses on this network's address pools: lan (3f2a)",
    text: /no available (?:IPv4 |IPv6 )?addresses on this network|No available addresses/i,
    explain: () => ({
      message: 'Every address of the range is in use, by stopped containers too.',
      help: 'Widen "ip_range", or remove containers that are not needed.',
      rule: 'address/range-exhausted',
    }),
  },
  {
    example: 'invalid endpoint settings: no configured subnet or ip-range contain the IP address 10.9.9.9',
    text: anyOf(
      /(?:Requested|no configured subnet (?:or ip-range )?contains? (?:the )?IP) address (?<address>[0-9a-f.:]+)/,
      /requested address .*not in any pool/,
    ),
    explain: ({ address: wanted }) => ({
      message: `The address ${wanted ?? 'that is asked for'} lies outside the network's subnet.`,
      help: 'Choose one inside, or correct the subnet.',
      rule: 'address/outside-subnet',
    }),
  },
  {
    example: 'failed to set up container networking: invalid link local IP address: 192.168.1.60',
    text: /invalid link local IP address: (?<address>[0-9a-f.:]+)/,
    explain: ({ address: wanted }) => ({
      message: `${wanted} in "link_local_ips" is no link-local address, and Docker takes no others there.`,
      help:
        'Docker gives a container one address of a subnet: for a second one write "floating_addresses" under ' +
        '"x-netmode", and let a program in the container put it up.',
      rule: 'address/outside-subnet',
    }),
  },
  {
    example:
      'error setting interface "vethe7750da" IP to 192.168.1.62/24: cannot program address 192.168.1.62/24 in ' +
      'sandbox interface because it conflicts with existing route {Ifindex: 8 Dst: 192.168.1.0/24}',
    text: /cannot program address (?<address>[0-9a-f.:]+)(?:\/\d+)? in sandbox interface because it conflicts with/,
    explain: ({ address: wanted }) => ({
      message:
        'The container is on another network with the same subnet already: ' +
        `${wanted} would be a second address there.`,
      help: 'Leave it on one of the two networks; for a second address write "floating_addresses" under "x-netmode".',
      rule: 'subnet/overlap',
    }),
  },
  {
    example: 'RTNETLINK answers: Operation not permitted',
    // As iproute2 and BusyBox say it, and as keepalived's log does.
    text: /(?:RTNETLINK answers|Netlink: error): Operation not permitted/,
    explain: () => ({
      message: 'To put an address on an interface, or to change anything of it, takes the capability NET_ADMIN.',
      help: 'In a container: "cap_add: [NET_ADMIN]" at its service; on the host: run the command as root.',
      rule: 'address/cannot-float',
    }),
  },
  {
    example: 'error renaming interface "veth839398c" to "eth0": file exists',
    text: /error renaming interface "[^"]*" to "(?<name>[^"]+)": file exists/,
    explain: ({ name }) => ({
      message:
        `Another interface of the container is called "${name}" already. Docker numbers those without a name, in an ` +
        'order that is another at each start.',
      help: 'Give "interface_name" on all of its networks, or a name that is no number of Docker\'s, as "lan0".',
      rule: 'service/interface-name-taken',
    }),
  },
  {
    example: 'eth0: 10 second defence failed for 192.168.1.10',
    text: /(?<interface>[^\s:]+): 10 second defence failed/,
    explain: ({ interface: parent }) => ({
      message: `dhcpcd gives the address of "${parent}" up: it takes the host's own shim for another machine.`,
      help: 'Write "arp_persistdefence" into /etc/dhcpcd.conf, before the first "interface", and restart dhcpcd.',
      rule: 'host/address-given-up',
    }),
  },
  {
    example: 'user specified IP address is supported only when connecting to networks with user configured subnets',
    text: /user specified IP address is supported/,
    explain: () => ({
      message: 'A fixed address needs a network whose subnet is written down.',
      help: 'Give the network a "subnet".',
      rule: 'address/outside-subnet',
    }),
  },
  {
    example: 'error setting interface "veth368bcb9" MAC to "02:42:0a:09:00:05": address already in use',
    text: /error setting interface "\S+" MAC to "(?<mac>[0-9a-f:]+)": address already in use/i,
    explain: ({ mac }) => ({
      message: `Another container, or the host, has the MAC address ${mac} on this parent already.`,
      help: 'Give each service a "mac_address" of its own, or none.',
      rule: 'address/duplicate-mac',
    }),
  },
  {
    example: 'failed to allocate gateway (192.168.1.1): Address already in use',
    text: /failed to allocate gateway \((?<gateway>[0-9a-f.:]+)\): Address already in use/i,
    explain: ({ gateway }) => ({
      message: `Another Docker network with this subnet has the gateway ${gateway}, which only one of them may have.`,
      help: 'Use that network for both ("external: true"), or leave "gateway" out in the second.',
      rule: 'subnet/taken-by-network',
    }),
  },
  {
    example: 'invalid subnet 192.168.1.5/24: it should be 192.168.1.0/24',
    text: /invalid subnet (?<written>[0-9a-f.:/]+): it should be (?<subnet>[0-9a-f.:/]+)/i,
    explain: ({ written, subnet }) => ({
      message: `${written} is an address within a subnet, and not the subnet.`,
      help: `Write ${subnet}.`,
      rule: 'netmode/invalid-value',
    }),
  },
  {
    example: 'no matching subnet for range 192.168.2.0/27',
    text: /no matching subnet for (?<what>range|gateway|aux-address) (?<value>[0-9a-f.:/]+)/i,
    explain: ({ what, value }) => ({
      message: `The ${what} ${value} lies outside the network's subnets.`,
      help: 'Choose one inside, or correct the subnet.',
      rule: 'address/outside-subnet',
    }),
  },
  {
    example: 'RTNETLINK answers: Address already assigned to an ipvlan device.',
    text: /Address already assigned to an ipvlan device/i,
    explain: () => ({
      message: 'An ipvlan container, or the shim, has this address on the parent already.',
      help: "Choose another for the shim, or leave it out: netcompose's shim needs none.",
      rule: 'shim/address-taken',
    }),
  },
  {
    example: 'failed to set up container networking: Address already in use',
    text: /Address already in use/i,
    explain: () => ({
      message: "Another container of the network has the address, or it is the network's gateway.",
      help: 'Choose another address; "docker network inspect" shows those in use.',
      rule: 'address/reserved',
    }),
  },
  {
    example: 'ipvlan interfaces do not support custom mac address assignment',
    text: /ipvlan interfaces do not support custom mac address assignment/,
    explain: () => ({
      message: "ipvlan containers share the parent's MAC address.",
      help: 'Remove "mac_address", or use macvlan.',
      rule: 'netmode/key-not-for-mode',
    }),
  },
  {
    example: 'RTNETLINK answers: File exists',
    text: /RTNETLINK answers: File exists/i,
    explain: () => ({
      message: "There is such a route already: that of the LAN's subnet is the parent's own.",
      help:
        'Route only the containers by the shim ("ip_range", or single addresses), never the whole ' +
        'LAN; "netcompose up" does that.',
      page: 'measured.md#kernel-who-can-reach-whom',
    }),
  },
];
