#!/bin/bash
# Tool: Linux 6.18 (routes; iproute2 only shows them).
# Behaviour: an IPv6 route with `src A` stays when A leaves the host, in the main table and in one of its own, but its
#   `src` is gone, and does not come back with A. (An IPv4 route with `src A` goes altogether.)
# Seen: 2026-11-28, before, after the address went and after it came back: fd07::/64 dev s0 src fd00::10 metric 1024
#   pref medium | fd07::/64 dev s0 metric 1024 pref medium | the same
# Why it surprises: nothing reports it, and a table of its own, which keeps an IPv4 route whole, does not help.
# For you: after a network manager took the address away for a moment, the route to IPv6 containers is still there, but
#   the host speaks to them from whatever address it prefers, a temporary one perhaps. To find a route is not enough:
#   compare its `src` too.
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
ip link add p0 type veth peer name p1 || skip 'needs veth'
ip link add link p0 name s0 type macvlan mode bridge || skip 'needs macvlan'
for link in p0 p1 s0; do ip link set "$link" up; done
ip addr add fd00::10/64 dev p0 nodad || skip 'needs IPv6'
ip route add fd07::/64 dev s0 src fd00::10
ip route add fd08::/64 dev s0 src fd00::10 table 77
ip addr add 192.168.1.10/24 dev p0
ip route add 10.7.0.0/24 dev s0 src 192.168.1.10

# routes: both IPv6 routes, without blanks at the ends of lines.
routes() { { ip -6 route show fd07::/64; ip -6 route show table 77; } | sed 's/ *$//'; }
with='fd07::/64 dev s0 src fd00::10 metric 1024 pref medium
fd08::/64 dev s0 src fd00::10 metric 1024 pref medium'
without=${with// src fd00::10/}
[ "$(routes)" = "$with" ] || differs "at first: $(routes)"
ip addr del fd00::10/64 dev p0
ip addr del 192.168.1.10/24 dev p0
[ "$(routes)" = "$without" ] || differs "after the address went: $(routes)"
[ -z "$(ip route show 10.7.0.0/24)" ] || differs 'the IPv4 route is still there'
ip addr add fd00::10/64 dev p0 nodad
[ "$(routes)" = "$without" ] || differs "after the address came back: $(routes)"
echo "as stated: two IPv6 routes had 'src fd00::10', and have none since the address went and came back"
