#!/bin/bash
# Tool: Linux 6.18 (bridge, macvlan), with macvlan containers on a bridge, as hosts with virtual machines have them.
# Behaviour: a port with a smaller MTU that joins the bridge lowers the bridge's MTU and with it that of every macvlan
#   container; when it leaves, the bridge has 1500 again, the containers have not.
# Seen: 2026-11-28, MTU of bridge and container: 1500 1500, with a port of 1400 1400 1400, without it 1500 1400; a
#   container made after that 1500
# Why it surprises: three things that are each reasonable: the bridge has its smallest port's MTU, macvlan is never
#   larger than its parent, and nobody raises it again. The containers' namespaces are not touched by anyone.
# For you: one virtual machine or VPN interface on the bridge for a minute, and running containers have a small MTU
#   until they are restarted. A bridge whose MTU was set does not follow, but to set 1500 where it is 1500 does
#   nothing: set another value, then 1500.
# Needs: root, Linux with veth, bridge and macvlan, iproute2, unshare. Exit code: 0 as stated, 1 not so, 2 not tried.
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
mount -t tmpfs tmpfs /run
mkdir /run/netns
# guest NAME: a namespace in a container's place, its eth0 a macvlan on br0.
guest() {
  ip netns add "$1"
  ip link add link br0 name eth0 netns "$1" type macvlan mode bridge || skip 'needs macvlan'
  ip -n "$1" link set eth0 up
}
mtu() { sed 's/.* mtu \([0-9]*\).*/\1/' <<< "$1"; }
both() { echo "$(mtu "$(ip -o link show br0)") $(mtu "$(ip -n c1 -o link show eth0)")"; }
# visit: what a port of MTU 1400 that comes and goes makes of bridge and container.
visit() {
  local during
  ip link add v0 mtu 1400 type veth peer name v1
  ip link set v0 master br0
  during=$(both)
  ip link del v0
  echo "$during, $(both)"
}
ip link add br0 type bridge || skip 'needs bridges'
ip link add p0 type veth peer name p1 || skip 'needs veth'
ip link set p0 master br0
for link in p0 p1 br0; do ip link set "$link" up; done
guest c1
before=$(both)
after=$(visit)
guest c2
new=$(mtu "$(ip -n c2 -o link show eth0)")
[ "$before" = '1500 1500' ] || differs "before: $before"
[ "$after" = '1400 1400, 1500 1400' ] || differs "with the port, without it: $after"
[ "$new" = 1500 ] || differs "a new container: $new"
ip -n c1 link set eth0 mtu 1500
ip link set br0 mtu 1500
same=$(visit)
ip link set br0 mtu 1499
ip link set br0 mtu 1500
ip -n c1 link set eth0 mtu 1500
other=$(visit)
[ "$same" = '1400 1400, 1500 1400' ] || differs "with the MTU set to what it is: $same"
[ "$other" = '1500 1500, 1500 1500' ] || differs "with the MTU set by way of another: $other"
echo "as stated: $before; with the port, without it: $after; a new container: $new;"
echo "with br0's MTU set to what it is: $same; set by way of another: $other"
