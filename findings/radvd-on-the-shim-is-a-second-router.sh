#!/bin/bash
# Tool: radvd 2.19 (Debian 12's radvd 1:2.19-1+b1) on Linux 6.18, on a host that is the LAN's IPv6 router.
# Behaviour: its advertisements on the card reach the LAN and no macvlan container of the host. With the macvlan shim as
#   a second `interface` the containers have a router, and the LAN has two, of which one is the shim; it stays in the
#   LAN's routes when the shim is gone. With `clients` they go to the containers alone; and so they do with `multicast
#   off` on the shim, where radvd answers only those who ask.
# Seen: 2026-11-29, default routes of container and LAN: card alone 0 1; card and shim 1 2, and 1 2 after the shim was
#   deleted; shim with `clients` and the container's link-local address 1 1; shim with multicast off, `forcing
#   UnicastOnly`, 1 1, and 0 1 when the lifetime was over, since a container asks at its start alone
# Why it surprises: the shim was added for the containers, and looks like an interface of their own; but what is
#   multicast on it goes out by the card. Nothing of this is in the log.
# For you: without the shim, or with another MAC address on it, the LAN's machines keep a dead router for up to the
#   lifetime. Name the containers by `clients`, or turn multicast off and set AdvDefaultLifetime to its limit, 9000.
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

  fetch bookworm radvd=1:2.19-1+b1
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
ip addr add fd00::1/64 dev p0 nodad
echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
ip netns add web
# container: a macvlan interface in the container's place, new each time, with the same MAC address.
container() {
  ip -n web link del eth0 2> /dev/null || true
  ip link add link p0 name eth0 address 02:00:00:00:00:06 netns web type macvlan mode bridge || skip 'needs macvlan'
  ip -n web link set eth0 up
}
shim() {
  ip link add link p0 name s0 type macvlan mode bridge
  ip link set s0 up
}
# settled INTERFACE: waits until its link-local address is in use.
settled() {
  for _ in $(seq 50); do
    ip -6 -o addr show dev "$1" scope link -tentative | grep -q . && return
    sleep 0.2
  done
  skip "no link-local address on $1"
}
# routers: the number of default routes in the container and on the LAN, without those whose time is over.
routers() {
  local namespace
  for namespace in web lan; do ip -n "$namespace" -6 route show default | grep -vc 'expires -' || true; done |
    paste -sd ' '
}
options='AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4;'
# advertised LINE...: routers, when radvd has run with this for eight seconds. It goes on.
advertised() {
  # Not by its own leave: at its end it tells the LAN that it is no router any more.
  [ ! -e /run/radvd.pid ] || kill -9 "$(cat /run/radvd.pid)"
  rm -f /run/radvd.pid
  printf '%s\n' "$@" > /run/radvd.conf
  ip -n lan link set l0 down
  ip -n lan link set l0 up
  container
  settled p0
  sleep 2
  "$work/root/usr/sbin/radvd" -C /run/radvd.conf -p /run/radvd.pid -n -m stderr > /run/log 2>&1 &
  sleep 8
  routers
}
prefix='prefix fd00::/64 { };'
long='AdvDefaultLifetime 600;'
card=$(advertised "interface p0 { $options $long $prefix };")
shim
settled s0
both=$(advertised "interface p0 { $options $long $prefix };" "interface s0 { $options $long $prefix };")
ip link del s0
sleep 1
after=$(routers)
kill -9 "$(cat /run/radvd.pid)"
rm -f /run/radvd.pid
shim
settled s0
clients=$(advertised "interface p0 { $options $long $prefix };" \
  "interface s0 { $options $long $prefix clients { fe80::ff:fe00:6; }; };")
ip link set s0 multicast off
off=$(advertised "interface p0 { $options $long $prefix };" "interface s0 { $options AdvDefaultLifetime 12; $prefix };")
said=$(grep -c 'forcing UnicastOnly' /run/log || true)
sleep 14
later=$(routers)
[ "$card" = '0 1' ] || differs "the card alone: $card; $(cat /run/log)"
[ "$both" = '1 2' ] || differs "card and shim: $both; $(cat /run/log)"
[ "$after" = '1 2' ] || differs "after the shim: $after"
[ "$clients" = '1 1' ] || differs "with clients: $clients; $(cat /run/log)"
[ "$off, $said, $later" = '1 1, 1, 0 1' ] || differs "multicast off: $off, $said messages, later $later"
echo "as stated, default routes of container, LAN: card $card; and shim $both, after it $after; with clients $clients;"
echo "multicast off $off, when the lifetime is over $later"
