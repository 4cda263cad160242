#!/bin/bash
# Tool: Linux 6.18, IPv6 routes with `from` (CONFIG_IPV6_SUBTREES, as Debian's kernels have it); iproute2 6.1.
# Behaviour: a route with a source (`from A`) hides the route of the same prefix without one, for every other source:
#   `ip -6 route` lists both, and the kernel finds neither. Where there is a default route, it sends what is for a
#   neighbour to the router. A narrower prefix hides nothing.
# Seen: 2026-11-30, fd00:1::/64 on the card; with `fd00:1::/64 from fd00:1::20 dev shim` in the same table the neighbour
#   fd00:1::1 was "Network is unreachable", of every address but ::20; with a default route "via fd00:1::fe"; without
#   that route, or with `fd00:1::1/128 from fd00:1::20`, on the card again
# Why it surprises: a route for one source reads as an addition; the metric makes no difference, and IPv4 has rules for
#   this, which hide nothing.
# For you: put a route with a source into a table of its own, with `ip -6 rule add from A lookup TABLE`.
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
ip addr add fd00:1::10/64 dev p0 nodad || skip 'needs IPv6'
ip addr add fd00:1::20/128 dev s0 nodad
# way ADDRESS [from SOURCE]: by which interface, and by which router, the kernel would send.
way() {
  (ip -6 route get "$@" 2>&1 || true) |
    sed -nE 's/.* via ([^ ]+) .*/via \1/p; t; s/.* dev ([^ ]+) .*/\1/p; s/.*(Network is unreachable)/\1/p' |
    head -n 1
}
for _ in $(seq 50); do [ "$(way fd00:1::1)" != p0 ] || break; sleep 0.1; done
[ "$(way fd00:1::1)" = p0 ] || differs "at first: $(way fd00:1::1)"
ip -6 route add fd00:1::/64 from fd00:1::20 dev s0 || skip 'needs CONFIG_IPV6_SUBTREES'
hidden=$(way fd00:1::1)
[ "$(way fd00:1::1 from fd00:1::20)" = s0 ] || differs "from its source: $(way fd00:1::1 from fd00:1::20)"
ip -6 route show | grep -q '^fd00:1::/64 dev p0' || differs "the list: $(ip -6 route show)"
ip -6 route del fd00:1::/64 from fd00:1::20 dev s0
ip -6 route add default via fd00:1::fe dev p0
ip -6 route add fd00:1::/64 from fd00:1::20 dev s0
router=$(way fd00:1::1)
ip -6 route del fd00:1::/64 from fd00:1::20 dev s0
again=$(way fd00:1::1)
ip -6 route add fd00:1::1/128 from fd00:1::20 dev s0
narrower=$(way fd00:1::1)
[ "$hidden" = 'Network is unreachable' ] || differs "beside the other route: $hidden"
[ "$router" = 'via fd00:1::fe' ] || differs "with a default route: $router"
[ "$again $narrower" = 'p0 p0' ] || differs "without the other route: $again; beside a narrower one: $narrower"
echo "as stated: beside a route with a source $hidden; with a default route $router; beside a narrower one $narrower"
