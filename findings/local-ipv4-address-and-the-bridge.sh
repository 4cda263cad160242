#!/bin/bash
# Tool: local-ipv4-address 0.0.2 (npm), with netstat of net-tools 2.10 (Debian 12).
# Behaviour: it finds the machine's address by the default route only where the interface's name has nothing but
#   letters, digits and underscores: behind `br-lan`, `eth0.7` or Docker's `br-…` it fails, as it takes what follows
#   the dash or dot for the name.
# Seen: 2026-11-28: eth0: 192.168.1.10; br0: 192.168.1.10; br-lan: `Cannot read properties of undefined (reading
#   'filter')`; eth0.7: the same
# Why it surprises: the message says nothing of interfaces; the machine has one address and one route, and on eth0 it
#   works.
# For you: these are the very names of hosts that share a bridge or VLAN with their containers. Ask
#   `os.networkInterfaces()` for the interface that `ip -j route show default` names.
# Needs: root, Linux with veth, iproute2, unshare, Node, npm, apt-get. Exit code: 0 as stated, 1 not so, 2 not tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || skip 'needs root'
  for tool in ip unshare node npm apt-get dpkg-deb; do
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
  (cd "$work" && npm install --no-save --no-audit --no-fund --silent local-ipv4-address@0.0.2) ||
    skip 'local-ipv4-address 0.0.2 cannot be had'
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
export PATH=$work/root/bin:$work/root/sbin:$PATH
link=p0
# address NAME: what the package says when the host's interface is called so.
address() {
  ip link set "$link" down
  ip link set "$link" name "$1"
  ip link set "$1" up
  for _ in $(seq 20); do ! ip -o link show "$1" | grep -q 'state UP' || break; sleep 0.2; done
  ip route add default via 192.168.1.1
  link=$1
  timeout 20 node -e 'require("local-ipv4-address")().then(console.log, (error) => console.log(error.message))' \
    > "$work/said" 2>&1 || true
}
fault="Cannot read properties of undefined (reading 'filter')"
for name in eth0 br0; do
  address "$name"
  [ "$(< said)" = 192.168.1.10 ] || differs "$name: $(< said)"
done
for name in br-lan eth0.7; do
  address "$name"
  [ "$(< said)" = "$fault" ] || differs "$name: $(< said)"
done
echo "as stated: eth0 and br0: 192.168.1.10; br-lan and eth0.7: $fault"
