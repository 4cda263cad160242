/** Docker's, Compose's and the kernel's own error texts on networking: what happened, and what to do. */
import type { RuleName } from '../../diagnostics/rules.ts';

export interface Explanation {
  /** What happened. */
  readonly fact: string;
  /** What to do about it. */
  readonly mend: string;
  /** The rule by which netcompose finds it before anything starts. */
  readonly rule?: RuleName;
}

type Found = Readonly<Record<string, string | undefined>>;

interface Row {
  readonly text: RegExp;
  readonly explain: (found: Found) => Explanation;
}

const address = String.raw`(?:\d{1,3}(?:\.\d{1,3}){3}|\[?[0-9a-f:]+\]?)`;

/** One of several forms, in any case of letters. */
const anyOf = (...forms: readonly RegExp[]) => new RegExp(forms.map(({ source }) => source).join('|'), 'i');

/**
 * The first that fits decides: the particular stand before the general. Texts as measured, and as in moby's and
 * compose's sources.
 */
const table: readonly Row[] = [
  {
    text: /Bind for (?<address>\S*?):(?<port>\d+) failed: port is already allocated/,
    explain: ({ port }) => ({
      fact: `Another container publishes port ${port} already.`,
      mend: `Find it with "docker ps --filter publish=${port}", and stop it, or publish another port.`,
      rule: 'ports/in-use-by-container',
    }),
  },
  {
    text: new RegExp(
      `(?:failed to bind host port[^]*?|listen (?:tcp|udp)[46]? )${address}:(?<port>\\d+)[^]*address already in use`,
      'i',
    ),
    explain: ({ port }) => ({
      fact: `A process of the host has port ${port} open already.`,
      mend:
        `Find it with "ss -lntup sport = :${port}" as root, and end it, or publish another port, or ` +
        `on another address of the host.`,
      rule: 'ports/in-use-on-host',
    }),
  },
  {
    text: /\bbind\b.{0,80}address already in use|EADDRINUSE/i,
    explain: () => ({
      fact:
        'A process, in host mode perhaps, wants a port that another has open already. Compose does ' +
        'not see this, and calls the service "Started".',
      mend:
        'Say with "listen" which ports the service opens: then netcompose finds out who has them. Let ' +
        'one of the two use another port.',
      rule: 'ports/host-clash',
    }),
  },
  {
    text: anyOf(
      /failed to create the (?<driver>ipvlan|macvlan) port: operation not supported/,
      /Unknown device type|RTNETLINK answers: (?:Operation )?not supported/,
    ),
    explain: ({ driver = 'macvlan or ipvlan' }) => ({
      fact: `The kernel has no ${driver}.`,
      mend:
        '"netcompose doctor" says which netmodes work here; a distribution\'s other kernel modules ' +
        'may have it (linux-modules-extra on Ubuntu).',
      rule: 'engine/kernel-lacks-driver',
    }),
  },
  {
    text: /failed to create the (?<driver>ipvlan|macvlan) port: device or resource busy/i,
    explain: ({ driver }) => ({
      fact:
        `The parent interface carries ${driver === 'ipvlan' ? 'macvlan' : 'ipvlan'} already, beside ` +
        `which the kernel refuses ${driver}: another project's containers, or a shim made by hand. A ` +
        `member of a bridge or bond is refused too.`,
      mend:
        'Use one of the two for everything on that parent, or another parent (a VLAN is one). ' +
        '"netcompose doctor" names what is in the way.',
      rule: 'parent/driver-clash',
    }),
  },
  {
    text: /RTNETLINK answers: Device or resource busy/i,
    explain: () => ({
      fact:
        'The parent interface is a member of a bridge or bond, or carries the other of macvlan and ' +
        'ipvlan. The widely copied macvlan shim cannot work beside ipvlan containers.',
      mend:
        'Make the shim of the same kind and mode as the network, on the bridge itself where there is ' +
        'one; "netcompose up" does that.',
      rule: 'parent/driver-clash',
    }),
  },
  {
    text: /network (?<other>d[im]-[0-9a-f]+) is already using parent interface (?<parent>\S+)/,
    explain: ({ parent, other }) => ({
      fact:
        `Another Docker network has ${parent} already, and a parent carries one ` +
        `${other?.startsWith('di-') ? 'ipvlan' : 'macvlan'} network.`,
      mend:
        `Join that network ("external: true"), or remove it: "docker network ls --filter ` +
        `driver=${other?.startsWith('di-') ? 'ipvlan' : 'macvlan'}" lists it. netcompose shares one ` +
        `network among all projects on a parent.`,
      rule: 'parent/taken-by-network',
    }),
  },
  {
    text: /-o parent interface was not found on the host: (?<parent>\S+)|invalid subinterface vlan name (?<vlan>\S+)/,
    explain: ({ parent, vlan }) => ({
      fact: `There is no interface "${parent ?? vlan}" on the engine's machine, nor one of which it could be a VLAN.`,
      mend: 'Write "parent:" with one of "ip -br link"; "auto" is the interface of the default route.',
      rule: 'parent/not-found',
    }),
  },
  {
    text: /Pool overlaps with other one on this address space|invalid pool request: .*overlaps/,
    explain: () => ({
      fact:
        'Another Docker network has the subnet, or a part of it. Two networks may not overlap, so two ' +
        'projects cannot each have a network on one LAN.',
      mend:
        'Share one network ("netcompose up" does so by itself: scope host), choose another subnet, or ' +
        'remove the other network.',
      rule: 'subnet/taken-by-network',
    }),
  },
  {
    text: anyOf(
      /could not find an available, non-overlapping IPv4 address pool/,
      /all predefined address pools have been fully subnetted/,
    ),
    explain: () => ({
      fact:
        'All subnets from which Docker takes those of bridge networks are in use, by its networks or ' +
        'by routes such as those of a VPN.',
      mend:
        'Remove unused networks ("docker network prune"), give the network a "subnet", or add ' +
        '"default-address-pools" to the engine\'s daemon.json.',
    }),
  },
  {
    text: /no available (?:IPv4 |IPv6 )?addresses on this network|No available addresses/i,
    explain: () => ({
      fact: 'Every address of the range is in use, by stopped containers too.',
      mend: 'Widen "ip_range", or remove containers that are not needed.',
      rule: 'address/range-exhausted',
    }),
  },
  {
    text: anyOf(
      /(?:Requested|no configured subnet (?:or ip-range )?contains? (?:the )?IP) address (?<address>[0-9a-f.:]+)/,
      /requested address .*not in any pool/,
    ),
    explain: ({ address: wanted }) => ({
      fact: `The address ${wanted ?? 'that is asked for'} lies outside the network's subnet.`,
      mend: 'Choose one inside, or correct the subnet.',
      rule: 'address/outside-subnet',
    }),
  },
  {
    text: /user specified IP address is supported/,
    explain: () => ({
      fact: 'A fixed address needs a network whose subnet is written down.',
      mend: 'Give the network a "subnet".',
      rule: 'address/outside-subnet',
    }),
  },
  {
    text: /Address already assigned to an ipvlan device/i,
    explain: () => ({
      fact: 'An ipvlan container, or the shim, has this address on the parent already.',
      mend: "Choose another for the shim, or leave it out: netcompose's shim needs none.",
      rule: 'shim/address-taken',
    }),
  },
  {
    text: /Address already in use/i,
    explain: () => ({
      fact: "Another container of the network has the address, or it is the network's gateway.",
      mend: 'Choose another address; "docker network inspect" shows those in use.',
      rule: 'address/reserved',
    }),
  },
  {
    text: /ipvlan interfaces do not support custom mac address assignment/,
    explain: () => ({
      fact: "ipvlan containers share the parent's MAC address.",
      mend: 'Remove "mac_address", or use macvlan.',
      rule: 'netmode/key-not-for-mode',
    }),
  },
  {
    text: /This node is not a swarm manager/,
    explain: () => ({
      fact: 'Overlay networks are kept by the managers of a swarm.',
      mend: 'Run "docker swarm init", or use bridge: on a single machine it does the same.',
      rule: 'engine/swarm-inactive',
    }),
  },
  {
    text: /not manually attachable/,
    explain: () => ({
      fact: 'The overlay network takes only services of the swarm.',
      mend: 'Make it anew with "attachable: true".',
    }),
  },
  {
    text: /permission denied[^]*(?:docker daemon socket|docker\.sock|docker API)/i,
    explain: () => ({
      fact: 'This user may not use the Docker socket.',
      mend: 'Add the user to the group "docker" and log in again, or run as root.',
      rule: 'engine/unreachable',
    }),
  },
  {
    text: /Cannot connect to the Docker daemon|error during connect|failed to connect to the docker API/i,
    explain: () => ({
      fact: 'The Docker engine does not run, or is elsewhere.',
      mend: 'Start it ("systemctl start docker"), or point DOCKER_HOST or "docker context use" at the one that runs.',
      rule: 'engine/unreachable',
    }),
  },
  {
    text: /network (?<name>\S+) declared as external, but could not be found/,
    explain: ({ name }) => ({
      fact: `The file calls "${name}" external: it must exist before.`,
      mend: 'Start the project with "netcompose up", which makes shared networks, or make it: docker network create.',
    }),
  },
  {
    text: /network (?<name>\S+) was found but has incorrect label/,
    explain: ({ name }) => ({
      fact: `A network "${name}" exists that Compose did not make for this project.`,
      mend: 'Declare it "external: true", give it another "name", or remove it.',
      rule: 'netmode/conflicting-network',
    }),
  },
  {
    text: /has active endpoints/,
    explain: () => ({
      fact: 'A network cannot be removed while containers are on it, of whatever project.',
      mend:
        '"docker network inspect" names them; "netcompose down" ' +
        'leaves a shared network until its last user is gone.',
    }),
  },
  {
    text: /mutually exclusive [`"']?network_mode[`"']? and [`"']?networks/,
    explain: () => ({
      fact:
        'A service has "network_mode" and "networks"; also where ' +
        'one stands in the base file and the other in an override.',
      mend: 'Write "x-netmode: host" (or none): netcompose removes "networks" by itself.',
    }),
  },
  {
    text: /cannot override \S*x-netmode|x-netmode: cannot override/,
    explain: () => ({
      fact: 'One file writes "x-netmode" as a word, another as a mapping; Compose cannot merge them.',
      mend: 'Use the same form in both.',
      rule: 'netmode/mixed-forms',
    }),
  },
  {
    text: /RTNETLINK answers: File exists/i,
    explain: () => ({
      fact: "There is such a route already: that of the LAN's subnet is the parent's own.",
      mend:
        'Route only the containers by the shim ("ip_range", or single addresses), never the whole ' +
        'LAN; "netcompose up" does that.',
    }),
  },
];

/** @returns what an error text means; nothing where it is not known */
export function explainError(text: string): Explanation | undefined {
  const line = text.replace(/\s+/g, ' ');
  for (const { text: pattern, explain } of table) {
    const match = pattern.exec(line);
    if (match) return explain(match.groups ?? {});
  }
  return undefined;
}
