#!/bin/bash
# Tool: CNI plugins 1.1.1 (Debian 12's containernetworking-plugins 1.1.1+ds1-3+b5) and 1.9.1
#   (containernetworking-plugins 1.9.1+ds1-1): dhcp with its daemon, below macvlan, as Podman before version 5 and
#   Kubernetes use it.
# Behaviour: when the DHCP server gives the container another address at a renewal, after the LAN was renumbered or the
#   server forgot its leases, the daemon logs "lease rebound", and from then on renews the lease of the new address.
#   The container keeps the old one, which the server may give to somebody else. `dhcp` with the command CHECK has
#   nothing to say.
# Seen: 2026-11-30, both versions: address of the container 192.168.1.100, leased and renewed since 192.168.1.120,
#   CHECK exit code 0
# Why it surprises: both sides report success, and go on doing so: the server lists the container at an address where
#   nobody answers, the container has one that it has no lease for. Every other DHCP client sets what it was given.
# For you: make containers anew after a change of the server's range, or pin their addresses there. Compare `ip addr`
#   in the container with the server's list, not the daemon's log.
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

  fetch sid containernetworking-plugins=1.9.1+ds1-1
  mv "$work/root" "$work/new"
  fetch bookworm containernetworking-plugins=1.1.1+ds1-3+b5 busybox-static=1:1.35.0-4+deb12u1+b1
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

# serve ADDRESS: a DHCP server on the LAN that has this address to give, for 20 seconds, and knows of no lease.
serve() {
  cat > /run/udhcpd.conf <<CONF
start $1
end $1
interface l0
max_leases 1
lease_file /run/leases
option subnet 255.255.255.0
option router 192.168.1.1
option lease 20
CONF
  : > /run/leases
  ip netns exec lan "$work/root/bin/busybox" udhcpd -f /run/udhcpd.conf > /run/server 2>&1 &
  server=$!
}
# until_said N PATTERN FILE: waits until N lines of the file match.
until_said() {
  for _ in $(seq 300); do
    [ "$(grep -c "$2" "$3" || true)" -lt "$1" ] || return 0
    sleep 0.3
  done
  differs "nothing says $2: $(cat "$3")"
}
# changed FOLDER OPTION...: the container's address in the end, and CHECK's exit code, with the plugins of a version.
changed() {
  local plugins=$1/usr/lib/cni daemon code=0
  shift
  serve 192.168.1.100
  ip netns add web
  mkdir -p /run/cni
  "$plugins/dhcp" daemon -timeout 2s -resendmax 3s "$@" > /run/daemon 2>&1 &
  daemon=$!
  for _ in $(seq 50); do [ ! -S /run/cni/dhcp.sock ] || break; sleep 0.1; done
  export CNI_CONTAINERID=web CNI_NETNS=/run/netns/web CNI_IFNAME=eth0 CNI_PATH=$plugins
  network='"cniVersion": "1.0.0", "name": "lan", "type": "macvlan", "master": "p0", "ipam": { "type": "dhcp" }'
  CNI_COMMAND=ADD "$plugins/macvlan" <<< "{ $network }" > /run/result || differs "ADD: $(cat /run/result)"
  grep -q '192.168.1.100/24' /run/result || differs "ADD: $(cat /run/result)"
  kill "$server"
  serve 192.168.1.120
  until_said 1 'lease rebound' /run/daemon
  until_said 1 'lease renewed' /run/daemon
  until_said 2 'sending ACK to 192.168.1.120' /run/server
  CNI_COMMAND=CHECK "$plugins/macvlan" <<< "{ $network, \"prevResult\": $(cat /run/result) }" > /run/check || code=$?
  kill "$server" "$daemon"
  wait "$server" "$daemon" 2> /dev/null || true
  echo "$(ip -n web -4 -o addr show dev eth0 | sed 's/.* inet \([^ ]*\).*/\1/'), CHECK $code"
  ip -n web link del eth0
  ip netns del web
  rm -r /run/cni
}
old=$(changed "$work/root")
new=$(changed "$work/new" -resendtimeout 6s)
[ "$old" = '192.168.1.100/24, CHECK 0' ] || differs "1.1.1: $old"
[ "$new" = '192.168.1.100/24, CHECK 0' ] || differs "1.9.1: $new"
echo "as stated, leased and renewed 192.168.1.120, the container has: 1.1.1 $old; 1.9.1 $new"
