#!/bin/bash
# Tool: dnsmasq 2.90 (Debian 12's dnsmasq-base 2.90-4~deb12u2) with `enable-ra`, radvd 2.19 (1:2.19-1+b1), Linux 6.18.
# Behaviour: where the machine that advertises itself does not forward IPv6, as in a container, the others take it as
#   their router and lose it again: asked for its MAC address, its kernel answers without the router flag, upon which
#   theirs delete every route that came with its advertisements. The next advertisement brings them back.
# Seen: 2026-11-30, seconds from the first packet to the router until the default route is gone: both 5 or 6;
#   dnsmasq with forwarding on: still there after 30. radvd logs "IPv6 forwarding seems to be disabled, but
#   continuing anyway", dnsmasq nothing
# Why it surprises: at every start the route is there, with a lifetime of half an hour, and the network works for five
#   seconds from the first use on; it works again for a while every few minutes.
# For you: in a container that advertises (Pi-hole, a Thread border router) set `sysctls:
#   net.ipv6.conf.all.forwarding: 1`, or advertise no router: `ra-param=eth0,60,0`, `AdvDefaultLifetime 0`.
# Needs: root, veth, iproute2, unshare, apt-get. Exit code: 0 as stated, 1 not so, 2 not tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || skip 'needs root'
  for tool in ip sysctl unshare apt-get dpkg-deb; do
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

  fetch bookworm dnsmasq-base=2.90-4~deb12u2 radvd=1:2.19-1+b1 busybox-static=1:1.35.0-4+deb12u1+b1
  unshare --net --mount --pid --fork --kill-child --mount-proc -- bash "$0" --inside "$work"
  exit
fi

# The first process of a process namespace: nothing below touches the machine's own network.
[ $$ = 1 ] || exit 2
work=$2
mount -t tmpfs tmpfs /run
mkdir /run/netns
mount -t sysfs sysfs /sys
ip link set lo up
prefix=fd00:213::

# lasts PROGRAM FORWARDING: how many seconds this machine keeps the default route once it has spoken to the router.
lasts() {
  local program=$1 forwarding=$2 pid route router second
  ip netns add lan
  ip link add p0 type veth peer name l0 netns lan || skip 'needs veth and named network namespaces'
  sysctl -qw net.ipv6.conf.p0.accept_ra=2
  ip netns exec lan sysctl -qw "net.ipv6.conf.all.forwarding=$forwarding"
  ip -n lan addr add "${prefix}1/64" dev l0 nodad
  ip -n lan link set l0 up
  ip link set p0 up
  if [ "$program" = dnsmasq ]; then
    ip netns exec lan "$work/root/usr/sbin/dnsmasq" --keep-in-foreground --conf-file=/dev/null --port=0 --user=root \
      --log-facility=- --interface=l0 --enable-ra "--dhcp-range=$prefix,ra-only,64" > "$work/log" 2>&1 &
  else
    echo "interface l0 { AdvSendAdvert on; MinRtrAdvInterval 400; MaxRtrAdvInterval 600; prefix $prefix/64 {}; };" \
      > /run/radvd.conf
    ip netns exec lan "$work/root/usr/sbin/radvd" -n -u root -C /run/radvd.conf -m stderr -p /run/radvd.pid \
      > "$work/log" 2>&1 &
  fi
  pid=$!
  for _ in $(seq 100); do
    route=$(ip -6 route show default dev p0)
    [ -z "$route" ] || break
    sleep 0.2
  done
  [ -n "$route" ] || skip "$program does not advertise: $(cat "$work/log")"
  # Also what it sends at its start, a few in a row.
  sleep 50
  [ -n "$(ip -6 route show default dev p0)" ] || skip 'the route has gone before it was used'
  router=$(echo "$route" | cut -d ' ' -f 3)
  "$work/root/bin/busybox" ping -6 -c 1 -W 2 -I p0 "$router" > /dev/null || skip 'the router does not answer'
  for second in $(seq 30); do
    sleep 1
    [ -n "$(ip -6 route show default dev p0)" ] || break
  done
  kill "$pid"
  wait "$pid" 2> /dev/null || true
  if [ -n "$(ip -6 route show default dev p0)" ]; then echo "more than $second"; else echo "$second"; fi
  ip link del p0
  ip netns del lan
}

silent=$(lasts dnsmasq 0)
! grep -q -i forward "$work/log" || differs "dnsmasq says: $(grep -i forward "$work/log")"
routing=$(lasts dnsmasq 1)
other=$(lasts radvd 0)
grep -q 'forwarding seems to be disabled' "$work/log" || differs "radvd says: $(cat "$work/log")"
[[ $silent =~ ^[0-9]+$ && $other =~ ^[0-9]+$ ]] || differs "without forwarding: dnsmasq $silent, radvd $other"
[ "$routing" = 'more than 30' ] || differs "with forwarding: $routing"
echo "as stated, seconds until the route is gone: dnsmasq $silent, radvd $other; with forwarding $routing"
