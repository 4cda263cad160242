#!/bin/bash
# Tool: Linux 6.18 (traffic control: clsact, u32, mirred) with tc of iproute2 6.1.
# Behaviour: one filter on the parent that mirrors what leaves it back into its own ingress lets the host and its
#   macvlan containers reach each other, both ways, without any interface ("shim") on the host, address or route.
# Seen: 2026-11-28, host to container, container to host, LAN to host, LAN to container: before: no no yes yes; with
#   the filter: yes yes yes yes; without it again: no no yes yes
# Why it surprises: "the host cannot reach its macvlan containers" is taken for a law. What is missing is only that a
#   frame which leaves the parent also comes in there, as with a switch that reflects (VEPA), and tc can say so.
# For you: where no second interface is wanted (a network manager that takes it, a MAC address too many), this works
#   for IPv4 and neither ARP nor routes change. Every frame is handled twice, the host hears its own broadcasts, and
#   nobody puts the filter back after a reboot.
# Needs: root, veth, macvlan, cls_u32, act_mirred, iproute2, busybox, unshare. Exit code: 0 as stated, 1 not so, 2 not
#   tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || skip 'needs root'
  for tool in ip tc busybox unshare; do
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
guest c1 192.168.1.201
# reaches COMMAND...: whether the ping that it runs is answered.
reaches() { if "$@" -c 2 -W 1 > /dev/null 2>&1; then echo yes; else echo no; fi; }
all() {
  echo "$(reaches busybox ping 192.168.1.201) $(reaches ip netns exec c1 busybox ping 192.168.1.10)" \
    "$(reaches ip netns exec lan busybox ping 192.168.1.10) $(reaches ip netns exec lan busybox ping 192.168.1.201)"
}
before=$(all)
tc qdisc add dev p0 clsact || skip 'needs clsact'
tc filter add dev p0 egress protocol all prio 1 u32 match u32 0 0 action mirred ingress mirror dev p0 2> /dev/null ||
  skip 'needs cls_u32 and act_mirred'
with=$(all)
tc qdisc del dev p0 clsact
ip neigh flush dev p0
ip -n c1 neigh flush dev eth0
after=$(all)
[ "$before" = 'no no yes yes' ] || differs "before: $before"
[ "$with" = 'yes yes yes yes' ] || differs "with the filter: $with"
[ "$after" = 'no no yes yes' ] || differs "without it again: $after"
echo "as stated: before: $before; with the filter: $with; without it again: $after"
