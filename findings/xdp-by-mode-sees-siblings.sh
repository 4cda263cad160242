#!/bin/bash
# Tool: xdp-filter of xdp-tools 1.3.1 (Debian 12's xdp-tools 1.3.1-1) on Linux 6.18, macvlan in mode bridge.
# Behaviour: an XDP program on the parent in generic mode (`xdp-filter load -m skb`) gets what comes from the LAN, and
#   also the frames between macvlan containers of the host and from the shim to them; in native mode it gets what comes
#   from the LAN alone. So one rule does two things, and which mode a card has is its driver's affair.
# Seen: 2026-11-29, `ip 192.168.1.201 -m dst` dropped; that address reached from the LAN, from a container beside it,
#   from the host by a shim: generic no no no, native no yes yes
# Why it surprises: the modes are said to differ in speed. The frames between siblings never come from the card; on
#   their way they are handed in on the parent, where generic XDP sits.
# For you: filters against the LAN, as of CrowdSec or a script, may cut containers off from each other and the host on
#   one machine and not on another. `ip link show` says `xdpgeneric` or `xdp`. Between siblings native filters nothing.
# Needs: root, Linux with veth, macvlan and BPF, iproute2, busybox, unshare, apt-get. Exit code: 0 as stated, 1 not so,
#   2 not tried.
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

  fetch bookworm xdp-tools=1.3.1-1 libxdp1=1.3.1-1 libbpf1=1:1.1.2-0+deb12u1 libelf1=0.188-2.1
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
library=$work/root/usr/lib/$(uname -m)-linux-gnu
export LD_LIBRARY_PATH=$library LIBXDP_OBJECT_PATH=$work/root/usr/lib/$(uname -m)-linux-gnu/bpf
mount -t bpf bpf /sys/fs/bpf || skip 'needs BPF'
for name in c1 c2; do
  ip netns add "$name"
  ip link add link p0 name eth0 netns "$name" type macvlan mode bridge || skip 'needs macvlan'
  ip -n "$name" link set eth0 up
  ip -n "$name" addr add "192.168.1.20${name#c}/24" dev eth0
done
ip link add link p0 name s0 type macvlan mode bridge
echo 1 > /proc/sys/net/ipv4/conf/s0/arp_filter
ip link set s0 up
ip route add 192.168.1.200/29 dev s0 src 192.168.1.10
# reached COMMAND...: whether c1 answers a ping that COMMAND starts.
reached() {
  if "$@" busybox ping -c 1 -W 2 192.168.1.201 > /dev/null 2>&1; then echo yes; else echo no; fi
}
# all: from the LAN, from the other container, from the host.
all() { echo "$(reached ip netns exec lan) $(reached ip netns exec c2) $(reached env)"; }
# filtered MODE: that, with the rule in this mode.
filtered() {
  local filter=$work/root/usr/sbin/xdp-filter
  "$filter" load -m "$1" p0 > /run/log 2>&1 || skip "xdp-filter: $(tail -n 2 /run/log)"
  "$filter" ip 192.168.1.201 -m dst > /run/log 2>&1 || skip "xdp-filter: $(tail -n 2 /run/log)"
  all
  "$filter" unload p0 > /run/log 2>&1
}
before=$(all)
generic=$(filtered skb)
native=$(filtered native)
[ "$before" = 'yes yes yes' ] || differs "without a filter: $before"
[ "$generic" = 'no no no' ] || differs "generic: $generic"
[ "$native" = 'no yes yes' ] || differs "native: $native"
echo "as stated, reached from the LAN, a container, the host: no filter $before; generic $generic; native $native"
