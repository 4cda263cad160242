#!/bin/bash
# Tool: netplan 0.106 (Debian 12's netplan.io 0.106-2+deb12u1). 1.1.2 (Debian 13) does the same.
# Behaviour: `netplan set KEY=[…]` adds to the list that is there; `[]` leaves it as it is, `null` alone empties it. A
#   value that is no list is replaced. With routes this makes a second default route, a warning, and exit code 0.
# Seen: 2026-11-30: addresses 192.168.1.10 and, set to 192.168.1.11, both; nameservers both, the old one first; after
#   `addresses=[]` the same; after `addresses=null` and set again 192.168.1.11 alone
# Why it surprises: the manual page has `ethernets.eth0.addresses=[1.2.3.4/24, 5.6.7.8/24]` as its example for a value,
#   and `dhcp4=true` or `macaddress=…` do replace. After `netplan apply` the new address works, so all looks right; the
#   host goes on having the old one.
# For you: `netplan set KEY=null` first, when a host or its DNS server moves; `netplan get` before `apply`. An address
#   that a host has left so is not free for a container.
# Needs: Debian 12 with its python3, apt-get. Exit code: 0 as stated, 1 not so, 2 not tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

for tool in apt-get dpkg-deb; do
  command -v "$tool" > /dev/null || skip "needs $tool"
done
/usr/bin/python3 -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || skip 'needs python3 3.11 of Debian 12'
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

fetch bookworm netplan.io=0.106-2+deb12u1 libnetplan0=0.106-2+deb12u1 libyaml-0-2=0.2.5-1 \
  libglib2.0-0=2.74.6-2+deb12u9 libdbus-1-3=1.14.10-1~deb12u1 python3-netifaces=0.11.0-2+b1 python3-yaml=6.0-3+b2 \
  python3-dbus=1.3.2-4+b1 python3-rich=13.3.1-1 python3-pygments=2.14.0+dfsg-1 python3-markdown-it=2.1.0-5 \
  python3-mdurl=0.1.2-1
library=$(uname -m)-linux-gnu
# netplan ARGUMENT...: the command, on the files below $work/host. It looks for its library by the linker's cache, which
# does not know this folder.
netplan() {
  LD_LIBRARY_PATH=$work/root/usr/lib/$library:$work/root/lib/$library PYTHONDONTWRITEBYTECODE=1 \
    PYTHONPATH=$work/root/usr/share/netplan:$work/root/usr/lib/python3/dist-packages /usr/bin/python3 -c '
import ctypes.util, sys
ctypes.util.find_library = lambda name: "libnetplan.so.0.0"
from netplan import Netplan
sys.argv[0] = "netplan"
Netplan().main()' "$@" --root-dir "$work/host" 2> "$work/log" || differs "netplan $*: $(cat "$work/log")"
}
# list KEY: what netplan has for it, in one line.
list() { netplan get "ethernets.eth0.$1" | sed -n 's/^ *\(- \)*\(via: \)*"*\([0-9][0-9./]*\).*/\3/p' | paste -sd ' '; }
mkdir -p "$work/host/etc/netplan"
cat > "$work/host/etc/netplan/lan.yaml" <<'YAML'
network:
  version: 2
  ethernets:
    eth0:
      addresses: [192.168.1.10/24]
      macaddress: 02:00:00:00:00:01
      nameservers: {addresses: [192.168.1.1]}
      routes: [{to: default, via: 192.168.1.1}]
YAML
chmod 600 "$work/host/etc/netplan/lan.yaml"
netplan set 'ethernets.eth0.addresses=[192.168.1.11/24]'
netplan set 'ethernets.eth0.nameservers.addresses=[192.168.1.53]'
netplan set 'ethernets.eth0.macaddress=02:00:00:00:00:02'
addresses=$(list addresses)
servers=$(list nameservers.addresses)
mac=$(netplan get ethernets.eth0.macaddress)
netplan set 'ethernets.eth0.addresses=[]'
emptied=$(list addresses)
netplan set 'ethernets.eth0.addresses=null'
netplan set 'ethernets.eth0.addresses=[192.168.1.11/24]'
anew=$(list addresses)
netplan set 'ethernets.eth0.routes=[{to: default, via: 192.168.1.254}]'
grep -q 'Conflicting default route' "$work/log" || differs "routes: $(cat "$work/log")"
routes=$(list routes)
[ "$addresses" = '192.168.1.10/24 192.168.1.11/24' ] || differs "addresses: $addresses"
[ "$servers" = '192.168.1.1 192.168.1.53' ] || differs "nameservers: $servers"
[ "$mac" = '"02:00:00:00:00:02"' ] || differs "macaddress: $mac"
[ "$emptied" = '192.168.1.10/24 192.168.1.11/24' ] || differs "addresses=[]: $emptied"
[ "$anew" = 192.168.1.11/24 ] || differs "addresses=null: $anew"
[ "$routes" = '192.168.1.1 192.168.1.254' ] || differs "routes: $routes"
echo "as stated: addresses $addresses, servers $servers, routers $routes; after []: $emptied; after null: $anew"
