#!/bin/bash
# Tool: the CNI plugin portmap 1.1.1 (Debian 12's containernetworking-plugins 1.1.1+ds1-3+b5) after macvlan, iptables
#   1.8.9.
# Behaviour: with a port mapping for a macvlan container portmap succeeds and prints its result, but the port leads
#   nowhere, and a program of the host that listens on that port is no longer reached from the LAN until the container
#   goes.
# Seen: 2026-11-28, LAN to the host's own server on port 8080: before yes; after ADD (exit code 0) no, and no to a
#   server in the container either; after DEL yes
# Why it surprises: Docker leaves such ports out and says so in its log; here the result says that all is well, and
#   the rules it leaves match what is meant for the host.
# For you: a hostPort in a pod on a macvlan network is worse than useless. Leave portmap out of the list of plugins of
#   such a network: the container has an address on the LAN.
# Needs: root, veth, macvlan, iproute2, iptables, busybox, unshare, apt-get. Exit code: 0 as stated, 1 not so, 2 not
#   tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || skip 'needs root'
  for tool in ip iptables busybox unshare apt-get dpkg-deb; do
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
# guest NAME ADDRESS: a namespace in a container's place, its eth0 a macvlan on p0.
guest() {
  ip netns add "$1"
  ip link add link p0 name eth0 netns "$1" type macvlan mode bridge || skip 'needs macvlan'
  ip -n "$1" addr add "$2/24" dev eth0
  ip -n "$1" link set eth0 up
}
guest c1 192.168.1.205
ip -n c1 route add default via 192.168.1.1
plugins=$work/root/usr/lib/cni
mkdir "$work/site"
busybox httpd -p 8080 -h "$work/site"
ip netns exec c1 busybox httpd -p 80 -h "$work/site"
# reached ADDRESS PORT: whether the LAN can connect to it.
reached() {
  if ip netns exec lan timeout 3 bash -c "exec 3<> /dev/tcp/$1/$2" 2> /dev/null; then echo yes; else echo no; fi
}
# portmap COMMAND
portmap() {
  echo '{"cniVersion":"1.0.0","name":"lan","type":"portmap","capabilities":{"portMappings":true},
    "runtimeConfig":{"portMappings":[{"hostPort":8080,"containerPort":80,"protocol":"tcp"}]},
    "prevResult":{"cniVersion":"1.0.0","interfaces":[{"name":"eth0","sandbox":"/run/netns/c1"}],
      "ips":[{"address":"192.168.1.205/24","interface":0}]}}' |
    CNI_COMMAND=$1 CNI_CONTAINERID=c1 CNI_NETNS=/run/netns/c1 CNI_IFNAME=eth0 CNI_PATH=$plugins \
      "$plugins/portmap" > "$work/log" 2>&1 || differs "portmap $1: exit code $?, $(cat "$work/log")"
}
[ "$(reached 192.168.1.205 80)" = yes ] || differs 'the container is not reached by its own address'
before=$(reached 192.168.1.10 8080)
portmap ADD
during=$(reached 192.168.1.10 8080)
portmap DEL
after=$(reached 192.168.1.10 8080)
[ "$before $during $after" = 'yes no yes' ] || differs "LAN to the host's port: $before $during $after"
echo "as stated: LAN to the host's port 8080: before $before, with the mapping $during, without it again $after"
