#!/bin/bash
# Tool: Linux 6.18 and `ip monitor` of iproute2 6.1, on an interface and a macvlan on it.
# Behaviour: of IPv4 routes that go because their interface goes down, or because its last address goes, no event is
#   sent; of IPv6 routes one is. Of an IPv4 route that goes because its `src` has gone one is sent, too; but where an
#   IPv6 route loses its `src` for the same reason, and stays, none is. The event of a permanent neighbour that was
#   deleted calls it FAILED, not PERMANENT.
# Seen: 2026-11-29, events that name the route: macvlan down 0 of one IPv4 route, 1 of one IPv6 route; last address
#   gone 0; `src` gone 1 (IPv4), 0 (IPv6, route changed); neighbour "Deleted 192.0.2.77 dev p0 FAILED"
# Why it surprises: a program that was tried with `ip route del`, or with IPv6, gets its events; on a server whose
#   interface goes down for a moment, or gets another address, it waits for ever.
# For you: who keeps routes right by events listens for links and addresses as well, and then reads the routes; who
#   keeps neighbours right does not ask for PERMANENT in the event.
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
mount -t tmpfs tmpfs /run
events=/run/events
# during COMMAND...: prints the events of the command.
during() {
  : > "$events"
  ip -o monitor all >> "$events" &
  local monitor=$!
  # It listens as soon as it tells of this, and has told all when it tells of the second.
  mark 60001
  "$@"
  mark 60002
  kill "$monitor"
  wait "$monitor" 2> /dev/null || true
  cat "$events"
}
# mark MTU: changes lo until the monitor tells of it.
mark() {
  local try
  for try in $(seq 200); do
    ip link set lo mtu $(($1 - try % 2 * 10000))
    ! grep -q "lo: .*mtu $1" "$events" || return 0
    sleep 0.05
  done
  skip 'ip monitor tells nothing'
}
count() { grep -c -- "$1" <<< "$2" || true; }

ip link add p0 type veth peer name p1 || skip 'needs veth'
for link in lo p0 p1; do ip link set "$link" up; done
ip addr add 192.0.2.10/24 dev p0
ip addr add 192.0.2.11/24 dev p0
ip -6 addr add 2001:db8::10/64 dev p0 nodad
ip link add s0 link p0 type macvlan mode bridge || skip 'needs macvlan'
ip link set s0 up
ip route add 198.51.100.0/24 dev s0
ip -6 route add 2001:db8:5::/64 dev s0
ip route add 203.0.113.0/25 dev p0
ip route add 203.0.113.128/25 dev p0 src 192.0.2.11
ip -6 route add 2001:db8:6::/64 dev p0 src 2001:db8::10
ip neigh replace 192.0.2.77 lladdr 02:00:00:00:00:77 dev p0 nud permanent

neighbour=$(during ip neigh del 192.0.2.77 dev p0 | sed -n 's/.*\(Deleted 192.0.2.77.*[A-Z]\) *$/\1/p')
[ "$neighbour" = 'Deleted 192.0.2.77 dev p0 FAILED' ] || differs "the neighbour: $neighbour"

told=$(during ip link set s0 down)
down="$(count 'Deleted 198.51.100.0/24' "$told") $(count 'Deleted 2001:db8:5::/64' "$told")"
[ -z "$(ip route show 198.51.100.0/24)$(ip -6 route show 2001:db8:5::/64)" ] || differs 'routes stay'
[ "$down" = '0 1' ] || differs "with the macvlan down, IPv4 and IPv6: $down"

told=$(during ip -6 addr del 2001:db8::10/64 dev p0)
lost=$(count 2001:db8:6::/64 "$told")
left=$(ip -6 route show 2001:db8:6::/64)
case $left in *src*) differs "the IPv6 route: $left" ;; esac
[ -n "$left" ] && [ "$lost" = 0 ] || differs "without its src, the IPv6 route: $lost events, $left"

told=$(during ip addr del 192.0.2.11/24 dev p0)
sourced=$(count 'Deleted 203.0.113.128/25' "$told")
[ "$sourced" = 1 ] || differs "the IPv4 route whose src has gone: $sourced"

told=$(during ip addr del 192.0.2.10/24 dev p0)
last=$(count 'Deleted 203.0.113.0/25' "$told")
[ -z "$(ip route show 203.0.113.0/25)" ] || differs 'the route stays without an address'
[ "$last" = 0 ] || differs "the IPv4 route that goes with the last address: $last"

echo "as stated: events of the routes that went, macvlan down, IPv4 and IPv6: $down; last address gone: $last;"
echo "src gone, IPv4: $sourced, IPv6 (the route stays): $lost; the neighbour: $neighbour"
