#!/bin/bash
# Tool: lan-network 0.2.1 (npm), with which development servers find the address to show, on Node 20.
# Behaviour: where the interface has a second, larger address of the same network, as keepalived adds one, it returns
#   that one, and the interface's own first address as "gateway". Where the second one is smaller, or a /32, it returns
#   the first, and no gateway, though the default route has one.
# Seen: 2026-11-29, 192.168.1.10/24, `default via 192.168.1.1`, address and gateway: 192.168.1.10 null; with .11/24
#   beside it: 192.168.1.11 192.168.1.10; with .11/32: 192.168.1.10 null; with .9/24: 192.168.1.10 null
# Why it surprises: it asks the kernel which address it would send from, is told .10, and gives that back as the
#   router's, beside an address that the kernel would not use. While keepalived is master the answer is another.
# For you: `ip -j route show default` has the router's address. A URL made by this is that of the virtual address, and
#   leads to another machine after the next failover.
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

  npm install --prefix "$work" --no-save --no-audit --no-fund --silent lan-network@0.2.1 ||
    skip 'lan-network@0.2.1 cannot be had'
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

ip route add default via 192.168.1.1
# found [ADDRESS]: address and gateway that it says, with that address beside the first.
found() {
  [ -z "${1:-}" ] || ip addr add "$1" dev p0
  (cd "$work" && timeout 30 node -e 'require("lan-network").lanNetwork().then(({ address, gateway }) =>
    console.log(address, gateway))') || skip 'it does not run here'
  [ -z "${1:-}" ] || ip addr del "$1" dev p0
}
alone=$(found)
larger=$(found 192.168.1.11/24)
single=$(found 192.168.1.11/32)
smaller=$(found 192.168.1.9/24)
[ "$alone" = '192.168.1.10 null' ] || differs "alone: $alone"
[ "$larger" = '192.168.1.11 192.168.1.10' ] || differs "with .11/24: $larger"
[ "$single" = '192.168.1.10 null' ] || differs "with .11/32: $single"
[ "$smaller" = '192.168.1.10 null' ] || differs "with .9/24: $smaller"
echo "as stated, address and gateway: alone: $alone; with .11/24: $larger; with .11/32: $single; with .9/24: $smaller"
