#!/bin/bash
# Tool: macaddress 0.5.4 (npm), which often stands behind machine ids and licence keys.
# Behaviour: `one()`, the machine's MAC address, is that of a Docker bridge as soon as one with a running container is
#   there, where the card is called enp3s0; with the old name eth0 it stays the card's. It is random and goes with the
#   network.
# Seen: 2026-11-28: card alone: enp3s0; with a Docker network br-0a1b2c3d4e5f that has a container: br-0a1b2c3d4e5f;
#   with eth0 for the card: eth0
# Why it surprises: it means to prefer cards, and does so for names of en or eth and a number alone; of the others it
#   takes the first by the alphabet, and "br-", "docker0" come before "enp".
# For you: an identity that changes with `docker compose down` and `up`. Name the interface: `one("enp3s0")`. A
#   macvlan container has a name that is preferred, but with engine 28 a new MAC address at each start.
# Needs: root, Linux with veth and bridge, iproute2, unshare, Node, npm. Exit code: 0 as stated, 1 not so, 2 not
#   tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || skip 'needs root'
  for tool in ip unshare node npm; do
    command -v "$tool" > /dev/null || skip "needs $tool"
  done
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  (cd "$work" && npm install --no-save --no-audit --no-fund --silent macaddress@0.5.4) ||
    skip 'macaddress 0.5.4 cannot be had'
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
# one: the interface whose MAC address the package takes for the machine's.
one() {
  node -e 'const links = Object.entries(require("os").networkInterfaces());
    require("macaddress").one().then((mac) => {
      console.log(links.find(([, addresses]) => addresses.some((address) => address.mac === mac))[0]);
    });'
}
# Both have an IPv4 and an IPv6 address: IPv6 of a bridge comes with its first running container.
ip link set p0 down
ip link set p0 name enp3s0
ip link set enp3s0 up
for _ in $(seq 30); do ip -6 addr show dev enp3s0 | grep -q 'fe80.*link *$' && break; sleep 0.2; done
alone=$(one)
ip link add br-0a1b2c3d4e5f type bridge || skip 'needs bridges'
ip addr add 172.18.0.1/16 dev br-0a1b2c3d4e5f
ip link add v0 type veth peer name eth0 netns lan
ip link set v0 master br-0a1b2c3d4e5f
for link in v0 br-0a1b2c3d4e5f; do ip link set "$link" up; done
ip -n lan link set eth0 up
for _ in $(seq 30); do ip -6 addr show dev br-0a1b2c3d4e5f | grep -q 'fe80.*link *$' && break; sleep 0.2; done
bridge=$(one)
ip link set enp3s0 down
ip link set enp3s0 name eth0
ip link set eth0 up
for _ in $(seq 30); do ip -6 addr show dev eth0 | grep -q 'fe80.*link *$' && break; sleep 0.2; done
old=$(one)
[ "$alone" = enp3s0 ] || differs "the card alone: $alone"
[ "$bridge" = br-0a1b2c3d4e5f ] || differs "with a Docker network: $bridge"
[ "$old" = eth0 ] || differs "with eth0 for the card: $old"
echo "as stated: the card alone: $alone; with a Docker network: $bridge; with the card called eth0: $old"
