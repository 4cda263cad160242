#!/bin/bash
# Tool: the DHCP proxy of netavark 1.14.0 (Podman 5.4 of Debian 13: netavark 1.14.0-2), for macvlan networks with
#   `--ipam-driver dhcp`. 1.17.2 (netavark 1.17.2-3) goes on trying.
# Behaviour: when a lease has run out and no server answers for eight seconds more, the proxy logs an error and never
#   asks again. The container keeps the address, with which it works as before, without a lease, until it is made anew:
#   the server, which is back a minute later, may give it to the next that asks.
# Seen: 2026-11-30, 30 seconds after the server was back with leases of ten: 1.14.0 192.168.1.100, no lease; 1.17.2 the
#   same address, a lease
# Why it surprises: a DHCP client either gives the address up at the end of its lease, or goes on asking. Here nothing
#   is noticed on the day when the router was away, and a week later two machines have one address.
# For you: after an outage of the router that was longer than its leases, restart such containers; or pin their
#   addresses in the server.
# Needs: root, Linux with veth and macvlan, iproute2, unshare, apt-get. Exit code: 0 as stated, 1 not so, 2 not tried.
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
  fetch bookworm busybox-static=1:1.35.0-4+deb12u1+b1
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

# serve: a DHCP server on the LAN that has one address to give, for ten seconds, and knows of no lease.
serve() {
  cat > /run/udhcpd.conf <<'CONF'
start 192.168.1.100
end 192.168.1.100
interface l0
max_leases 1
lease_file /run/leases
option subnet 255.255.255.0
option router 192.168.1.1
option lease 10
CONF
  : > /run/leases
  ip netns exec lan "$work/root/bin/busybox" udhcpd -f /run/udhcpd.conf > /run/server 2>&1 &
  server=$!
}
# until_said N PATTERN FILE: waits until N lines of the file match.
until_said() {
  for _ in $(seq 300); do
    [ "$(grep -c "$2" "$3" || true)" -lt "$1" ] || return 0
    sleep 0.3
  done
  differs "nothing says $2: $(cat "$3")"
}
cat > /run/network.json <<'JSON'
{ "container_id": "0123456789abcdef", "container_name": "web",
  "networks": { "lan": { "interface_name": "eth0" } },
  "network_info": { "lan": {
    "name": "lan", "id": "53ce4390f2adb1681eb1a90ec8b48c49c015e0a8d336c197637e7f65e365fa9e", "driver": "macvlan",
    "network_interface": "p0", "ipv6_enabled": false, "internal": false, "dns_enabled": false, "options": {},
    "ipam_options": { "driver": "dhcp" } } } }
JSON
# netavark SUITE ARGUMENT...: replaces the shell that runs it.
netavark() {
  local root=$work/$1 library
  library=$root/usr/lib/$(uname -m)-linux-gnu
  shift
  exec "$(echo "$library"/ld-linux-*.so.*)" --library-path "$library" "$root/usr/lib/podman/netavark" "$@"
}
# outlasts SUITE: the container's address and whether it has a lease, some time after a server that was away for long.
outlasts() {
  local proxy address
  serve
  ip netns add web
  mkdir -p /run/podman
  (RUST_LOG=info netavark "$1" dhcp-proxy --dir /run/podman) > /run/proxy 2>&1 &
  proxy=$!
  for _ in $(seq 50); do [ ! -S /run/podman/nv-proxy.sock ] || break; sleep 0.1; done
  (netavark "$1" --config /run/netavark setup /run/netns/web) < /run/network.json > /run/result 2>&1 ||
    skip "netavark: $(cat /run/result)"
  kill "$server"
  wait "$server" 2> /dev/null || true
  until_said 1 'Failed to .* lease' /run/proxy
  serve
  # Longer than the server's lease, twice.
  sleep 30
  address=$(ip -n web -4 -o addr show dev eth0 | sed 's/.* inet \([^ ]*\).*/\1/')
  kill "$server" "$proxy"
  wait "$server" "$proxy" 2> /dev/null || true
  ip -n web link del eth0
  ip netns del web
  rm -r /run/podman
  echo "$address, $(grep -q 'sending ACK' /run/server && echo a lease || echo no lease)"
}
older=$(outlasts trixie)
newer=$(outlasts sid)
[ "$older" = '192.168.1.100/24, no lease' ] || differs "1.14.0: $older"
[ "$newer" = '192.168.1.100/24, a lease' ] || differs "1.17.2: $newer"
echo "as stated, after the server was away: 1.14.0 $older; 1.17.2 $newer"
