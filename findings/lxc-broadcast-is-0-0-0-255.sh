#!/bin/bash
# Tool: LXC 5.0.2 (Debian 12's lxc 1:5.0.2-1+deb12u4). 6.0.4 and 7.0.0 do it right.
# Behaviour: `lxc.net.0.ipv4.address = 192.168.1.200/24` gives the interface the broadcast address 0.0.0.255: the host's
#   part of the mask, without the network. A program that asks the interface for its broadcast address and sends there
#   reaches nobody.
# Seen: 2026-11-29: Bcast:0.0.0.255, no answer of the LAN to a ping to it, an answer to one to 192.168.1.255; with
#   `192.168.1.200/24 192.168.1.255`: Bcast:192.168.1.255, an answer. By veth on a bridge as by macvlan.
# Why it surprises: everything else works, broadcasts to 255.255.255.255 and DHCP included. Discovery, Wake-on-LAN and
#   NetBIOS names find nobody, in a container whose addresses look right.
# For you: write the broadcast address as a second value, or let the container configure itself.
# Needs: root, veth, bridge, macvlan, iproute2, busybox, unshare, apt-get. Exit code: 0 as stated, 1 not so, 2 not
#   tried.
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

  fetch bookworm lxc=1:5.0.2-1+deb12u4 liblxc1=1:5.0.2-1+deb12u4 libapparmor1=3.0.8-3 libseccomp2=2.5.4-1+deb12u1 \
    libcap2=1:2.66-4+deb12u3+b1 busybox-static=1:1.35.0-4+deb12u1+b1
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
ip netns exec lan sh -c 'echo 0 > /proc/sys/net/ipv4/icmp_echo_ignore_broadcasts'
# /sys of this network namespace. LXC needs no control groups here, and is to leave none behind.
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /sys/fs/cgroup
library=$(uname -m)-linux-gnu
export LD_LIBRARY_PATH=$work/root/usr/lib/$library:$work/root/lib/$library
mkdir -p /run/mnt /run/guest/{bin,proc,sys,dev,etc,tmp,run}
cp "$work/root/bin/busybox" /run/guest/bin/busybox
for applet in sh ifconfig ping sed; do ln -s busybox "/run/guest/bin/$applet"; done
# inside TYPE LINK ADDRESS: the interface's broadcast address, and who answers a ping to it and to 192.168.1.255.
inside() {
  cat > /run/web.conf <<CONF
lxc.uts.name = web
lxc.rootfs.path = dir:/run/guest
lxc.rootfs.mount = /run/mnt
lxc.net.0.type = $1
lxc.net.0.link = $2
lxc.net.0.flags = up
lxc.net.0.name = eth0
lxc.net.0.hwaddr = 02:00:00:00:00:06
lxc.net.0.ipv4.address = $3
CONF
  timeout 60 "$work/root/usr/bin/lxc-execute" -n web -P /run/lxc -f /run/web.conf -- /bin/sh -c '
    broadcast=$(ifconfig eth0 | sed -n "s/.*Bcast:\([^ ]*\).*/\1/p")
    echo "$broadcast"
    for address in "$broadcast" 192.168.1.255; do
      ping -c 2 -W 2 "$address" > /dev/null 2>&1 && echo yes || echo no
    done' 2> /run/log > /run/seen || skip "no container: $(cat /run/log)"
  paste -sd ' ' /run/seen
}
alone=$(inside macvlan p0 192.168.1.200/24)
both=$(inside macvlan p0 '192.168.1.200/24 192.168.1.255')
# The same on a bridge, whose port the LAN's cable now is.
ip addr flush dev p0
ip link add br0 type bridge || skip 'needs bridges'
ip link set p0 master br0
ip link set br0 up
veth=$(inside veth br0 192.168.1.200/24)
[ "$alone" = '0.0.0.255 no yes' ] || differs "macvlan: $alone"
[ "$both" = '192.168.1.255 yes yes' ] || differs "macvlan, with the broadcast address: $both"
[ "$veth" = '0.0.0.255 no yes' ] || differs "veth: $veth"
echo "as stated, broadcast address; answer to it, to 192.168.1.255: $alone; written: $both; on a bridge: $veth"
