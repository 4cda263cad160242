#!/bin/bash
# Tool: arping of iputils 20221126 and arping 2.23 by Habets (Debian 12's iputils-arping and arping), arping of
#   BusyBox.
# Behaviour: `arping -D -c 2 -I eth0 ADDRESS`, the usual check whether an address is free, exits 0 for a free one with
#   iputils and BusyBox, and for a taken one with Debian's package `arping`, where -D is about how answers are shown.
#   On an interface without an address, as a macvlan shim may be, the latter does not start, the others ask.
# Seen: 2026-11-29: exit code for a container's address, for a free one, on a shim with a link-local address: iputils
#   1 0, BusyBox 1 0, arping 2.23: 0 1; on a shim without one: iputils 1 0, BusyBox 1 0, arping 2.23: 1 1
# Why it surprises: the same command, the same options, both accepted, the opposite answer; and with an interface that
#   has no address the failure is a 1 as well, which there means free.
# For you: a script that picks an address by it gives out those that are taken, after `apt-get install arping`. Look
#   for `arping -V` of iputils, or grep for "reply from".
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

  fetch bookworm arping=2.23-1 iputils-arping=3:20221126-1+deb12u1 libnet1=1.1.6+dfsg-3.2 \
    libpcap0.8=1.10.3-1 libdbus-1-3=1.14.10-1~deb12u1 libseccomp2=2.5.4-1+deb12u1 \
    libcap2=1:2.66-4+deb12u3+b1
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

library=$(uname -m)-linux-gnu
export LD_LIBRARY_PATH=$work/root/usr/lib/$library:$work/root/lib/$library
ip netns add c1
ip link add link p0 name eth0 netns c1 type macvlan mode bridge || skip 'needs macvlan'
ip -n c1 addr add 192.168.1.201/24 dev eth0
ip -n c1 link set eth0 up
ip link add link p0 name s0 type macvlan mode bridge
echo 1 > /proc/sys/net/ipv4/conf/s0/arp_filter
ip link set s0 up
# free COMMAND...: the exit codes of `COMMAND -D` for an address that is taken and for one that is free.
free() {
  local address code seen=()
  for address in 192.168.1.201 192.168.1.203; do
    code=0
    timeout 20 "$@" -D -c 2 -I s0 "$address" > "$work/log" 2>&1 || code=$?
    [ "$code" -lt 124 ] || skip "$1 does not run here: $(head -n 1 "$work/log")"
    seen+=("$code")
  done
  echo "${seen[*]}"
}
all() { echo "$(free "$work/root/usr/bin/arping"), $(free busybox arping), $(free "$work/root/usr/sbin/arping")"; }
bare=$(all)
ip addr add 169.254.7.7/32 dev s0 scope link
with=$(all)
[ "$with" = '1 0, 1 0, 0 1' ] || differs "with an address on the shim: $with; $(cat "$work/log")"
[ "$bare" = '1 0, 1 0, 1 1' ] || differs "without one: $bare; $(cat "$work/log")"
echo "as stated, iputils, BusyBox, arping by Habets, for a taken and a free address: $with; shim without address: $bare"
