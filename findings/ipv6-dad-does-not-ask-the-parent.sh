#!/bin/bash
# Tool: Linux 6.18 (macvlan, IPv6 duplicate address detection).
# Behaviour: an IPv6 address that another macvlan container of the host or another machine has fails duplicate address
#   detection (`dadfailed`), as it should; the host's own address on the parent passes it, and container and host then
#   both have it.
# Seen: 2026-11-28, fd00::10 in a container where the host has it: no dadfailed; in a second container after that:
#   dadfailed; fd00::20 where another machine has it: dadfailed
# Why it surprises: the host is the nearest machine of all, on the very same card. But a frame of a macvlan interface
#   does not reach its parent, and neither does the question whether somebody has the address.
# For you: nothing tells a container that it has the host's IPv6 address; the LAN gets two answers, and the host seems
#   to come and go. Keep static IPv6 addresses of containers apart from the host's, those that it makes itself
#   included.
# Needs: root, Linux with veth and macvlan, iproute2, unshare. Exit code: 0 as stated, 1 not so, 2 not tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || skip 'needs root'
  for tool in ip unshare; do
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
[ -d /proc/sys/net/ipv6 ] || skip 'needs IPv6'
ip addr add fd00::10/64 dev p0 nodad
ip -n lan addr add fd00::20/64 dev l0 nodad
for number in 1 2 3; do guest "c$number" "192.168.1.20$number"; done
# detected NAMESPACE ADDRESS: what duplicate address detection makes of it. It takes up to two seconds.
detected() {
  local state
  ip -n "$1" addr add "$2/64" dev eth0
  for _ in $(seq 40); do
    state=$(ip -n "$1" -o -6 addr show dev eth0 to "$2/128")
    case $state in
      *dadfailed*) echo dadfailed; return ;;
      *tentative*) sleep 0.2 ;;
      *) echo accepted; return ;;
    esac
  done
  echo tentative
}
sleep 1
parent=$(detected c1 fd00::10)
sibling=$(detected c2 fd00::10)
machine=$(detected c3 fd00::20)
[ "$parent" = accepted ] || differs "the host's address: $parent"
[ "$sibling" = dadfailed ] || differs "a container's address: $sibling"
[ "$machine" = dadfailed ] || differs "another machine's address: $machine"
echo "as stated: the host's address $parent, another container's $sibling, another machine's $machine"
