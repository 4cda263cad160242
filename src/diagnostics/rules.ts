/** Every rule there is. A rule has one page in `docs/rules/` and at least one test; both are checked. */

export type Severity = 'error' | 'warning' | 'info';

interface Rule {
  /** What it is unless the case says otherwise. */
  readonly severity: Severity;
  /** One sentence, for SARIF's rule list and the overview in `docs/rules/README.md`. */
  readonly summary: string;
}

export const rules = {
  'compose/invalid-yaml': { severity: 'error', summary: 'The file is not valid YAML.' },
  'compose/invalid-model': { severity: 'error', summary: 'The file is YAML but not a valid Compose file.' },
  'compose/missing-file': { severity: 'error', summary: 'A file that is named cannot be found or read.' },
  'compose/unset-variable': {
    severity: 'error',
    summary: 'A variable that must be set (`${NAME:?}`) is not, or one without a default is empty.',
  },
  'compose/remote-include': {
    severity: 'error',
    summary: 'A file included from a remote place (git, OCI) is not read by netcompose.',
  },
  'compose/resolved-differently': {
    severity: 'error',
    summary: 'Compose resolves the files to other networking than netcompose planned.',
  },

  'netmode/unknown-mode': { severity: 'error', summary: 'There is no such netmode.' },
  'netmode/unknown-key': { severity: 'error', summary: 'There is no such key in `x-netmode`.' },
  'netmode/misplaced': { severity: 'error', summary: '`x-netmode` stands where it means nothing.' },
  'netmode/invalid-value': { severity: 'error', summary: 'A value in `x-netmode` is of the wrong type or form.' },
  'netmode/key-not-for-mode': {
    severity: 'error',
    summary: 'The key means nothing for this netmode, or the driver refuses it.',
  },
  'netmode/undefined-network': {
    severity: 'error',
    summary: '`network` names a network that the file does not declare.',
  },
  'netmode/unusable-owner': {
    severity: 'error',
    summary: '`service:<name>` names no service in whose network another can be.',
  },
  'netmode/replaces-native': {
    severity: 'warning',
    summary: 'A netmode takes the place of `network_mode` or `networks` that the service has too.',
  },
  'netmode/conflicting-network': { severity: 'error', summary: 'Two places ask different things of one network.' },
  'netmode/cannot-annotate': {
    severity: 'error',
    summary: 'An `x-netmode` cannot be written here without changing something else.',
  },
  'netmode/mixed-forms': {
    severity: 'error',
    summary: 'One file writes `x-netmode` as a word, another as a mapping; Compose cannot merge them.',
  },

  'service/peer-unreachable': {
    severity: 'warning',
    summary: 'A service depends on one with which it shares no network.',
  },
  'service/name-not-resolvable': {
    severity: 'warning',
    summary: 'A service cannot resolve the name of one that it depends on.',
  },
  'service/name-of-another-project': {
    severity: 'warning',
    summary: 'A name that a service may ask for is also that of another project on a network of both.',
  },
  'service/ports-ignored': { severity: 'warning', summary: '`ports` have no effect in this netmode.' },
  'service/port-remap-lost': {
    severity: 'warning',
    summary: "A port mapped to another number keeps the container's number in this netmode.",
  },
  'service/replicas-clash': { severity: 'error', summary: 'Several replicas cannot share one address, name or port.' },
  'service/guests-differ': {
    severity: 'warning',
    summary:
      'Services in one network namespace ask for different host names, DNS servers or hosts; there is one of each.',
  },
  'service/falls-back': {
    severity: 'info',
    summary: 'macvlan or ipvlan cannot work here: the `fallback` is used, and something is lost by that.',
  },
  'service/default-route': {
    severity: 'warning',
    summary: 'A service on several networks leaves by another than it should.',
  },
  'service/interface-name-taken': {
    severity: 'warning',
    summary: "The name of a container's interface is that of another one, or what Docker may call another one.",
  },

  'ports/published-twice': { severity: 'error', summary: 'Two services publish the same port of the host.' },
  'ports/host-clash': {
    severity: 'error',
    summary: "Two listeners in the host's network namespace want the same port.",
  },
  'ports/namespace-clash': {
    severity: 'error',
    summary: 'Two services in one network namespace listen on the same port.',
  },
  'ports/in-use-on-host': { severity: 'error', summary: 'A process of the host has a port that the project needs.' },
  'ports/no-such-address': {
    severity: 'warning',
    summary: 'A port is bound to an address that this host does not have.',
  },
  'ports/in-use-by-container': {
    severity: 'error',
    summary: 'A container outside the project has a port that the project needs.',
  },

  'address/outside-subnet': { severity: 'error', summary: "An address lies outside its network's subnet." },
  'address/duplicate': { severity: 'error', summary: 'Two services have the same address on one network.' },
  'address/reserved': {
    severity: 'error',
    summary: "An address is the network's, the broadcast's, the gateway's, the shim's or the host's own.",
  },
  'address/in-dynamic-range': {
    severity: 'warning',
    summary: 'A fixed address lies in the range from which Docker hands out others.',
  },
  'address/range-invalid': {
    severity: 'error',
    summary: 'A subnet, gateway or range is malformed, or lies outside its subnet.',
  },
  'address/range-exhausted': { severity: 'error', summary: 'The range has fewer addresses than there are containers.' },
  'address/no-gateway': {
    severity: 'warning',
    summary: 'A native network on the LAN gives no gateway, so that its containers find no way out.',
  },
  'address/no-range-on-lan': {
    severity: 'warning',
    summary: 'No `ip_range` is given on a LAN whose DHCP server may own the same addresses.',
  },
  'address/gateway-guessed': {
    severity: 'warning',
    summary: 'No `gateway` is given, and the host does not know the router of this network.',
  },
  'address/duplicate-mac': { severity: 'error', summary: 'Two services have the same MAC address.' },
  'address/cannot-float': {
    severity: 'warning',
    summary: 'Nothing can put a floating address on the interface: it takes the capability NET_ADMIN.',
  },
  'address/answers-on-lan': { severity: 'error', summary: 'Another device on the LAN has the address.' },

  'subnet/overlap': { severity: 'error', summary: 'Two networks of the project overlap.' },
  'subnet/taken-by-network': { severity: 'error', summary: 'A network that exists already overlaps the subnet.' },
  'subnet/taken-by-host': {
    severity: 'error',
    summary: "A network's subnet overlaps one in which this host is, or to which it has a route.",
  },
  'subnet/lan-has-changed': {
    severity: 'warning',
    summary: 'A network that exists has the subnet of a LAN in which this host is no more.',
  },
  'subnet/family-not-enabled': {
    severity: 'error',
    summary: 'A network declares a subnet of a family that is not enabled, which Docker ignores.',
  },
  'subnet/ipv6-made-up': {
    severity: 'warning',
    summary: 'A network on the LAN has IPv6 and no IPv6 subnet: Docker makes one up, with a gateway that nobody has.',
  },
  'subnet/l3-inside-parent-subnet': {
    severity: 'error',
    summary: "An ipvlan L3 network lies inside the LAN's subnet, where nobody answers for it.",
  },

  'parent/not-found': { severity: 'error', summary: 'There is no such host interface.' },
  'parent/down': { severity: 'warning', summary: 'The parent interface is down.' },
  'parent/loopback': { severity: 'error', summary: 'The loopback interface cannot be a parent.' },
  'parent/wireless': { severity: 'error', summary: 'macvlan does not work on Wi-Fi.' },
  'parent/enslaved': { severity: 'error', summary: 'The parent is a member of a bridge or bond.' },
  'parent/driver-clash': { severity: 'error', summary: 'macvlan and ipvlan cannot be on one parent.' },
  'parent/mode-clash': { severity: 'error', summary: 'All ipvlan networks on one parent have one mode and flag.' },
  'parent/taken-by-network': { severity: 'error', summary: 'Another Docker network has the parent already.' },
  'parent/passthru-exclusive': {
    severity: 'error',
    summary: 'macvlan passthru has its parent alone, with one container.',
  },

  'driver-option/unknown': { severity: 'error', summary: 'Docker ignores a driver option that it does not know.' },

  'shim/needs-root': { severity: 'error', summary: 'Making a shim needs root, and there is no way to become it.' },
  'shim/asks-sudo': { severity: 'info', summary: 'Making a shim needs root, and `up` asks `sudo` for it.' },
  'shim/name-taken': { severity: 'error', summary: "An interface that netcompose did not make has the shim's name." },
  'shim/address-taken': { severity: 'error', summary: "The shim's address is in use." },
  'shim/address-not-kept': {
    severity: 'warning',
    summary: "Docker may hand the shim's address out to a container.",
  },
  'shim/other-source': {
    severity: 'warning',
    summary: "This host's bridge containers reach those of a shim from another interface's address.",
  },
  'shim/flag-unreachable': { severity: 'warning', summary: 'With this flag no shim can reach the containers.' },

  'host/manager-takes-shim': {
    severity: 'warning',
    summary: 'A program that manages the network of this host takes the shim for an interface of its own.',
  },
  'host/address-given-up': {
    severity: 'error',
    summary:
      'The DHCP client of this host would take the shim for another machine, and give the address of the host up.',
  },
  'host/renamed-by-mac': { severity: 'error', summary: 'udev gives the shim another name as soon as it is made.' },
  'host/firewall-zone': {
    severity: 'warning',
    summary: 'firewalld has the shim in another zone than its parent.',
  },

  'swarm/left-out': { severity: 'warning', summary: 'A stack of a swarm has no such thing; it is left out.' },
  'swarm/address-ignored': {
    severity: 'error',
    summary: 'The engine ignores a fixed address of a service of a swarm.',
  },
  'swarm/ranges-overlap': {
    severity: 'error',
    summary: 'Two hosts of a swarm would hand out the same addresses.',
  },

  'engine/no-such-network': {
    severity: 'error',
    summary: '`network_mode` names a Docker network that does not exist.',
  },
  'engine/unreachable': { severity: 'error', summary: 'The Docker engine cannot be reached.' },
  'engine/compose-missing': { severity: 'error', summary: 'Docker Compose is not installed.' },
  'engine/compose-too-old': { severity: 'error', summary: 'Docker Compose is too old.' },
  'engine/too-old': { severity: 'error', summary: 'A key needs a newer engine or Compose than there is.' },
  'engine/desktop': {
    severity: 'error',
    summary: "The engine's containers live in a virtual machine that is not on the LAN.",
  },
  'engine/rootless': { severity: 'error', summary: 'A rootless engine has no macvlan, ipvlan or overlay.' },
  'engine/podman': {
    severity: 'error',
    summary:
      'Podman ignores a mode or flag of macvlan and ipvlan, or addresses that a network keeps, or chooses its parent.',
  },
  'engine/remote': {
    severity: 'error',
    summary: 'The engine is on another machine, whose interfaces netcompose cannot prepare.',
  },
  'engine/network-missing': { severity: 'error', summary: 'An external network does not exist.' },
  'engine/network-made-anew': {
    severity: 'error',
    summary: 'Compose would make a network anew, and its containers would lose their names and addresses.',
  },
  'engine/swarm-inactive': { severity: 'error', summary: 'Overlay networks need a swarm.' },
  'engine/kernel-lacks-driver': { severity: 'error', summary: 'The kernel has no driver for this kind of network.' },
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof rules;
