#!/bin/bash
# Tool: BIRD 2.0.12 (Debian 12's bird2 2.0.12-7) on a host whose macvlan shim has a link-local address.
# Behaviour: without `router id` in its file BIRD takes the smallest IPv4 address of all interfaces, one of scope link
#   included: 169.254.7.7 of the shim, not 192.168.1.10 of the card. `protocol direct` has 169.254.7.7/32 as a route
#   to be told to others, with the scope "univ".
# Seen: 2026-11-29: Router ID without the shim's address: 192.168.1.10; with 169.254.7.7/32 scope link: 169.254.7.7;
#   the shim with `interface "-s0", "*"` in `protocol direct`: no such route, the Router ID the same
# Why it surprises: the kernel keeps an address of scope link to the link; BIRD puts it down as "scope univ" and makes
#   it the name by which the whole area knows the router. Hosts with the same link-local address have the same name
#   then.
# For you: write `router id 192.168.1.10;`. A host with a 10.x address does not see it, since that is smaller.
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

  fetch bookworm bird2=2.0.12-7 libreadline8=8.2-1.3 libtinfo6=6.4-4 libssh-gcrypt-4=0.10.6-0+deb12u2
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
library=$(uname -m)-linux-gnu
export LD_LIBRARY_PATH=$work/root/usr/lib/$library:$work/root/lib/$library
cat > /run/bird.conf <<'CONF'
protocol device {}
protocol direct { ipv4; }
CONF
sed 's/{ ipv4; }/{ ipv4; interface "-s0", "*"; }/' /run/bird.conf > /run/without.conf
# asked FILE: BIRD's router ID with this configuration, and whether it has a route for the shim's address.
asked() {
  local pid id route
  timeout 60 "$work/root/usr/sbin/bird" -f -c "$1" -s /run/bird.ctl -P /run/bird.pid > "$work/log" 2>&1 &
  pid=$!
  for _ in $(seq 50); do
    "$work/root/usr/sbin/birdc" -s /run/bird.ctl show route > "$work/routes" 2>&1 &&
      grep -qF 192.168.1.0/24 "$work/routes" && break
    sleep 0.2
  done
  grep -qF 192.168.1.0/24 "$work/routes" || skip "BIRD does not start: $(cat "$work/log" "$work/routes")"
  id=$("$work/root/usr/sbin/birdc" -s /run/bird.ctl show status | sed -n 's/^Router ID is //p')
  if grep -qF 169.254.7.7/32 "$work/routes"; then route=yes; else route=no; fi
  kill "$pid"
  wait "$pid" 2> /dev/null || true
  echo "$id $route"
}
ip link add link p0 name s0 type macvlan mode bridge || skip 'needs macvlan'
ip link set s0 up
before=$(asked /run/bird.conf)
ip addr add 169.254.7.7/32 dev s0 scope link
with=$(asked /run/bird.conf)
without=$(asked /run/without.conf)
[ "$before" = '192.168.1.10 no' ] || differs "without an address on the shim: $before"
[ "$with" = '169.254.7.7 yes' ] || differs "with it: $with"
[ "$without" = '169.254.7.7 no' ] || differs "without the shim in direct: $without"
echo "as stated, router ID, route: no address on the shim: $before; with one: $with; shim not in direct: $without"
