#!/bin/bash
# Tool: dnsmasq 2.90 (Debian 12's dnsmasq-base 2.90-4~deb12u2) on a host with a macvlan interface ("shim") for its
#   containers.
# Behaviour: with `interface=p0`, p0 being the host's card, macvlan containers that ask the host's own address get no
#   answer; with `bind-interfaces` beside it they do; with `bind-dynamic`, which is meant to be the better
#   bind-interfaces, they do not.
# Seen: 2026-11-28, answers to container and LAN: interface=p0: no yes; with bind-interfaces: yes yes; with
#   bind-dynamic: no yes; listen-address=192.168.1.10: yes yes; no option: yes yes
# Why it surprises: the address is the same, and the socket is open for it. dnsmasq looks at the interface a query
#   came in by, and containers' queries come in by the shim; only plain bind-interfaces leaves that to the kernel,
#   which does not mind.
# For you: Pi-hole in host mode with "respond only on interface eth0" times out for containers of its own host. Use
#   `bind-interfaces`, `listen-address` of the host, or name the shim as a second `interface`.
# Needs: root, Linux with veth and macvlan, iproute2, busybox, unshare, apt-get. Exit code: 0 as stated, 1 not so, 2
#   not tried.
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

  fetch bookworm dnsmasq-base=2.90-4~deb12u2 libnetfilter-conntrack3=1.0.9-3 libnfnetlink0=1.0.2-2 libmnl0=1.0.4-3 \
    libnftables1=1.0.6-2+deb12u2 libnftnl11=1.2.4-2 libjansson4=2.14-2 libdbus-1-3=1.14.10-1~deb12u1 \
    libidn2-0=2.3.3-1+b1 libnettle8=3.8.1-2 libhogweed6=3.8.1-2 libgmp10=2:6.2.1+dfsg1-1.1 libunistring2=1.0-2
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
# guest NAME ADDRESS: a namespace in a container's place, its eth0 a macvlan on p0.
guest() {
  ip netns add "$1"
  ip link add link p0 name eth0 netns "$1" type macvlan mode bridge || skip 'needs macvlan'
  ip -n "$1" addr add "$2/24" dev eth0
  ip -n "$1" link set eth0 up
}
export LD_LIBRARY_PATH=$work/root/usr/lib/$(uname -m)-linux-gnu
guest c1 192.168.1.201
ip link add link p0 name s0 type macvlan mode bridge
echo 1 > /proc/sys/net/ipv4/conf/s0/arp_filter
ip link set s0 up
ip route add 192.168.1.200/29 dev s0 src 192.168.1.10
# asks NAMESPACE: whether the host's dnsmasq answers it.
asks() {
  if timeout 5 ip netns exec "$1" busybox nslookup -type=a x.test 192.168.1.10 2> /dev/null | grep -q 10.1.2.3; then
    echo yes
  else
    echo no
  fi
}
# answered OPTION...: whether the container and the LAN are answered.
answered() {
  local pid seen
  : > "$work/log"
  "$work/root/usr/sbin/dnsmasq" --keep-in-foreground --log-facility=- --conf-file=/dev/null --no-resolv --no-hosts \
    --user=root --address=/x.test/10.1.2.3 "$@" > "$work/log" 2>&1 &
  pid=$!
  for _ in $(seq 20); do ! grep -q started "$work/log" || break; sleep 0.2; done
  grep -q started "$work/log" || skip "dnsmasq does not start: $(cat "$work/log")"
  seen="$(asks c1) $(asks lan)"
  kill "$pid"
  wait "$pid" 2> /dev/null || true
  echo "$seen"
}
plain=$(answered)
named=$(answered --interface=p0)
bound=$(answered --interface=p0 --bind-interfaces)
dynamic=$(answered --interface=p0 --bind-dynamic)
listening=$(answered --listen-address=192.168.1.10)
[ "$plain" = 'yes yes' ] || differs "without options: $plain"
[ "$named" = 'no yes' ] || differs "interface=p0: $named"
[ "$bound" = 'yes yes' ] || differs "with bind-interfaces: $bound"
[ "$dynamic" = 'no yes' ] || differs "with bind-dynamic: $dynamic"
[ "$listening" = 'yes yes' ] || differs "listen-address: $listening"
echo "as stated, container and LAN: interface=p0: $named; bind-interfaces: $bound; bind-dynamic: $dynamic;"
echo "listen-address: $listening; no option: $plain"
