#!/bin/bash
# Tool: dnsmasq 2.90 (Debian 12's dnsmasq-base 2.90-4~deb12u2) as DHCP server, on a host with a macvlan shim.
# Behaviour: macvlan containers that ask for a lease come in by the shim, and dnsmasq goes by the shim's address.
#   Without one, or with a link-local one, it has nothing for them. With a spare address of the LAN as /32 they get a
#   lease, but the shim's address as router. With `shared-network` they get one, and no router.
# Seen: 2026-11-29, what container and LAN get as router: no shim: no lease, 192.168.1.10; shim without address: no
#   lease (`DHCP packet received on s0 which has no address`); with 169.254.7.7/32: no lease (`no address range
#   available for DHCP request via s0`); and `shared-network=s0,192.168.1.10`: a lease without router; with
#   192.168.1.210/32: 192.168.1.210. The LAN has 192.168.1.10 each time
# Why it surprises: one range, one dhcp-range line, one LAN; who asks from the other side of the same card is told
#   another router, or none. That a /32 on the shim is taken for an address of the range's network is as unexpected.
# For you: Pi-hole in host mode as DHCP server for containers too: a link-local address on the shim,
#   `shared-network=SHIM,HOST-ADDRESS`, and `dhcp-option=option:router,…` and `option:dns-server,…` written out.
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

  fetch bookworm dnsmasq-base=2.90-4~deb12u2 libnetfilter-conntrack3=1.0.9-3 libnfnetlink0=1.0.2-2 \
    libmnl0=1.0.4-3 libnftables1=1.0.6-2+deb12u2 libnftnl11=1.2.4-2 libjansson4=2.14-2 \
    libdbus-1-3=1.14.10-1~deb12u1 libidn2-0=2.3.3-1+b1 libnettle8=3.8.1-2 libhogweed6=3.8.1-2 \
    libgmp10=2:6.2.1+dfsg1-1.1 libunistring2=1.0-2
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
export LD_LIBRARY_PATH=$work/root/usr/lib/$(uname -m)-linux-gnu
ip netns add c1
ip link add link p0 name eth0 netns c1 type macvlan mode bridge || skip 'needs macvlan'
ip -n c1 link set eth0 up
printf '#!/bin/sh\n[ "$1" != bound ] || echo "lease, router: $router" >> /run/lease\n' > /run/script
chmod +x /run/script
# asks NAMESPACE INTERFACE: what a DHCP client there is told. It changes no address.
asks() {
  : > /run/lease
  ip netns exec "$1" busybox udhcpc -i "$2" -n -q -t 4 -T 1 -s /run/script > /dev/null 2>&1 || true
  grep . /run/lease || echo 'no lease'
}
# leases OPTION...: what the container and the LAN get.
leases() {
  local pid seen
  : > "$work/log"
  "$work/root/usr/sbin/dnsmasq" --keep-in-foreground --log-facility=- --conf-file=/dev/null --port=0 --user=root \
    --no-ping --dhcp-authoritative --dhcp-leasefile=/run/leases --dhcp-range=192.168.1.100,192.168.1.150,1h "$@" \
    > "$work/log" 2>&1 &
  pid=$!
  for _ in $(seq 30); do ! grep -q 'IP range' "$work/log" || break; sleep 0.2; done
  grep -q 'IP range' "$work/log" || skip "dnsmasq does not start: $(cat "$work/log")"
  seen="$(asks c1 eth0); $(asks lan l0)"
  kill "$pid"
  wait "$pid" 2> /dev/null || true
  rm -f /run/leases
  echo "$seen"
}
alone=$(leases)
ip link add link p0 name s0 type macvlan mode bridge
echo 1 > /proc/sys/net/ipv4/conf/s0/arp_filter
ip link set s0 up
ip route add 192.168.1.96/27 dev s0 src 192.168.1.10
bare=$(leases)
said=$(grep -c 'on s0 which has no address' "$work/log" || true)
ip addr add 169.254.7.7/32 dev s0 scope link
link=$(leases)
said_link=$(grep -c 'no address range available for DHCP request via s0' "$work/log" || true)
shared=$(leases --shared-network=s0,192.168.1.10)
written=$(leases --shared-network=s0,192.168.1.10 --dhcp-option=option:router,192.168.1.1)
ip addr del 169.254.7.7/32 dev s0
ip addr add 192.168.1.210/32 dev s0
spare=$(leases)
host='lease, router: 192.168.1.10'
[ "$alone" = "no lease; $host" ] || differs "no shim: $alone"
[ "$bare" = "no lease; $host" ] && [ "$said" -gt 0 ] || differs "shim without address: $bare; $said messages"
[ "$link" = "no lease; $host" ] && [ "$said_link" -gt 0 ] || differs "link-local: $link; $said_link messages"
[ "$shared" = "lease, router: ; $host" ] || differs "shared-network: $shared"
[ "$written" = 'lease, router: 192.168.1.1; lease, router: 192.168.1.1' ] || differs "with the router: $written"
[ "$spare" = "lease, router: 192.168.1.210; $host" ] || differs "a spare address: $spare"
echo "as stated, container; LAN: no shim: $alone. Shim without address: $bare. Link-local: $link."
echo "And shared-network: $shared. And the router: $written. A spare address: $spare"
