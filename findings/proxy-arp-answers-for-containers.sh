#!/bin/bash
# Tool: Linux 6.18 (ARP), with a macvlan interface on the host and a route to the containers through it.
# Behaviour: with `proxy_arp=1` on the parent and forwarding on, as Docker turns it on, the host answers the LAN's ARP
#   requests for *every* address of that route with its own MAC: a second answer for each container, the only one for an
#   address that nobody has.
# Seen: 2026-11-28: 192.168.1.201 (a container): answers from the container's MAC and the parent's; 192.168.1.203
#   (nobody): the parent's MAC.
# Why it surprises: proxy_arp never answers where the route leads out of the interface that heard the request. So it is
#   quiet on a macvlan host, until a shim gives the containers a route of another interface.
# For you: VPN and bridge guides set `proxy_arp`. Then scanners find the whole range taken, and neighbours that keep the
#   last answer send the containers' traffic through the host. Turn it off on the parent.
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
ip link set p0 address 02:00:00:00:00:10
ip netns add c1
ip link add link p0 name e0 address 02:00:00:00:00:77 netns c1 type macvlan mode bridge || skip 'needs macvlan'
ip -n c1 addr add 192.168.1.201/24 dev e0
ip -n c1 link set e0 up
echo 1 > /proc/sys/net/ipv4/ip_forward
echo 1 > /proc/sys/net/ipv4/conf/p0/proxy_arp
# answers ADDRESS: the MAC addresses that answer the LAN, sorted. An answer of proxy_arp may take 0.8 s.
answers() {
  ip netns exec lan busybox arping -I l0 -c 3 -w 4 "$1" | sed -n 's/.*\[\(.*\)\].*/\1/p' | sort -u | tr '\n' ' ' || true
}
before="$(answers 192.168.1.201)| $(answers 192.168.1.203)"
[ "$before" = '02:00:00:00:00:77 | ' ] || differs "without the route: $before"

ip link add link p0 name s0 type macvlan mode bridge
echo 1 > /proc/sys/net/ipv4/conf/s0/arp_filter
ip link set s0 up
ip route add 192.168.1.200/29 dev s0 src 192.168.1.10
after="$(answers 192.168.1.201)| $(answers 192.168.1.203)"
[ "$after" = '02:00:00:00:00:10 02:00:00:00:00:77 | 02:00:00:00:00:10 ' ] || differs "with the route: $after"
echo "as stated: container | nobody: $before before the route, $after with it"
