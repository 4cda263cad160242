#!/bin/bash
# Tool: LXC 5.0.2 (Debian 12's lxc 1:5.0.2-1+deb12u4); 6.0.4 and 7.0.0 set the same route.
# Behaviour: `lxc.net.0.ipv4.gateway = auto`, which the manual offers for macvlan and ipvlan as for a bridge, makes the
#   address of the parent interface, which is the host's own, the container's router. A macvlan container cannot reach
#   that address; the container starts without a message.
# Seen: 2026-11-29, parent 192.168.1.10, container 192.168.1.200/24: `default via 192.168.1.10 dev eth0`; the container
#   reaches the LAN's router, not the host, and no address beyond the LAN; with `gateway = 192.168.1.1` it does
# Why it surprises: on a bridge the interface's address is the right router; with macvlan it is the one address of the
#   whole LAN that cannot be.
# For you: write the router's address. A shim does not help here either, unless the host forwards.
# Needs: root, veth, macvlan, iproute2, busybox, unshare, apt-get. Exit code: 0 as stated, 1 not so, 2 not tried.
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
# Beyond the LAN: an address that its router has.
ip -n lan addr add 198.51.100.1/32 dev lo
ip -n lan link set lo up
# /sys of this network namespace. LXC needs no control groups here, and is to leave none behind.
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /sys/fs/cgroup
library=$(uname -m)-linux-gnu
export LD_LIBRARY_PATH=$work/root/usr/lib/$library:$work/root/lib/$library
mkdir -p /run/mnt /run/guest/{bin,proc,sys,dev,etc,tmp,run}
cp "$work/root/bin/busybox" /run/guest/bin/busybox
for applet in sh grep ip ping; do ln -s busybox "/run/guest/bin/$applet"; done
# inside GATEWAY: the route of a container with this gateway, and whom it reaches.
inside() {
  cat > /run/web.conf <<CONF
lxc.uts.name = web
lxc.rootfs.path = dir:/run/guest
lxc.rootfs.mount = /run/mnt
lxc.net.0.type = macvlan
lxc.net.0.macvlan.mode = bridge
lxc.net.0.link = p0
lxc.net.0.flags = up
lxc.net.0.name = eth0
lxc.net.0.hwaddr = 02:00:00:00:00:06
lxc.net.0.ipv4.address = 192.168.1.200/24
lxc.net.0.ipv4.gateway = $1
CONF
  timeout 60 "$work/root/usr/bin/lxc-execute" -n web -P /run/lxc -f /run/web.conf -- /bin/sh -c '
    ip route | grep ^default
    for address in 192.168.1.1 192.168.1.10 198.51.100.1; do
      ping -c 1 -W 2 "$address" > /dev/null 2>&1 && echo yes || echo no
    done' 2> /run/log > /run/seen || skip "no container: $(tail -n 2 /run/log)"
  [ ! -s /run/log ] || differs "it says: $(cat /run/log)"
  paste -sd ' ' /run/seen | tr -s ' '
}
auto=$(inside auto)
written=$(inside 192.168.1.1)
[ "$auto" = 'default via 192.168.1.10 dev eth0 yes no no' ] || differs "auto: $auto"
[ "$written" = 'default via 192.168.1.1 dev eth0 yes no yes' ] || differs "written: $written"
echo "as stated, route; router, host, beyond reached: auto: $auto; with the router's address: $written"
