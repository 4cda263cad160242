#!/bin/bash
# Tool: Kea 2.2.0 as DHCPv4 server (Debian 12's kea-dhcp4-server 2.2.0-6), with its default raw sockets, on Linux 6.18.
# Behaviour: on the card alone it hears what a macvlan container of its own host sends to all, on the way out, and
#   offers an address, which goes to the LAN and never to the container: the log is one of success. With the shim's
#   interface beside it, it answers there if the shim has an address; with one of the subnet at once, with a link-local
#   one if the subnet says `"interface"` and the shim's name, which keeps nobody on the card from it.
# Seen: 2026-11-29, lease of container and LAN, offers in the log to the container: card no yes, 3; and a shim without
#   an address no yes, 3; with 169.254.7.7/32 no yes, 3; and `"interface": "s0"` yes yes; shim with 192.168.1.210/32 yes
#   yes
# Why it surprises: dnsmasq 2.90 on the card does not hear these containers, and a server that hears is believed to be
#   heard. And a subnet that is bound to one interface serves two.
# For you: an offer in Kea's log that is never taken may be a container on the server's own host. A link-local address
#   on the shim, `"interfaces": ["eth0", SHIM]`, and `"interface": SHIM` in the subnet; the routers stay as written.
# Needs: root, Linux with veth and macvlan, iproute2, busybox, unshare, apt-get. Exit code: 0 as stated, 1 not so, 2
#   not tried.
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

  fetch bookworm kea-dhcp4-server=2.2.0-6 kea-common=2.2.0-6 liblog4cplus-2.0.5=2.0.8-1 libldap-2.5-0=2.5.13+dfsg-5 \
    libsasl2-2=2.1.28+dfsg-10 libmariadb3 libpq5
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
export LD_LIBRARY_PATH=$work/root/usr/lib/$(uname -m)-linux-gnu KEA_PIDFILE_DIR=/run/kea KEA_LOCKFILE_DIR=/run/kea
ip netns add c1
ip link add link p0 name eth0 netns c1 type macvlan mode bridge || skip 'needs macvlan'
ip -n c1 link set eth0 up
printf '#!/bin/sh\n[ "$1" != bound ] || echo "$router" >> /run/lease\n' > /run/script
chmod +x /run/script
# asks NAMESPACE INTERFACE: whether a DHCP client there gets a lease with the router. It changes no address.
asks() {
  : > /run/lease
  ip netns exec "$1" busybox udhcpc -i "$2" -n -q -t 3 -T 1 -s /run/script > /dev/null 2>&1 || true
  case $(cat /run/lease) in '') echo no ;; 192.168.1.1) echo yes ;; *) cat /run/lease ;; esac
}
mac=$(ip -n c1 -o link show dev eth0 | sed -n 's/.*link.ether \([^ ]*\).*/\1/p')
# leases INTERFACES [SUBNET]: what the container and the LAN get, and the number of offers to the container.
leases() {
  local pid seen offers
  rm -rf /run/kea
  mkdir /run/kea
  cat > /run/kea.json <<JSON
{ "Dhcp4": {
  "interfaces-config": { "interfaces": [$1] },
  "lease-database": { "type": "memfile", "name": "/run/kea/leases", "lfc-interval": 0 },
  "subnet4": [{
    ${2:-} "subnet": "192.168.1.0/24", "pools": [{ "pool": "192.168.1.100-192.168.1.150" }],
    "option-data": [{ "name": "routers", "data": "192.168.1.1" }] }],
  "loggers": [{ "name": "kea-dhcp4", "severity": "DEBUG", "debuglevel": 50,
    "output_options": [{ "output": "/run/kea/log" }] }] } }
JSON
  "$work/root/usr/sbin/kea-dhcp4" -c /run/kea.json > /run/out 2>&1 &
  pid=$!
  for _ in $(seq 50); do ! grep -qs DHCP4_STARTED /run/kea/log || break; sleep 0.2; done
  grep -qs DHCP4_STARTED /run/kea/log || skip "Kea does not start: $(tail -n 2 /run/out)"
  seen="$(asks c1 eth0) $(asks lan l0)"
  kill "$pid"
  wait "$pid" 2> /dev/null || true
  offers=$(grep "DHCP4_PACKET_SEND.*$mac.*DHCPOFFER" /run/kea/log | wc -l)
  echo "$seen, $offers"
}
card=$(leases '"p0"')
ip link add link p0 name s0 type macvlan mode bridge
echo 1 > /proc/sys/net/ipv4/conf/s0/arp_filter
ip link set s0 up
ip route add 192.168.1.96/27 dev s0 src 192.168.1.10
bare=$(leases '"p0", "s0"')
ip addr add 169.254.7.7/32 dev s0 scope link
link=$(leases '"p0", "s0"')
named=$(leases '"p0", "s0"' '"interface": "s0",')
ip addr del 169.254.7.7/32 dev s0
ip addr add 192.168.1.210/32 dev s0
spare=$(leases '"p0", "s0"')
[ "$card" = 'no yes, 3' ] || differs "the card alone: $card"
[ "$bare" = 'no yes, 3' ] || differs "and a shim without an address: $bare"
[ "$link" = 'no yes, 3' ] || differs "and one with a link-local address: $link"
case $named in 'yes yes, '*) ;; *) differs "and the subnet on it: $named" ;; esac
case $spare in 'yes yes, '*) ;; *) differs "a shim with a spare address: $spare" ;; esac
echo "as stated, lease of container and LAN, offers to the container: card $card; and a shim without an address $bare;"
echo "with a link-local one $link; and the subnet on the shim $named; a shim with a spare address $spare"
