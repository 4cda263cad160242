#!/bin/bash
# Tool: Linux 6.18 (macvlan mode `source`), tcpdump 4.99.3 (Debian 12).
# Behaviour: an interface in mode source with one MAC address in its list gets a copy of every frame that this machine
#   sends to *anyone* on the parent, the host included, without promiscuous mode; the host gets them all the same.
# Seen: 2026-11-28: two pings from the LAN to the host: seen on the container's interface: 2, answered by the host:
#   yes; with the list empty: 0 and the container is reached by nobody
# Why it surprises: the manual page speaks of a list of allowed senders, a filter; it is a tap as well.
# For you: it is not a safer mode bridge. A container in it sees what its listed peers send to the host and to other
#   containers. The flag `nodst` is about the reverse: it stops frames from going on to the host.
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

  fetch bookworm tcpdump=4.99.3-1 libpcap0.8=1.10.3-1 libdbus-1-3=1.14.10-1~deb12u1
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
export LD_LIBRARY_PATH=$work/root/usr/lib/$(uname -m)-linux-gnu
ip netns add c1
ip link add link p0 name eth0 netns c1 type macvlan mode source || skip 'needs macvlan'
ip -n c1 addr add 192.168.1.201/24 dev eth0
ip -n c1 link set eth0 up
# reach NAMESPACE ADDRESS
reach() { if ip netns exec "$1" busybox ping -c 2 -W 1 "$2" > /dev/null; then echo yes; else echo no; fi; }
# seen: how many of two pings from the LAN to the host come in at the container, and whether they are answered.
seen() {
  local pid answered
  : > "$work/log"
  ip netns exec c1 timeout 30 "$work/root/usr/bin/tcpdump" -Z root -n -l -p -i eth0 icmp > "$work/seen" 2> "$work/log" &
  pid=$!
  for _ in $(seq 50); do ! grep -q 'listening on' "$work/log" || break; sleep 0.2; done
  grep -q 'listening on' "$work/log" || skip "tcpdump does not start: $(cat "$work/log")"
  answered=$(reach lan 192.168.1.10)
  sleep 1
  kill "$(busybox pidof tcpdump)"
  wait "$pid" 2> /dev/null || true
  echo "$(grep -c '192.168.1.1 > 192.168.1.10: ICMP echo request' "$work/seen" || true) $answered"
}
empty="$(seen) $(reach c1 192.168.1.1)"
ip -n c1 link set eth0 type macvlan macaddr add "$(ip -n lan -o link show l0 | sed 's/.*ether \([^ ]*\).*/\1/')"
listed="$(seen) $(reach c1 192.168.1.1)"
[ "$empty" = '0 yes no' ] || differs "with an empty list: $empty"
[ "$listed" = '2 yes yes' ] || differs "with the LAN's address: $listed"
echo "as stated, seen, answered by the host, container reaches the LAN: empty list: $empty; with the address: $listed"
