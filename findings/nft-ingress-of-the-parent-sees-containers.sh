#!/bin/bash
# Tool: nftables 1.0.6-2+deb12u2 (Debian 12) on Linux 6.18.
# Behaviour: the host's IP hooks (prerouting, input, forward, all `policy drop`) see nothing of macvlan containers, but
#   the `netdev` ingress hook of the *parent* does: what comes from the LAN, and also what goes from one container to
#   another and from the host's shim to a container. The egress hook sees what goes out to the LAN, and only that.
# Seen: 2026-11-28, reach of c1's ping, LAN to c1 | c2 to c1 | shim to c1 | c1 to LAN: policy drop: yes yes no yes;
#   ingress drop for c1: no no no yes; egress drop: yes yes yes no
# Why it surprises: "macvlan passes the host's firewall by" is only true of the IP hooks; and between two containers,
#   which need no wire, the packet still passes the ingress of an interface that it never came in by.
# For you: containers on the LAN can be filtered on the host, by a chain of `type filter hook ingress device "eth0"`,
#   and a rule for "from the LAN" there also hits neighbours on the same host. There is no connection tracking in it.
# Needs: root, veth, macvlan, nf_tables, iproute2, busybox, unshare, apt-get. Exit: 0 as stated, 1 not so, 2 not tried.
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

  fetch bookworm nftables=1.0.6-2+deb12u2 libnftables1=1.0.6-2+deb12u2 libnftnl11=1.2.4-2 libjansson4=2.14-2 \
    libmnl0=1.0.4-3
  unshare --net --mount --pid --fork --kill-child --mount-proc -- bash "$0" --inside "$work"
  exit
fi

# The first process of a process namespace: nothing below touches the machine's own network.
[ $$ = 1 ] || exit 2
work=$2
export PATH=$work/root/usr/sbin:$PATH LD_LIBRARY_PATH=$work/root/usr/lib/$(uname -m)-linux-gnu
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
for n in 1 2; do
  ip netns add "c$n"
  ip link add link p0 name e0 netns "c$n" type macvlan mode bridge || skip 'needs macvlan'
  ip -n "c$n" addr add "192.168.1.20$n/24" dev e0
  ip -n "c$n" link set e0 up
done
ip link add link p0 name s0 type macvlan mode bridge
echo 1 > /proc/sys/net/ipv4/conf/s0/arp_filter
ip link set s0 up
ip route add 192.168.1.200/29 dev s0 src 192.168.1.10

# reach [NAMESPACE] ADDRESS
reach() {
  local from=()
  [ $# = 1 ] || from=(ip netns exec "$1")
  if "${from[@]}" busybox ping -c 2 -W 1 "${@: -1}" > /dev/null; then printf 'yes '; else printf 'no '; fi
}
# all: LAN to c1, c2 to c1, shim to c1, c1 to LAN.
all() { reach lan 192.168.1.201; reach c2 192.168.1.201; reach 192.168.1.201; reach c1 192.168.1.1; }
# dropping RULESET: `all` with it.
dropping() {
  nft -f - <<< "$1" || skip 'needs nf_tables with the netdev family'
  all
  nft flush ruleset
}
open=$(all)
[ "$open" = 'yes yes yes yes ' ] || differs "without rules: $open"
ip_hooks=$(dropping 'table inet t {
  chain a { type filter hook prerouting priority -300; policy drop; }
  chain b { type filter hook input priority 0; policy drop; }
  chain c { type filter hook forward priority 0; policy drop; }
}')
[ "$ip_hooks" = 'yes yes no yes ' ] || differs "IP hooks: $ip_hooks"
ingress=$(dropping 'table netdev t {
  chain a { type filter hook ingress device "p0" priority 0; ip daddr 192.168.1.201 icmp type echo-request drop; }
}')
[ "$ingress" = 'no no no yes ' ] || differs "ingress of the parent: $ingress"
egress=$(dropping 'table netdev t {
  chain a { type filter hook egress device "p0" priority 0; ip saddr 192.168.1.0/24 icmp type echo-request drop; }
}')
[ "$egress" = 'yes yes yes no ' ] || differs "egress of the parent: $egress"
echo "as stated: LAN to c1, c2 to c1, shim to c1, c1 to LAN: IP hooks $ip_hooks; ingress $ingress; egress $egress"
