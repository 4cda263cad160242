#!/bin/bash
# Tool: keepalived 1:2.2.7-1+b2 (Debian 12), `use_vmac`, on Linux 6.18.
# Behaviour: the virtual address answers the LAN, but not the macvlan containers of the same host: keepalived's own
#   macvlan, vrrp.51, is in mode private. Where the host has a macvlan shim for them they do reach it, by the shim's
#   MAC.
# Seen: 2026-11-28: LAN to 192.168.1.100 yes, container no, with a shim yes (neighbour: the shim's MAC, not
#   00:00:5e:00:01:33); after keepalived has stopped: arp_filter 1 and arp_ignore 1 on the parent, 0 and 0 before.
# Why it surprises: macvlan interfaces of one parent usually reach each other, and the mode is not asked for anywhere.
#   The settings of the parent stay when keepalived goes.
# For you: a virtual router, DNS or database address that a host may hold is out of reach for its own containers exactly
#   while this host is master. A shim mends it.
# Needs: root, veth, macvlan, iproute2, busybox, unshare, apt-get. Exit code: 0 as stated, 1 not so, 2 not tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || skip 'needs root'
  for tool in ip busybox unshare apt-get dpkg-deb; do
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

  fetch bookworm keepalived=1:2.2.7-1+b2 libnl-3-200=3.7.0-0.2+b1 libnl-genl-3-200=3.7.0-0.2+b1 \
    libnl-route-3-200=3.7.0-0.2+b1 libsnmp40=5.9.3+dfsg-2+deb12u1 libip4tc2=1.8.9-2 libpci3=1:3.9.0-4 \
    libwrap0=7.6.q-32 libsensors5=1:3.6.0-7.1 libnftnl11=1.2.4-2 libmnl0=1.0.4-3 libperl5.36=5.36.0-7+deb12u3
  unshare --net --mount --pid --fork --kill-child --mount-proc -- bash "$0" --inside "$work"
  exit
fi

# The first process of a process namespace: nothing below touches the machine's own network.
[ $$ = 1 ] || exit 2
work=$2
library=$(uname -m)-linux-gnu
export LD_LIBRARY_PATH=$work/root/usr/lib/$library:$work/root/lib/$library
keepalived=$work/root/usr/sbin/keepalived
"$keepalived" --version > "$work/log" 2>&1 || skip "keepalived does not run here: $(head -n 1 "$work/log")"
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
ip netns add c1
ip link add link p0 name e0 netns c1 type macvlan mode bridge || skip 'needs macvlan'
ip -n c1 addr add 192.168.1.201/24 dev e0
ip -n c1 link set e0 up
cat > /run/keepalived.conf <<'END'
vrrp_instance V {
  state MASTER
  interface p0
  virtual_router_id 51
  priority 200
  use_vmac
  virtual_ipaddress {
    192.168.1.100/24
  }
}
END
reach() { if ip netns exec "$1" busybox ping -c 3 -W 1 "$2" > /dev/null; then echo yes; else echo no; fi; }
settings() { cat /proc/sys/net/ipv4/conf/p0/{arp_filter,arp_ignore} | tr '\n' ' '; }
before=$(settings)
"$keepalived" --dont-fork --log-console --use-file /run/keepalived.conf --pid /run/k.pid --vrrp_pid /run/v.pid \
  > "$work/log" 2>&1 &
pid=$!
for _ in $(seq 100); do ! ip addr show vrrp.51 2> /dev/null | grep -q 192.168.1.100 || break; sleep 0.3; done
mode=$(ip -d link show vrrp.51 2> /dev/null | grep -o 'macvlan mode [a-z]*') ||
  skip "no vrrp.51: $(tail -n 2 "$work/log")"
[ "$mode" = 'macvlan mode private' ] || differs "$mode"
without="$(reach lan 192.168.1.100) $(reach c1 192.168.1.100)"
ip link add link p0 name s0 type macvlan mode bridge
echo 1 > /proc/sys/net/ipv4/conf/s0/arp_filter
ip link set s0 up
ip route add 192.168.1.200/29 dev s0 src 192.168.1.10
ip -n c1 neigh flush all
with="$(reach lan 192.168.1.100) $(reach c1 192.168.1.100)"
shim=$(ip -o link show s0 | sed 's/.*ether \([^ ]*\).*/\1/')
neighbour=$(ip -n c1 neigh show 192.168.1.100 | sed 's/.*lladdr \([^ ]*\).*/\1/')
kill "$pid"
wait "$pid" || true
[ "$without" = 'yes no' ] || differs "without a shim, LAN and container: $without"
[ "$with" = 'yes yes' ] || differs "with a shim, LAN and container: $with"
[ "$neighbour" = "$shim" ] || differs "the container has $neighbour for the address, the shim is $shim"
[ "$before" = '0 0 ' ] && [ "$(settings)" = '1 1 ' ] || differs "arp_filter, arp_ignore: $before, then $(settings)"
echo "as stated: $mode; LAN and container: $without, with a shim $with; arp_filter and arp_ignore stay 1"
