#!/bin/bash
# Tool: wg-quick of wireguard-tools 1.0.20210914-1+b1 and wireguard-go 0.0.20220316-1+b4 (Debian 12); Linux 6.18.
# Behaviour: with AllowedIPs = 0.0.0.0/0 wg-quick adds its two rules without a priority. The kernel then puts them in
#   front of whatever rule is there: one of priority 100 comes behind 98 and 99. Only one of priority 0 stays in front.
# Seen: 2026-11-28: before up: 100 to 192.168.1.200/29 lookup 77; after: 98 lookup main suppress_prefixlength 0, 99 not
#   fwmark 0xca6c lookup 51820, 100 to 192.168.1.200/29 lookup 77. Host to container: yes, then no.
# Why it surprises: no low number protects: the kernel takes one less than the lowest. And it is not the tunnel that
#   takes the traffic: "main without its default route" has the LAN's own /24, and wins.
# For you: routes to macvlan or ipvlan containers in a table of their own stop working while such a tunnel is up. The
#   same route in the main table goes on, being longer than the LAN's; so does the table with a rule of priority 0.
# Needs: root, veth, macvlan, tun, iproute2, busybox, unshare, apt-get. Exit: 0 as stated, 1 not so, 2 not tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || skip 'needs root'
  for tool in ip busybox unshare apt-get dpkg-deb; do
    command -v "$tool" > /dev/null || skip "needs $tool"
  done
  [ -c /dev/net/tun ] || skip 'needs /dev/net/tun'
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

  fetch bookworm wireguard-tools=1.0.20210914-1+b1 wireguard-go=0.0.20220316-1+b4 \
    nftables=1.0.6-2+deb12u2 libnftables1=1.0.6-2+deb12u2 libnftnl11=1.2.4-2 libjansson4=2.14-2 libmnl0=1.0.4-3
  unshare --net --mount --pid --fork --kill-child --mount-proc -- bash "$0" --inside "$work"
  exit
fi

# The first process of a process namespace: nothing below touches the machine's own network.
[ $$ = 1 ] || exit 2
work=$2
export PATH=$work/root/usr/bin:$work/root/usr/sbin:$PATH LD_LIBRARY_PATH=$work/root/usr/lib/$(uname -m)-linux-gnu
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
ip route add default via 192.168.1.1
ip netns add c1
ip link add link p0 name e0 netns c1 type macvlan mode bridge || skip 'needs macvlan'
ip -n c1 addr add 192.168.1.201/24 dev e0
ip -n c1 link set e0 up
ip link add link p0 name s0 type macvlan mode bridge
echo 1 > /proc/sys/net/ipv4/conf/s0/arp_filter
ip link set s0 up
ip route add 192.168.1.200/29 dev s0 src 192.168.1.10 table 77

umask 077
cat > "$work/wgt.conf" <<END
[Interface]
PrivateKey = $(wg genkey)
Address = 10.99.0.2/32
[Peer]
PublicKey = $(wg genkey | wg pubkey)
AllowedIPs = 0.0.0.0/0
Endpoint = 192.168.1.1:51820
END
tunnel() {
  timeout 60 wg-quick "$1" "$work/wgt.conf" > "$work/log" 2>&1 || skip "wg-quick $1: $(tail -n 3 "$work/log")"
}
# reach: whether the host reaches the container.
reach() { if busybox ping -c 3 -W 1 192.168.1.201 > /dev/null; then echo yes; else echo no; fi; }
# place: how many rules other than `local` come before ours.
place() { ip rule show | grep -v 'lookup local' | grep -n 'lookup 77' | cut -d: -f1; }

ip rule add to 192.168.1.200/29 table 77 priority 100
[ "$(reach) $(place)" = 'yes 1' ] || differs "before the tunnel: $(reach), $(ip rule)"
tunnel up
rules=$(ip rule show | sed -n 's/^\(9[89]\|100\):\t/\1 /p' | tr '\n' ',')
behind="$(reach) $(place)"
ip route add 192.168.1.200/29 dev s0 src 192.168.1.10
main=$(reach)
ip route del 192.168.1.200/29 dev s0
tunnel down
ip rule del table 77

ip rule add to 192.168.1.200/29 table 77 priority 0
tunnel up
front="$(reach) $(place)"
tunnel down
[ "$behind" = 'no 3' ] || differs "with priority 100: $behind, $rules"
[ "$main" = yes ] || differs 'with the route in the main table: no'
[ "$front" = 'yes 1' ] || differs "with priority 0: $front"
echo "as stated: $rules"
echo 'host to container: no; with the route in the main table: yes; with a rule of priority 0: yes'
