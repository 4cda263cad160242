#!/bin/bash
# Tool: Linux 6.18 (macvlan).
# Behaviour: a macvlan interface made on another macvlan interface is made on that one's *parent* instead, without a
#   word. It has a mode of its own, stays when the interface that it was made on is deleted, and can be made from
#   within a container.
# Seen: 2026-11-28: `ip link add link s0 name s1 type macvlan`: s1@p0, there after `ip link del s0`. In a container in
#   mode private: a second interface on its eth0, mode bridge: reaches the neighbour, which eth0 does not.
# Why it surprises: every other stacked interface (VLAN, VXLAN, ipvlan) sits on the one that was named, and goes with
#   it.
# For you: a Docker or CNI network whose parent is the host's shim works, but hangs on the card itself: taking the
#   shim away does not end it. Mode private holds only for containers without NET_ADMIN.
# Needs: root, Linux with veth and macvlan, iproute2, busybox, unshare. Exit code: 0 as stated, 1 not so, 2 not tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || skip 'needs root'
  for tool in ip busybox unshare; do
    command -v "$tool" > /dev/null || skip "needs $tool"
  done
  unshare --net --mount --pid --fork --kill-child --mount-proc -- bash "$0" --inside
  exit
fi

# The first process of a process namespace: nothing below touches the machine's own network.
[ $$ = 1 ] || exit 2
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
# guest NAME ADDRESS: a namespace in a container's place, its eth0 a macvlan on p0.
guest() {
  ip netns add "$1"
  ip link add link p0 name eth0 netns "$1" type macvlan mode bridge || skip 'needs macvlan'
  ip -n "$1" addr add "$2/24" dev eth0
  ip -n "$1" link set eth0 up
}
# reach NAMESPACE INTERFACE ADDRESS
reach() { if ip netns exec "$1" busybox ping -I "$2" -c 2 -W 1 "$3" > /dev/null 2>&1; then echo yes; else echo no; fi; }
ip link add link p0 name s0 type macvlan mode bridge || skip 'needs macvlan'
ip link add link s0 name s1 type macvlan mode bridge
made=$(ip -o link show s1 | cut -d' ' -f2)
ip link del s0
[ "$made" = s1@p0: ] || differs "made on s0: $made"
ip link show s1 > /dev/null 2>&1 || differs 's1 goes with s0'

guest c1 192.168.1.201
guest c2 192.168.1.202
ip -n c2 link set eth0 type macvlan mode private
before=$(reach c2 eth0 192.168.1.201)
ip -n c2 link add link eth0 name x0 type macvlan mode bridge || differs 'a container is refused one on its own'
ip -n c2 addr flush dev eth0
ip -n c2 addr add 192.168.1.202/24 dev x0
ip -n c2 link set x0 up
after=$(reach c2 x0 192.168.1.201)
[ "$before" = no ] || differs 'mode private reaches its neighbour'
[ "$after" = yes ] || differs 'the second interface does not reach the neighbour'
echo "as stated: s1 is ${made%:} and outlives s0; private: $before, by an interface of its own on that: $after"
