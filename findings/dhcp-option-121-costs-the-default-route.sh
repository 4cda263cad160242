#!/bin/bash
# Tool: DHCP clients of containers and hosts, with the files that Debian ships for them: dhcpcd 9.4.1, dhclient 4.4.3
#   and udhcpc 1.35.0 of Debian 12; CNI dhcp 1.9.1; the DHCP proxies of netavark 1.14.0 and 1.17.2 (Podman). dnsmasq
#   2.90 as the LAN's server, with the router as usual, and option 121 for one more route: 192.168.64.0/24, a container
#   network behind the host.
# Behaviour: no client ends up with both. dhcpcd and dhclient take the route, and for its sake leave the router out.
#   The others take the router, and no route: udhcpc and CNI do not ask for option 121, netavark 1.17.2 asks for it.
#   CNI, told to ask, is like dhcpcd.
# Seen: 2026-11-30, route and default route: dhcpcd, dhclient, CNI told to ask: route; udhcpc, CNI, netavark 1.14.0,
#   1.17.2: default. With 0.0.0.0/0 in the option, too: dhcpcd, dhclient, CNI told to ask: both; the others: default
# Why it surprises: one line in the server's configuration is to add a route to a LAN; it takes half of the machines
#   off the Internet, and containers by DHCP can be of either half. (The standard of the option, RFC 3442, wants it
#   so.)
# For you: always the default route in the option, too. Containers that are to reach such a network need the route on
#   the router, which then serves all.
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
  for packages in 'trixie netavark=1.14.0-2 libc6 libgcc-s1' \
    'sid netavark=1.17.2-3 containernetworking-plugins=1.9.1+ds1-1 libc6 libgcc-s1'; do
    read -ra words <<< "$packages"
    fetch "${words[@]}"
    mv "$work/root" "$work/${words[0]}"
  done
  fetch bookworm dhcpcd-base=9.4.1-24~deb12u5 libssl3 libudev1 isc-dhcp-client=4.4.3-P1-2 \
    udhcpc=1:1.35.0-4+deb12u1+b1 busybox-static=1:1.35.0-4+deb12u1+b1 dnsmasq-base=2.90-4~deb12u2 \
    libnetfilter-conntrack3=1.0.9-3 libnfnetlink0=1.0.2-2 libmnl0=1.0.4-3 libnftables1=1.0.6-2+deb12u2 \
    libnftnl11=1.2.4-2 libjansson4=2.14-2 libdbus-1-3=1.14.10-1~deb12u1 libidn2-0=2.3.3-1+b1 libnettle8=3.8.1-2 \
    libhogweed6=3.8.1-2 libgmp10=2:6.2.1+dfsg1-1.1 libunistring2=1.0-2
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
# Only the clients' own files, for the clients' scripts to write into.
mount -t tmpfs tmpfs /etc
cp -r "$work/root/etc/dhcp" /etc/dhcp
echo 'root:x:0:0:root:/root:/bin/sh' > /etc/passwd
echo 'root:x:0:' > /etc/group
: > /etc/resolv.conf
library=$(uname -m)-linux-gnu
busybox=$work/root/bin/busybox
# What the scripts of the clients call by name.
mkdir /run/bin
ln -s "$busybox" /run/bin/busybox
printf '#!/bin/sh\n' > /run/bin/logger
chmod +x /run/bin/logger
export PATH=/run/bin:$PATH

# of_debian PROGRAM ARGUMENT...: a program of Debian 12 with its libraries; replaces the shell that runs it.
of_debian() { LD_LIBRARY_PATH=$work/root/usr/lib/$library:$work/root/lib/$library exec "$@"; }
# netavark SUITE ARGUMENT...: replaces it, too.
netavark() {
  local root=$work/$1
  shift
  exec "$(echo "$root/usr/lib/$library"/ld-linux-*.so.*)" --library-path "$root/usr/lib/$library" \
    "$root/usr/lib/podman/netavark" "$@"
}
# until_there PATH: waits for a socket.
until_there() { for _ in $(seq 50); do [ ! -S "$1" ] || break; sleep 0.1; done; }
cat > /run/network.json <<'JSON'
{ "container_id": "0123456789abcdef", "container_name": "web",
  "networks": { "lan": { "interface_name": "eth0" } },
  "network_info": { "lan": {
    "name": "lan", "id": "53ce4390f2adb1681eb1a90ec8b48c49c015e0a8d336c197637e7f65e365fa9e", "driver": "macvlan",
    "network_interface": "p0", "ipv6_enabled": false, "internal": false, "dns_enabled": false, "options": {},
    "ipam_options": { "driver": "dhcp" } } } }
JSON

with_dhcpcd() {
  mkdir -p /run/dhcpcd
  (of_debian ip netns exec web unshare --mount bash -c '
    mount -t tmpfs tmpfs /var/lib
    mkdir /var/lib/dhcpcd
    exec "$@"' bash "$work/root/usr/sbin/dhcpcd" -f "$work/root/etc/dhcpcd.conf" -c /bin/true -1 -4 -B --noarp eth0)
}
with_dhclient() {
  ip netns exec web timeout 60 "$work/root/sbin/dhclient" -1 -sf "$work/root/sbin/dhclient-script" \
    -cf /etc/dhcp/dhclient.conf -lf /run/dhclient.leases -pf /run/dhclient.pid eth0
  kill "$(cat /run/dhclient.pid)"
}
with_udhcpc() {
  ip netns exec web "$busybox" udhcpc -i eth0 -n -q -s "$work/root/etc/udhcpc/default.script"
}
# with_cni [REQUEST]
with_cni() {
  local plugins=$work/sid/usr/lib/cni daemon
  mkdir -p /run/cni
  "$plugins/dhcp" daemon & daemon=$!
  until_there /run/cni/dhcp.sock
  CNI_COMMAND=ADD CNI_CONTAINERID=web CNI_NETNS=/run/netns/web CNI_IFNAME=eth0 CNI_PATH=$plugins \
    "$plugins/macvlan" <<JSON
{ "cniVersion": "1.0.0", "name": "lan", "type": "macvlan", "master": "p0",
  "ipam": { "type": "dhcp", "request": [${1:-}] } }
JSON
  kill "$daemon"
  rm -r /run/cni
}
# with_netavark SUITE
with_netavark() {
  local proxy
  mkdir -p /run/podman
  (netavark "$1" dhcp-proxy --dir /run/podman) & proxy=$!
  until_there /run/podman/nv-proxy.sock
  (netavark "$1" --config /run/netavark setup /run/netns/web) < /run/network.json
  kill "$proxy"
  rm -r /run/podman
}
# gets COMMAND ARGUMENT...: "route", "default" or both, in a container that has its address by that client.
gets() {
  local has=
  ip netns add web
  # CNI and netavark make the interface themselves.
  case $1 in
    with_cni | with_netavark) ;;
    *)
      ip link add link p0 name eth0 netns web type macvlan mode bridge || skip 'needs macvlan'
      ip -n web link set eth0 up
      ;;
  esac
  "$@" > /run/client 2>&1 || true
  ip -n web -4 -o addr show dev eth0 | grep -q 'inet 192.168.1' || differs "$*: no lease: $(cat /run/client)"
  ip -n web route show 192.168.64.0/24 | grep -q 'via 192.168.1.10 ' && has=route
  ip -n web route show default | grep -q 'via 192.168.1.1 ' && has="${has:+$has+}default"
  ip -n web link del eth0
  ip netns del web
  echo "${has:-none}"
}
# all OPTION: what each of the clients gets from a server with these words as option 121.
all() {
  local server
  (of_debian ip netns exec lan "$work/root/usr/sbin/dnsmasq" --keep-in-foreground --conf-file=/dev/null --port=0 \
    --interface=l0 --user=root --pid-file= --dhcp-range=192.168.1.100,192.168.1.150,2h --dhcp-leasefile=/run/leases \
    --dhcp-option=3,192.168.1.1 --dhcp-option="121,$1" --no-ping) > /run/server 2>&1 &
  server=$!
  sleep 0.5
  echo "dhcpcd $(gets with_dhcpcd), dhclient $(gets with_dhclient), udhcpc $(gets with_udhcpc), CNI $(gets with_cni)," \
    "told to ask $(gets with_cni '{ "option": "121" }'), netavark $(gets with_netavark trixie)" \
    "$(gets with_netavark sid)"
  kill "$server"
  wait "$server" 2> /dev/null || true
}
alone=$(all 192.168.64.0/24,192.168.1.10)
both=$(all 0.0.0.0/0,192.168.1.1,192.168.64.0/24,192.168.1.10)
expected='dhcpcd route, dhclient route, udhcpc default, CNI default, told to ask route, netavark default default'
[ "$alone" = "$expected" ] || differs "$alone"
expected="${expected//route/route+default}"
[ "$both" = "$expected" ] || differs "with the default route in it: $both"
echo "as stated, 121 with one route: $alone;"
echo "with the default route, too: $both"
