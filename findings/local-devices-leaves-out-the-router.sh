#!/bin/bash
# Tool: local-devices 4.0.0 (npm), with arp of net-tools 2.10 (Debian 12's net-tools 2.10-0.1+deb12u2).
# Behaviour: asked for all devices it never names the first and last address of a network, where routers are: of a
#   /24 not .1 and not .254. Asked for the first alone it says undefined. With a range that is written out it names
#   both. Each is in the kernel's table all the while.
# Seen: 2026-11-29, known to the kernel: .1, .2, .100, .253, .254. All devices: .2, .100, .253; 192.168.1.1: undefined;
#   192.168.1.1-192.168.1.254 and 192.168.1.0/24: all five
# Why it surprises: what a network map needs first is what is missing; and the same call with the network's own range
#   is complete.
# For you: give it the range. That also keeps it off the /16 networks of Docker's bridges, gone through otherwise.
# Needs: root, veth, iproute2, Node, npm, unshare, apt-get. Exit code: 0 as stated, 1 not so, 2 not tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || skip 'needs root'
  for tool in ip node npm unshare apt-get dpkg-deb; do
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

  fetch bookworm net-tools=2.10-0.1+deb12u2
  (cd "$work" && npm install --no-save --no-audit --no-fund --silent local-devices@4.0.0) ||
    skip 'local-devices@4.0.0 cannot be had'
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
cd "$work"
for host in 1 2 100 253 254; do
  ip neigh replace "192.168.1.$host" lladdr "$(printf '02:00:00:00:00:%02x' "$host")" dev p0 nud permanent
done
# found OPTIONS: the last numbers of the addresses that it finds, or what it says.
found() {
  PATH=$work/root/usr/sbin:$work/root/sbin:$PATH timeout 100 node -e '
    require("local-devices")({ skipNameResolution: true, ...JSON.parse(process.argv[1]) }).then((found) =>
      console.log(Array.isArray(found) ? found.map(({ ip }) => Number(ip.split(".")[3])).sort((a, b) => a - b).join(" ")
        : String(found?.ip)));' "$1"
}
all=$(found '{}')
first=$(found '{ "address": "192.168.1.1" }')
second=$(found '{ "address": "192.168.1.2" }')
range=$(found '{ "address": "192.168.1.1-192.168.1.254" }')
network=$(found '{ "address": "192.168.1.0/24" }')
[ "$all" = '2 100 253' ] || differs "all: $all"
[ "$first, $second" = 'undefined, 192.168.1.2' ] || differs "192.168.1.1, 192.168.1.2: $first, $second"
[ "$range, $network" = '1 2 100 253 254, 1 2 100 253 254' ] || differs "by range, by network: $range, $network"
echo "as stated: all: $all; 192.168.1.1: $first; 192.168.1.2: $second; by range: $range; by network: $network"
