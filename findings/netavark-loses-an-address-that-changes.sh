#!/bin/bash
# Tool: the DHCP proxy of netavark 1.14.0 (Podman 5.4 of Debian 13: netavark 1.14.0-2) and 1.17.2 (netavark 1.17.2-3),
#   for macvlan networks with `--ipam-driver dhcp`.
# Behaviour: when the DHCP server gives the container another address of the same subnet, the proxy adds the new one,
#   which is the second of its subnet for the kernel, and then deletes the first: with it the kernel deletes the second
#   and the routes, unless promote_secondaries is 1. The container is left without an IPv4 address, while the proxy
#   logs "update address", and renews the lease.
# Seen: 2026-11-30, both versions: with promote_secondaries=0, the kernel's and Debian 12's, no address, no route; with
#   1 192.168.1.120 and the default route
# Why it surprises: Debian 13 has a package, linux-sysctl-defaults, that sets promote_secondaries to 1, and a
#   container's network has it from the host: there it works. Without the package, or with other software's own
#   sysctl.d, the same container is off the LAN at the first such change, while the server lists it at its new address.
# For you: `net.ipv4.conf.all.promote_secondaries=1`, on the host or as `--sysctl` of the container.
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

# serve ADDRESS: a DHCP server on the LAN that has this address to give, for ten seconds, and knows of no lease.
serve() {
  cat > /run/udhcpd.conf <<CONF
start $1
end $1
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
# changed SUITE PROMOTE: the container's IPv4 addresses and default route, once it was given another address.
changed() {
  local proxy
  serve 192.168.1.100
  ip netns add web
  ip netns exec web sh -c "echo $2 > /proc/sys/net/ipv4/conf/all/promote_secondaries"
  mkdir -p /run/podman
  (RUST_LOG=info netavark "$1" dhcp-proxy --dir /run/podman) > /run/proxy 2>&1 &
  proxy=$!
  for _ in $(seq 50); do [ ! -S /run/podman/nv-proxy.sock ] || break; sleep 0.1; done
  (netavark "$1" --config /run/netavark setup /run/netns/web) < /run/network.json > /run/result 2>&1 ||
    skip "netavark: $(cat /run/result)"
  grep -q '192.168.1.100/24' /run/result || differs "setup: $(cat /run/result)"
  kill "$server"
  serve 192.168.1.120
  until_said 1 'update address' /run/proxy
  until_said 2 'sending ACK to 192.168.1.120' /run/server
  ip -n web -4 -o addr show dev eth0 | sed 's/.* inet \([^ ]*\).*/\1/' > /run/addresses
  ip -n web route show default | sed 's/ dev.*//' >> /run/addresses
  kill "$server" "$proxy"
  wait "$server" "$proxy" 2> /dev/null || true
  ip -n web link del eth0
  ip netns del web
  rm -r /run/podman
  [ -s /run/addresses ] || echo none > /run/addresses
  paste -sd ' ' /run/addresses
}
older=$(changed trixie 0)
newer=$(changed sid 0)
olders=$(changed trixie 1)
newers=$(changed sid 1)
[ "$older" = none ] || differs "1.14.0: $older"
[ "$newer" = none ] || differs "1.17.2: $newer"
[ "$olders" = '192.168.1.120/24 default via 192.168.1.1' ] || differs "1.14.0, promote_secondaries: $olders"
[ "$newers" = '192.168.1.120/24 default via 192.168.1.1' ] || differs "1.17.2, promote_secondaries: $newers"
echo "as stated, address and route of the container by 1.14.0, 1.17.2: $older, $newer; with promote_secondaries:"
echo "$olders, $newers"
