#!/bin/bash
# Tool: Node 20 (`os.networkInterfaces()`), network-interfaces 1.1.0 (npm) on it, Linux 6.18.
# Behaviour: an IPv4 address with a label, `ip addr add … dev eth0 label eth0:vip`, is no address of eth0 for Node,
#   but that of an interface `eth0:vip`, which there is not. A label without a colon, `eth0-vip`, has the MAC address
#   00:00:00:00:00:00. If its only IPv4 address has a label, eth0 is not in the list at all.
# Seen: 2026-11-29: p0, p0:vip with p0's MAC address, p0-vip with zeros; `Network interface "p0" does not exist`; `ip
#   -j addr` has three addresses at p0
# Why it surprises: keepalived's `label`, networkd's `Label=`, ifupdown's eth0:1 and old habits make such addresses,
#   and they work everywhere; /sys/class/net and `ip link` know no such interface. IPv6 addresses have no label, so
#   one interface is in the list twice, half each.
# For you: compare the part before the colon, and better still the MAC address; ask `ip -j addr` where it counts. For
#   a parent in a Compose file take the interface's name.
# Needs: root, Linux with veth, iproute2, unshare, Node, npm. Exit code: 0 as stated, 1 not so, 2 not tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || skip 'needs root'
  for tool in ip unshare node npm; do
    command -v "$tool" > /dev/null || skip "needs $tool"
  done
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  (cd "$work" && npm install --no-save --no-audit --no-fund --silent network-interfaces@1.1.0) ||
    skip 'network-interfaces@1.1.0 cannot be had'
  unshare --net --mount --pid --fork --kill-child --mount-proc -- bash "$0" --inside "$work"
  exit
fi

# The first process of a process namespace: nothing below touches the machine's own network.
[ $$ = 1 ] || exit 2
work=$2
# A LAN: p0 is the host's, l0 another machine's.
mount -t tmpfs tmpfs /run
mkdir /run/netns
ip link set lo up
ip netns add lan
ip link add p0 type veth peer name l0 netns lan || skip 'needs veth and named network namespaces'
ip addr add 192.168.1.10/24 dev p0
ip link set p0 up
ip -n lan addr add 192.168.1.1/24 dev l0
ip -n lan link set l0 up
card=$(ip -o link show p0 | sed "s/.*ether \([^ ]*\).*/\1/")
# listed: each interface that Node sees, with its IPv4 addresses and which MAC address they have.
listed() {
  node -e 'const card = process.argv[1];
    const kind = (mac) => (mac === card ? "the-cards" : /^[0:]+$/.test(mac) ? "zeros" : mac);
    console.log(Object.entries(require("os").networkInterfaces()).filter(([name]) => name !== "lo")
      .flatMap(([name, all]) => all.filter(({ family }) => family === "IPv4")
        .map(({ address, mac }) => `${name} ${address} ${kind(mac)}`)).join(", "));' "$card"
}
# found: what the library says is the address of p0.
found() {
  (cd "$work" && node -e 'try { console.log(require("network-interfaces").toIp("p0", { ipVersion: 4 })); }
    catch (error) { console.log(error.message); }')
}
echo 1 > /proc/sys/net/ipv6/conf/p0/disable_ipv6
ip addr add 192.168.1.11/24 dev p0 label p0:vip
ip addr add 192.168.1.12/24 dev p0 label p0-vip
three=$(listed)
kernel=$(ip -o -4 addr show dev p0 | wc -l)
ip addr flush dev p0
ip addr add 192.168.1.10/24 dev p0 label p0:1
alone="$(listed), $(found)"
expected='p0 192.168.1.10 the-cards, p0:vip 192.168.1.11 the-cards, p0-vip 192.168.1.12 zeros'
[ "$three" = "$expected" ] || differs "listed: $three"
[ "$kernel" = 3 ] || differs "the kernel has $kernel addresses at p0"
[ "$alone" = 'p0:1 192.168.1.10 the-cards, Network interface "p0" does not exist' ] || differs "alone: $alone"
echo "as stated: $three; with one address that has a label: $alone"
