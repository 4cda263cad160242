#!/bin/bash
# Tool: arpwatch 2.1a15 (Debian 12's 2.1a15-8+b1), Linux 6.18, on a host with a macvlan shim.
# Behaviour: on the host's own card it reports that the host's address has changed hands, and from then on a "flip flop"
#   whenever host and container look each other up. It does so although the shim has no address and arp_filter=1, so
#   that no such frame is ever on the LAN; there arpwatch reports nothing. A shim with a spare address is quiet.
# Seen: 2026-11-29, reports on 192.168.1.10 by arpwatch on the card, shim without an address: new station, changed
#   ethernet address, flip flop, flip flop; shim with 192.168.1.209/32: new station alone. On the LAN: new station
# Why it surprises: it is the alarm for an address taken over by another machine, raised about its own host, by frames
#   that stay in its own kernel. The MAC address that it names is in no list of the LAN.
# For you: compare the address in the mail with that of the shim (`ip -br link`). Watch the LAN from another machine, or
#   give arpwatch a filter without the shim: `-F 'not ether host …'`.
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

  fetch bookworm arpwatch=2.1a15-8+b1 libpcap0.8=1.10.3-1 libdbus-1-3=1.14.10-1~deb12u1 \
    busybox-static=1:1.35.0-4+deb12u1+b1
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

busybox=$work/root/bin/busybox
library=$(uname -m)-linux-gnu
ip netns add c1
ip link add link p0 name eth0 netns c1 type macvlan mode bridge || skip 'needs macvlan'
ip -n c1 addr add 192.168.1.201/24 dev eth0
ip -n c1 link set eth0 up
ip link add link p0 name s0 type macvlan mode bridge
echo 1 > /proc/sys/net/ipv4/conf/s0/arp_filter
ip link set s0 up
# watch FOLDER INTERFACE FILTER COMMAND...: arpwatch, run by COMMAND, writes its reports into a file instead of mail.
watch() {
  local folder=$1 interface=$2 filter=$3
  shift 3
  mkdir "$folder"
  touch "$folder/arp.dat"
  LD_LIBRARY_PATH=$work/root/usr/lib/$library:$work/root/lib/$library \
    "$@" "$work/root/usr/sbin/arpwatch" -d -i "$interface" -F "$filter" -f "$folder/arp.dat" -u root \
    > "$folder/log" 2>&1 &
}
# meet: the host asks the LAN, then the container the host, twice, each time from the beginning.
meet() {
  for _ in 1 2; do
    ip neigh flush all
    ip -n c1 neigh flush all
    ip -n lan neigh flush all
    "$busybox" ping -c 1 -W 2 192.168.1.1 > /dev/null || differs 'the host does not reach the LAN'
    ip netns exec c1 "$busybox" ping -c 1 -W 2 "$1" > /dev/null || differs "the container does not reach $1"
    sleep 1
  done
}
# reports FOLDER: what was reported about the host's address.
reports() { sed -n 's/^Subject: \(.*\) (192\.168\.1\.10).*/\1/p' "$1/log" | paste -sd ',' | sed 's/,/, /g'; }
ip route add 192.168.1.192/27 dev s0 src 192.168.1.10
watch /run/bare p0 "" env
watch /run/less p0 "not ether host $(ip -br link show dev s0 | awk '{ print $3 }')" env
watch /run/far l0 "" ip netns exec lan
sleep 2
meet 192.168.1.10
bare=$(reports /run/bare)
far=$(reports /run/far)
less=$(reports /run/less)
[ -s /run/bare/log ] || skip 'arpwatch reports nothing'
ip route del 192.168.1.192/27
ip addr add 192.168.1.209/32 dev s0
ip route add 192.168.1.192/27 dev s0 src 192.168.1.209
watch /run/spare p0 "" env
sleep 2
meet 192.168.1.209
spare=$(reports /run/spare)
[ "$bare" = 'new station, changed ethernet address, flip flop, flip flop' ] || differs "shim without address: $bare"
[ "$far" = 'new station' ] || differs "on the LAN: $far"
[ "$less" = 'new station' ] || differs "with a filter: $less"
[ "$spare" = 'new station' ] || differs "shim with an address: $spare"
echo "as stated, reports on the host's address: on its card: $bare; on the LAN: $far; with a filter: $less;" \
  "shim with an address: $spare"
