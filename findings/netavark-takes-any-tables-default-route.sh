#!/bin/bash
# Tool: netavark 1.14.0 (Podman 5.4 of Debian 13: netavark 1.14.0-2). 1.17.2 (netavark 1.17.2-3) differs, see below.
# Behaviour: where a macvlan network names no parent, netavark takes the interface of a default route, of whatever
#   routing table. One in the table of a VPN or of a second line wins over that of the main table. With several next
#   hops on the default route it finds none at all.
# Seen: 2026-11-29: `default … dev p0` in main alone: macvlan on p0; and `default dev q0 table 51820`, as of wg-quick:
#   on q0; next hops p0 and q0: `failed to get default route interface`. 1.17.2: p0, p0, and the same error.
# Why it surprises: `ip route`, and all programs without a rule to the contrary, go by the main table. The container is
#   on the wrong network, without a message; after the next restart of the VPN, or of the container, perhaps not.
# For you: always write the parent: `-o parent=eth0`, `Options=parent=eth0` in a Quadlet file.
# Needs: root, veth, macvlan, iproute2, unshare, apt-get. Exit code: 0 as stated, 1 not so, 2 not tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || skip 'needs root'
  for tool in ip unshare apt-get dpkg-deb; do
    command -v "$tool" > /dev/null || skip "needs $tool"
  done
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT

  # fetch SUITE NAME=VERSION...: unpacks Debian packages, from the mirror that apt is set up with, into $work/root.
  fetch() {
    local suite=$1 mirror apt deb
    shift
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT) $(CREATED_BY)' |
      awk -v now="$(. /etc/os-release && echo "$VERSION_CODENAME")" \
        '$2 == now && $3 == "main" && $4 == "Packages" { print $1; exit }')
    [ -n "$mirror" ] || skip 'needs Debian, with its mirror in the configuration of apt'
    mkdir -p "$work"/apt/{lists,archives}/partial "$work"/{debs,root}
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" > "$work/apt/sources.list"
    apt=(apt-get -qq -o "Dir::Etc::sourcelist=$work/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
      -o "Dir::State::lists=$work/apt/lists" -o "Dir::Cache=$work/apt" -o APT::Sandbox::User=root)
    "${apt[@]}" update > "$work/apt/log" 2>&1 || skip "no package list of $suite"
    (cd "$work/debs" && "${apt[@]}" download "$@" >> "$work/apt/log" 2>&1) || skip "$suite no longer has $*"
    for deb in "$work"/debs/*.deb; do dpkg-deb -x "$deb" "$work/root"; done
    rm -r "$work/debs"
  }

  # Each with the C library that it was built for.
  for packages in 'trixie netavark=1.14.0-2 libc6 libgcc-s1' 'sid netavark=1.17.2-3 libc6 libgcc-s1'; do
    read -ra words <<< "$packages"
    fetch "${words[@]}"
    mv "$work/root" "$work/${words[0]}"
  done
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
# A second interface, in the place of a VPN's or a second line's.
ip link add q0 type veth peer name q1
ip link set q0 up
ip link set q1 up
ip addr add 10.9.0.2/24 dev q0
ip netns add web
cat > /run/network.json <<'JSON'
{ "container_id": "0123456789abcdef", "container_name": "web",
  "networks": { "lan": { "static_ips": ["192.168.1.200"], "interface_name": "eth0" } },
  "network_info": { "lan": {
    "name": "lan", "id": "53ce4390f2adb1681eb1a90ec8b48c49c015e0a8d336c197637e7f65e365fa9e", "driver": "macvlan",
    "ipv6_enabled": false, "internal": false, "dns_enabled": false, "options": {},
    "subnets": [{ "subnet": "192.168.1.0/24", "gateway": "192.168.1.1" }],
    "ipam_options": { "driver": "host-local" } } } }
JSON
# netavark SUITE COMMAND
netavark() {
  local root=$work/$1 library
  library=$root/usr/lib/$(uname -m)-linux-gnu
  "$(echo "$library"/ld-linux-*.so.*)" --library-path "$library" "$root/usr/lib/podman/netavark" \
    --config /run/netavark "$2" /run/netns/web < /run/network.json
}
# parent SUITE: the interface below the container's, or what netavark says.
parent() {
  local index
  if ! netavark "$1" setup > /run/out 2>&1; then
    grep -o 'failed to get default route interface' /run/out || skip "netavark: $(tail -n 2 /run/out)"
    return
  fi
  index=$(ip -n web link show dev eth0 | sed -n 's/.*eth0@if\([0-9]*\):.*/\1/p')
  ip -o link | sed -n "s/^$index: \([^:@]*\).*/\1/p"
  netavark "$1" teardown > /run/out 2>&1 || differs "teardown: $(cat /run/out)"
}
# parents: of 1.14.0 and of 1.17.2.
parents() { echo "$(parent trixie), $(parent sid)"; }
ip route add default via 192.168.1.1 dev p0
main=$(parents)
ip route add default dev q0 table 51820
other=$(parents)
ip route flush table 51820
ip route del default
ip route add default nexthop via 192.168.1.1 dev p0 nexthop via 10.9.0.1 dev q0
several=$(parents)
none='failed to get default route interface'
[ "$main" = 'p0, p0' ] || differs "main table alone: $main"
[ "$other" = 'q0, p0' ] || differs "another table too: $other"
[ "$several" = "$none, $none" ] || differs "several next hops: $several"
echo "as stated, parent taken by 1.14.0, 1.17.2: main table $main; with another: $other; several next hops: $several"
