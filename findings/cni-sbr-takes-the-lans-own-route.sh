#!/bin/bash
# Tool: the CNI plugin sbr 1.1.1 (source based routing; Debian 12's containernetworking-plugins 1.1.1+ds1-3+b5) after
#   macvlan, on a container's second network. 1.9.1 does the same.
# Behaviour: it moves every route of the interface into tables of its own, for what is sent *from* the interface's
#   address: the route to the LAN itself, and IPv6's link-local route, for which it makes no rule. What the container
#   starts, to a machine of the same LAN, goes out by the first network; link-local addresses there are unreachable.
# Seen: 2026-11-29, container with 10.7.0.2 on a bridge and 192.168.1.200 on macvlan, route to 192.168.1.1 before: `dev
#   eth1`; after: `via 10.7.0.1 dev eth0`; ping to the router's link-local address by eth1 before: yes; after: no. With
#   macvlan as the only network: no route to 192.168.1.1 at all
# Why it surprises: the plugin is there so that answers leave by the network that the question came from; that a
#   neighbour on the wire is asked by way of another network, from another address, is more than that.
# For you: a program in such a container that looks for devices on the LAN has to bind the LAN's address. As the only
#   network, leave sbr out.
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

  for package in 'bookworm containernetworking-plugins=1.1.1+ds1-3+b5' 'sid containernetworking-plugins=1.9.1+ds1-1'; do
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

mkdir -p /var/lib/cni
mount -t tmpfs tmpfs /var/lib/cni
router=$(ip -n lan -6 -o addr show dev l0 scope link | sed -n 's/.*inet6 \([^/]*\).*/\1/p')
[ -n "$router" ] || skip 'needs IPv6'
# add TYPE INTERFACE CONFIGURATION: calls the plugin for the container; prints what it answers.
add() {
  CNI_COMMAND=ADD CNI_IFNAME=$2 CNI_CONTAINERID=$guest CNI_NETNS=/run/netns/$guest CNI_PATH=$plugins \
    timeout 20 "$plugins/$1" <<< "$3" 2> /run/log || skip "$1: $(tail -n 1 /run/log)"
}
# way: the container's way to the LAN's router, and whether it reaches that by IPv6's link-local address.
way() {
  local route
  route=$(ip -n "$guest" route get 192.168.1.1 2> /dev/null | grep -oE '(via [^ ]+ )?dev [^ ]+' || true)
  if ip netns exec "$guest" busybox ping -6 -c 1 -W 2 -I "$1" "$router" > /dev/null 2>&1; then
    echo "${route:-none}, yes"
  else
    echo "${route:-none}, no"
  fi
}
bridge='{ "cniVersion":"1.0.0", "name":"back", "type":"bridge", "bridge":"cni0", "isGateway":true, "ipam":
  { "type":"host-local", "ranges":[[{ "subnet":"10.7.0.0/24" }]], "routes":[{ "dst":"0.0.0.0/0" }] } }'
# lan ROUTES: a macvlan network on the LAN, with these routes.
lan() {
  echo '{ "cniVersion":"1.0.0", "name":"lan", "type":"macvlan", "master":"p0", "mode":"bridge", "ipam":
    { "type":"static", "addresses":[{ "address":"192.168.1.200/24", "gateway":"192.168.1.1" }], "routes":['"$1"'] } }'
}
# chain SUITE: what the container's way is, before and after sbr on its second network, and after it on the only one.
chain() {
  local before result
  plugins=$work/$1/usr/lib/cni
  guest=$1-two
  ip netns add "$guest"
  add bridge eth0 "$bridge" > /dev/null
  result=$(add macvlan eth1 "$(lan '')")
  sleep 2
  before=$(way eth1)
  add sbr eth1 '{ "cniVersion":"1.0.0", "name":"lan", "type":"sbr", "prevResult":'"$result"' }' > /dev/null
  echo -n "$before; $(way eth1); "
  ip -n "$guest" link del eth1
  guest=$1-one
  ip netns add "$guest"
  result=$(add macvlan eth0 "$(lan '{ "dst":"0.0.0.0/0" }')")
  add sbr eth0 '{ "cniVersion":"1.0.0", "name":"lan", "type":"sbr", "prevResult":'"$result"' }' > /dev/null
  sleep 2
  way eth0
  ip -n "$guest" link del eth0
}
old=$(chain bookworm)
new=$(chain sid)
want='dev eth1, yes; via 10.7.0.1 dev eth0, no; none, no'
[ "$old" = "$want" ] || differs "1.1.1: $old"
[ "$new" = "$want" ] || differs "1.9.1: $new"
echo "as stated, way to the router, link-local; before, after sbr, and after it on the only network: $old"
