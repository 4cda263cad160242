#!/bin/bash
# Tool: Linux 6.18 (macvlan).
# Behaviour: a macvlan interface with its parent's MAC address is refused when it is turned on, and so is a second one
#   with the first one's; but the *parent* may be given the MAC address that one of its macvlan interfaces has.
# Seen: 2026-11-28: macvlan with the parent's: `RTNETLINK answers: Address already in use`; parent with the macvlan's:
#   exit 0, then container and LAN reach each other, host and LAN do not.
# Why it surprises: the kernel checks for exactly this, in one direction. The host goes silent, the container does not.
# For you: a MAC address that is pinned for a container must not be one that the host's card may be given (a cloned
#   address, a bond's `fail_over_mac`). Two containers of one host with one MAC cannot both be up on one parent; only on
#   two hosts do they break the LAN.
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
guest=02:00:00:00:00:77
ip netns add c1
ip link add link p0 name e0 address "$guest" netns c1 type macvlan mode bridge || skip 'needs macvlan'
ip -n c1 addr add 192.168.1.201/24 dev e0
ip -n c1 link set e0 up
# reach NAMESPACE ADDRESS
reach() { if ip netns exec "$1" busybox ping -c 3 -W 1 "$2" > /dev/null; then echo yes; else echo no; fi; }
[ "$(reach c1 192.168.1.1)$(reach lan 192.168.1.10)" = yesyes ] || differs 'host or container does not reach the LAN'

parent=$(ip -o link show p0 | sed 's/.*ether \([^ ]*\).*/\1/')
for address in "$parent" "$guest"; do
  ip link add link p0 name s0 address "$address" type macvlan mode bridge
  error=$(ip link set s0 up 2>&1) && differs "a second interface with $address is accepted"
  [ "$error" = 'RTNETLINK answers: Address already in use' ] || differs "refused otherwise: $error"
  ip link del s0
done

ip link set p0 address "$guest" || differs "the parent is refused its macvlan's address"
ip -n lan neigh flush all
[ "$(reach c1 192.168.1.1)" = yes ] || differs 'the container does not reach the LAN'
[ "$(reach lan 192.168.1.10)" = no ] || differs 'the LAN reaches the host'
echo 'as stated: refused for a macvlan, accepted for the parent; then the container reaches the LAN, the host does not'
