#!/bin/bash
# Tool: ifupdown2 3.0.0 (Debian 12's ifupdown2 3.0.0-1.1), which Proxmox configures its network with.
# Behaviour: an IPv4 address that a `pre-up` command of a stanza has given the interface is taken away before the first
#   `up` command, since the stanza does not name it; exit code 0, no message. What an `up` command gives stays, and so
#   do routes, and link-local addresses. `ifreload -a` runs the same commands again with nothing changed: addresses of
#   either kind go, and those of `up` come back.
# Seen: 2026-11-30, after `ifup -a`, addresses of a macvlan shim whose stanza gives it one in pre-up, 192.168.1.222,
#   and one in up, .223: .223; an address added by hand, .224, after `ifreload -a`: gone. ifupdown 0.8.41: .222 and
#   .223.
# Why it surprises: ifupdown runs the same file and leaves all addresses. The shim comes up, its routes are there, and
#   what leaves by it has another address of the host, or none: a firewall or a container that knows .222 says no.
# For you: addresses in `up` lines, or as `address` of the stanza, not in `pre-up`; none by hand on an interface that
#   has a stanza.
# Needs: root, Linux with veth and macvlan, iproute2, python3, unshare, apt-get. Exit code: 0 as stated, 1 not so, 2
#   not tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || skip 'needs root'
  for tool in ip python3 unshare apt-get dpkg-deb; do
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

  fetch bookworm ifupdown2=3.0.0-1.1
  mv "$work/root" "$work/new"
  fetch bookworm ifupdown=0.8.41
  unshare --net --mount --pid --fork --kill-child --mount-proc -- bash "$0" --inside "$work"
  exit
fi

# The first process of a process namespace: nothing below touches the machine's own network.
[ $$ = 1 ] || exit 2
work=$2
mount -t tmpfs tmpfs /run
mount -t sysfs sysfs /sys
mkdir -p /run/netns /run/network
cp -r "$work/new/etc/network" /run/files
# Nothing of the machine's own configuration.
mount -t tmpfs tmpfs /etc
cp -r /run/files /etc/network
mkdir /etc/network/if-{pre-up,up,down,post-down}.d
ip link set lo up
ip netns add lan
ip link add eth0 type veth peer name l0 netns lan || skip 'needs veth and named network namespaces'
ip -n lan link set l0 up
cat > /etc/network/interfaces <<'STANZAS'
auto lo
iface lo inet loopback

auto eth0
iface eth0 inet static
    address 192.168.1.10/24

auto shim
iface shim inet manual
    pre-up ip link add link eth0 name shim type macvlan mode bridge
    pre-up ip addr add 169.254.7.7/32 dev shim scope link
    pre-up ip addr add 192.168.1.222/32 dev shim
    up ip link set dev shim up
    up ip addr add 192.168.1.223/32 dev shim
    up ip route add 192.168.1.192/28 dev shim
    post-down ip link del dev shim
STANZAS
# run COMMAND ARGUMENT...: a command of ifupdown2.
run() {
  PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$work/new/usr/share:$work/new/usr/share/ifupdown2 python3 -c '
import sys
from ifupdown2.__main__ import main
sys.argv = sys.argv[1:]
sys.exit(main())' "$@" > /run/log 2>&1 || differs "$*: $(cat /run/log)"
}
# addresses: those of the shim, sorted.
addresses() { ip -4 -o addr show dev shim | sed 's/.* inet \([^/]*\).*/\1/' | sort | paste -sd ' '; }
run ifup -a
[ ! -s /run/log ] || differs "ifup says: $(cat /run/log)"
new=$(addresses)
ip addr add 192.168.1.224/32 dev shim
run ifreload -a
reloaded=$(addresses)
ip route show 192.168.1.192/28 | grep -q 'dev shim' || differs 'the route is gone'
ip link del shim
ip addr flush dev eth0
ip link set eth0 down
"$work/root/sbin/ifup" -a -i /etc/network/interfaces > /run/log 2>&1 || differs "ifup of ifupdown: $(cat /run/log)"
old=$(addresses)
[ "$new" = '169.254.7.7 192.168.1.223' ] || differs "ifupdown2: $new"
[ "$reloaded" = '169.254.7.7 192.168.1.223' ] || differs "reloaded: $reloaded"
[ "$old" = '169.254.7.7 192.168.1.222 192.168.1.223' ] || differs "ifupdown: $old"
echo "as stated, addresses: ifupdown2 $new; with one by hand, reloaded: $reloaded; ifupdown $old"
