#!/bin/bash
# Tool: containernetworking-plugins 1.1.1 (Debian 12's 1.1.1+ds1-3+b5; 1.9.1 does the same): macvlan, bridge, ptp with
#   host-local and static.
# Behaviour: CNI_ARGS goes to every plugin of a call, and most refuse what is meant for another: `IP=…`, which
#   host-local reads, stops macvlan and bridge, but not ptp; `MAC=…`, which macvlan reads, stops static. With
#   `IgnoreUnknown=1` in front both work.
# Seen: 2026-11-28, exit code for IP: macvlan 1, bridge 1, ptp 0; macvlan with IgnoreUnknown=1: 0 and 192.168.1.205;
#   for MAC with static: 1. `ARGS: unknown args ["IP=192.168.1.205"]`; static with IP 192.168.1.60/24 has two
#   addresses then, .50 and .60
# Why it surprises: each argument is documented with its plugin, and the message does not say which plugin refused it.
#   And the address that is asked for is added to the configured one, it does not replace it.
# For you: a fixed address for one container: write `IgnoreUnknown=1;IP=…`, or use the capability `ips`, which has
#   none of this.
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

  fetch bookworm containernetworking-plugins=1.1.1+ds1-3+b5
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
ip link add s0 link p0 type macvlan mode bridge || skip 'needs macvlan'
ip link del s0
plugins=$work/root/usr/lib/cni
# add NAME TYPE IPAM ARGS: one call of the plugin TYPE for the namespace NAME: its exit code and the addresses there.
add() {
  local code=0
  ip netns add "$1"
  printf '{"cniVersion":"1.0.0","name":"lan","type":"%s","master":"p0","bridge":"cb0","ipam":%s}' "$2" "$3" |
    CNI_COMMAND=ADD CNI_CONTAINERID=$1 CNI_NETNS=/run/netns/$1 CNI_IFNAME=eth0 CNI_PATH=$plugins CNI_ARGS=$4 \
      "$plugins/$2" > "$work/$1" 2>&1 || code=$?
  echo $code $(ip -n "$1" -o -4 addr show | awk '{ print $4 }' | cut -d/ -f1)
}
pool='{"type":"host-local","dataDir":"'$work'/pool","ranges":[[{"subnet":"192.168.1.0/24",
  "rangeStart":"192.168.1.200","rangeEnd":"192.168.1.206"}]]}'
fixed='{"type":"static","addresses":[{"address":"192.168.1.50/24"}]}'
macvlan=$(add a1 macvlan "$pool" IP=192.168.1.205)
bridge=$(add a2 bridge "$pool" IP=192.168.1.204)
ptp=$(add a3 ptp "$pool" IP=192.168.1.203)
ignoring=$(add a4 macvlan "$pool" 'IgnoreUnknown=1;IP=192.168.1.205')
mac=$(add a5 macvlan "$fixed" MAC=02:00:00:00:00:33)
both=$(add a6 macvlan "$fixed" 'IgnoreUnknown=1;IP=192.168.1.60/24')
[ "$macvlan" = 1 ] || differs "macvlan with IP: $macvlan"
grep -qF 'unknown args [\"IP=192.168.1.205\"]' "$work/a1" || differs "macvlan says: $(cat "$work/a1")"
[ "$bridge" = 1 ] || differs "bridge with IP: $bridge"
[ "$ptp" = '0 192.168.1.203' ] || differs "ptp with IP: $ptp"
[ "$ignoring" = '0 192.168.1.205' ] || differs "macvlan with IgnoreUnknown: $ignoring"
[ "$mac" = 1 ] || differs "macvlan with MAC, static: $mac"
[ "$both" = '0 192.168.1.50 192.168.1.60' ] || differs "static with IP: $both"
echo "as stated, exit code and addresses: IP: macvlan $macvlan, bridge $bridge, ptp $ptp, macvlan ignoring $ignoring;"
echo "MAC with static: $mac; static with IP: $both"
