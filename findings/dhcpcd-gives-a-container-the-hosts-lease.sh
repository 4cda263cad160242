#!/bin/bash
# Tool: dhcpcd 9.4.1 (Debian 12's dhcpcd-base 9.4.1-24~deb12u5) with Debian's own dhcpcd.conf, on the host and in a
#   macvlan container; dnsmasq 2.90 as the LAN's DHCP server.
# Behaviour: dhcpcd tells the server who it is by the machine's UUID, which the firmware of a PC has and a container
#   with the host's /sys sees, too, and the last four octets of the interface's MAC address. A container whose MAC
#   address is the card's with the bit for local addresses set, de:… for dc:…, is the host for the server: it gets the
#   host's address. Its probe finds the address free, since macvlan keeps it from its own host. The host hears it
#   announced, gives it up and asks for another.
# Seen: 2026-11-30: host .136, then the container .136 and the host .137; with another last octet, or `clientid` in the
#   container's dhcpcd.conf, the container has an address of its own. 10.1.0 makes up an identity for each.
# Why it surprises: the MAC addresses are different, and a server hands out addresses by them, as one thinks; by the
#   first two octets alone they are not. And it is the host that has to go.
# For you: a container that is to have an address by DHCP gets a MAC address whose last four octets are not those of
#   another interface of the host; or write `clientid` in place of `duid` into its dhcpcd.conf.
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

  fetch bookworm dhcpcd-base=9.4.1-24~deb12u5 libssl3 libudev1 dnsmasq-base=2.90-4~deb12u2 \
    libnetfilter-conntrack3=1.0.9-3 libnfnetlink0=1.0.2-2 libmnl0=1.0.4-3 libnftables1=1.0.6-2+deb12u2 \
    libnftnl11=1.2.4-2 libjansson4=2.14-2 libdbus-1-3=1.14.10-1~deb12u1 libidn2-0=2.3.3-1+b1 libnettle8=3.8.1-2 \
    libhogweed6=3.8.1-2 libgmp10=2:6.2.1+dfsg1-1.1 libunistring2=1.0-2
  unshare --net --mount --pid --fork --kill-child --mount-proc -- bash "$0" --inside "$work"
  exit
fi

# The first process of a process namespace: nothing below touches the machine's own network.
[ $$ = 1 ] || exit 2
work=$2
mount -t tmpfs tmpfs /run
mkdir /run/netns
ip link set lo up
ip netns add lan
ip link add eth0 address dc:a6:32:01:02:03 type veth peer name l0 netns lan ||
  skip 'needs veth and named network namespaces'
ip link set eth0 up
ip -n lan addr add 192.168.1.1/24 dev l0
ip -n lan link set l0 up
ip -n lan link set lo up
library=$(uname -m)-linux-gnu
export LD_LIBRARY_PATH=$work/root/usr/lib/$library:$work/root/lib/$library
# The UUID that a PC has in its firmware, for a machine that has none.
mkdir -p /run/sys/class/dmi/id
echo 4c4c4544-0042-3510-8054-b4c04f4e3132 > /run/sys/class/dmi/id/product_uuid
sed 's/^duid/clientid/' "$work/root/etc/dhcpcd.conf" > /run/clientid.conf
grep -q '^duid' "$work/root/etc/dhcpcd.conf" && grep -q '^clientid' /run/clientid.conf || skip 'another dhcpcd.conf'

# client NAME CONFIGURATION [COMMAND...]: dhcpcd with files of its own, in the network that COMMAND enters.
client() {
  local name=$1 configuration=$2
  shift 2
  mkdir -p "/run/$name"/{run,lib/dhcpcd}
  "$@" unshare --mount bash -c '
    mount --bind "/run/$0/lib" /var/lib
    mount --bind /run/sys /sys
    mount --bind "/run/$0/run" /run
    exec "$1" -B -4 -f "$2" -c /bin/true eth0' \
    "$name" "$work/root/usr/sbin/dhcpcd" "$configuration" > "/run/$name/log" 2>&1 &
}
# address [NAMESPACE]: the IPv4 address of eth0 there.
address() { ip ${1:+-n "$1"} -4 -o addr show dev eth0 | sed -n 's/.* inet \([^/]*\).*/\1/p'; }
# leased [NAMESPACE]: waits for an address.
leased() {
  for _ in $(seq 100); do
    [ -z "$(address "$@")" ] || break
    sleep 0.3
  done
  address "$@"
}
# container NAME MAC: a network namespace on the LAN.
container() {
  ip netns add "$1"
  ip link add link eth0 name eth0 netns "$1" address "$2" type macvlan mode bridge || skip 'needs macvlan'
  ip -n "$1" link set eth0 up
}
ip netns exec lan "$work/root/usr/sbin/dnsmasq" --keep-in-foreground --conf-file=/dev/null --port=0 --interface=l0 \
  --user=root --pid-file= --dhcp-range=192.168.1.100,192.168.1.150,2h --dhcp-leasefile=/run/leases > /run/log 2>&1 &
sleep 0.5
debian=$work/root/etc/dhcpcd.conf
client host "$debian"
host=$(leased)
[ -n "$host" ] || skip "no lease: $(cat /run/log /run/host/log)"
container other de:a6:32:01:02:04
client other "$debian" ip netns exec other
other=$(leased other)
container plain de:a6:32:01:02:03
client plain /run/clientid.conf ip netns exec plain
plain=$(leased plain)
ip -n plain link del eth0
[ -n "$other" ] && [ "$other" != "$host" ] || differs "another last octet: $other, host $host"
[ -n "$plain" ] && [ "$plain" != "$host" ] || differs "clientid: $plain, host $host"
[ "$(address)" = "$host" ] || differs "the host lost $host to these: $(address)"
container web de:a6:32:01:02:03
client web "$debian" ip netns exec web
web=$(leased web)
[ "$web" = "$host" ] || differs "the container got $web, the host $host"
for _ in $(seq 200); do
  now=$(address)
  [ -z "$now" ] || [ "$now" = "$host" ] || break
  sleep 0.3
done
[ -n "$now" ] && [ "$now" != "$host" ] || differs "the host has: $now"
[ "$(address web)" = "$host" ] || differs "the container has: $(address web)"
grep -q "de:a6:32:01:02:03.* claims $host" /run/host/log || differs "dhcpcd says: $(cat /run/host/log)"
echo "as stated: the host had $host, then the container got $web, and the host $now; by another last octet $other, by"
echo "clientid $plain"
