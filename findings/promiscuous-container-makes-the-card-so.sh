#!/bin/bash
# Tool: tcpdump 4.99.3 (Debian 12) in a macvlan container; Linux 6.18.
# Behaviour: while tcpdump runs on a container's eth0, the host's card is in promiscuous mode, which `ip link` does
#   not show on the host (no PROMISC, only `promiscuity` with -d); yet the container is given nobody else's frames for
#   it.
# Seen: 2026-11-28, promiscuity of the parent before, during, after: 1 2 1, flags without PROMISC; of 3 pings from the
#   LAN to the host the container's tcpdump saw 0
# Why it surprises: the capture is in another network namespace, and an unprivileged view of the host has no sign of
#   it; and promiscuous mode is known for its effect on the one who asks for it, who here has none.
# For you: NET_RAW, which every Docker container has, is enough to switch the machine's card. To watch the LAN from a
#   macvlan container one needs a mirror port and mode passthru. The host's kernel log names the container's interface
#   ("eth0: entered promiscuous mode"), not the card.
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
# guest NAME ADDRESS: a namespace in a container's place, its eth0 a macvlan on p0.
guest() {
  ip netns add "$1"
  ip link add link p0 name eth0 netns "$1" type macvlan mode bridge || skip 'needs macvlan'
  ip -n "$1" addr add "$2/24" dev eth0
  ip -n "$1" link set eth0 up
}
export LD_LIBRARY_PATH=$work/root/usr/lib/$(uname -m)-linux-gnu
guest c1 192.168.1.201
count() { ip -d -o link show p0 | sed 's/.*promiscuity \([0-9]*\).*/\1/'; }
flags() { if ip -o link show p0 | grep -q PROMISC; then echo PROMISC; else echo 'without PROMISC'; fi; }
before=$(count)
ip netns exec c1 timeout 20 "$work/root/usr/bin/tcpdump" -Z root -n -l -i eth0 icmp > "$work/seen" 2> "$work/log" &
for _ in $(seq 50); do ! grep -q 'listening on' "$work/log" || break; sleep 0.2; done
grep -q 'listening on' "$work/log" || skip "tcpdump does not start: $(cat "$work/log")"
during=$(count)
word=$(flags)
ip netns exec lan busybox ping -c 3 -W 1 192.168.1.10 > /dev/null || differs 'the LAN does not reach the host'
ip netns exec lan busybox ping -c 1 -W 1 192.168.1.201 > /dev/null || differs 'the LAN does not reach the container'
sleep 1
kill "$(busybox pidof tcpdump)"
wait 2> /dev/null || true
after=$(count)
own=$(grep -c '192.168.1.201' "$work/seen" || true)
others=$(grep ' IP ' "$work/seen" | grep -vc '192.168.1.201' || true)
[ "$own" -gt 0 ] || differs 'tcpdump saw nothing at all'
[ "$before $during $after" = '1 2 1' ] || differs "promiscuity: $before $during $after"
[ "$word" = 'without PROMISC' ] || differs "flags of the parent: $word"
[ "$others" = 0 ] || differs "the container saw $others frames of others: $(cat "$work/seen")"
echo "as stated: promiscuity $before $during $after, flags $word; the container saw $others frames of others"
