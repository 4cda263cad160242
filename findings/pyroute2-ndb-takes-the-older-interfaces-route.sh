#!/bin/bash
# Tool: NDB of pyroute2 0.7.2 (Debian 12's python3-pyroute2 0.7.2-2) and 0.8.1 (0.8.1-9), Linux's netlink in Python.
# Behaviour: `ndb.routes["192.168.1.192/27"]`, where two routes have that destination, is the one of the interface with
#   the smallest number, whatever the metrics; `ndb.routes["default"]`, too. `remove()` removes that one.
# Seen: 2026-11-29, p0 older than s0, metric of the route of p0 and of s0, interface taken: 50, 0: p0; 0, 50: p0;
#   default 600, 100: p0. The kernel takes s0, p0, s0
# Why it surprises: the metric is what tells two such routes apart, and nothing says that there is a second one. On a
#   laptop the answer is the Wi-Fi's route, or the cable's, by which of them the kernel found first.
# For you: name the interface or the metric: `ndb.routes[{"dst": "default", "oif": …}]`. A range that has a shim's route
#   and, as a spare, one by the card, with a metric, has the card's to NDB, whose removal leaves the shim's.
# Needs: root, veth, macvlan, iproute2, unshare, Python 3, apt-get. Exit code: 0 as stated, 1 not so, 2 not tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || skip 'needs root'
  for tool in ip unshare python3 apt-get dpkg-deb; do
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

  for package in 'bookworm python3-pyroute2=0.7.2-2' 'sid python3-pyroute2=0.8.1-9'; do
    read -ra words <<< "$package"
    fetch "${words[@]}"
    mv "$work/root" "$work/${words[0]}"
  done
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

ip link add link p0 name s0 type macvlan mode bridge || skip 'needs macvlan'
ip link set s0 up
cat > /run/taken.py <<'PYTHON'
import logging
import sys
from pyroute2 import NDB
logging.disable(logging.CRITICAL)
ndb = NDB()
names = {link["index"]: link["ifname"] for link in ndb.interfaces.dump()}
print(names[ndb.routes[sys.argv[1]]["oif"]])
PYTHON
# taken DESTINATION METRIC METRIC: the interface by NDB 0.7.2, by NDB 0.8.1, and by the kernel.
taken() {
  local suite seen=() address=192.168.1.200
  [ "$1" != default ] || address=198.51.100.1
  ip route add "$1" dev p0 src 192.168.1.10 metric "$2"
  ip route add "$1" dev s0 src 192.168.1.10 metric "$3"
  for suite in bookworm sid; do
    seen+=("$(PYTHONPATH=$work/$suite/usr/lib/python3/dist-packages timeout 60 python3 -W ignore /run/taken.py "$1")")
    [ -n "${seen[-1]}" ] ||
      skip "pyroute2 of $suite does not run here"
  done
  seen+=("$(ip route get "$address" | sed -n 's/.* dev \([^ ]*\).*/\1/p')")
  ip route del "$1" dev p0
  ip route del "$1" dev s0
  echo "${seen[*]}"
}
spare=$(taken 192.168.1.192/27 50 0)
first=$(taken 192.168.1.192/27 0 50)
default=$(taken default 600 100)
[ "$spare" = 'p0 p0 s0' ] || differs "metrics 50 and 0: $spare"
[ "$first" = 'p0 p0 p0' ] || differs "metrics 0 and 50: $first"
[ "$default" = 'p0 p0 s0' ] || differs "default route, 600 and 100: $default"
ip route add 192.168.1.192/27 dev p0 metric 50
ip route add 192.168.1.192/27 dev s0
PYTHONPATH=$work/bookworm/usr/lib/python3/dist-packages timeout 60 python3 -W ignore -c '
import logging
from pyroute2 import NDB
logging.disable(logging.CRITICAL)
NDB().routes["192.168.1.192/27"].remove().commit()' || differs 'it does not remove the route'
left=$(ip route show 192.168.1.192/27 | grep -o 'dev [^ ]*' | paste -sd ' ')
[ "$left" = 'dev s0' ] || differs "left after remove(): $left"
echo "as stated, NDB 0.7.2, 0.8.1, kernel: metrics 50 and 0: $spare; 0 and 50: $first; default 600 and 100: $default"
