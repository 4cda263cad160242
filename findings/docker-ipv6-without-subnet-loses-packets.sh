#!/bin/bash
# Tool: Docker Engine 28.5.2 (Debian docker.io 28.5.2+dfsg4-5), radvd 2.19 in the place of the LAN's router.
# Behaviour: a macvlan network with IPv6 (`--ipv6`, `enable_ipv6: true`) and no IPv6 subnet gets one made up, fd…/64,
#   with its first address as the gateway, which nobody has. Its containers have a default route there. Where the LAN's
#   router advertises itself they take that route, too, and an address by it, and still what a container sends in the
#   first seconds is lost, until the kernel has given the other router up.
# Seen: 2026-11-29, without a router on the LAN: `default via fd…::1 metric 1024`, 0 answers of 8; with one: beside it
#   `default via fe80::…`, of the same metric, an address of the LAN, and the first 4 answers of 8 pings missing, 3 s;
#   with the LAN's own subnet and gateway: all 8. (Later it is one now and then: 1 of 7 after 70 s of silence)
# Why it surprises: 26.1.5 refuses such a network (`could not find an available, non-overlapping IPv6 address pool`). A
#   container has an address of the LAN and a route to its router; it works, whenever one comes to look.
# For you: what connects at its start fails, or waits. IPv6 on macvlan needs the LAN's own prefix, with gateway and a
#   range that the router gives to nobody; without it, leave IPv6 off.
# Needs: root, veth, macvlan, iproute2, iptables, unshare, apt-get. Exit code: 0 as stated, 1 not so, 2 not tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || skip 'needs root'
  for tool in ip iptables unshare apt-get dpkg-deb; do
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

  fetch bookworm containerd=1.6.20~ds1-1+deb12u3 runc=1.1.5+ds1-1+deb12u1 busybox-static=1:1.35.0-4+deb12u1+b1 \
    radvd=1:2.19-1+b1
  fetch sid docker.io=28.5.2+dfsg4-5 docker-cli=28.5.2+dfsg4-5
  unshare --net --mount --pid --fork --kill-child --mount-proc -- bash "$0" --inside "$work"
  exit
fi

# The first process of a process namespace: nothing below touches the machine's own network.
[ $$ = 1 ] || exit 2
work=$2
# /sys shows the network namespace in which it was mounted; the control groups below it stay the machine's.
mount -t tmpfs tmpfs /mnt
mkdir /mnt/cgroup
mount --rbind /sys/fs/cgroup /mnt/cgroup
mount -t sysfs sysfs /sys
mount --rbind /mnt/cgroup /sys/fs/cgroup
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
# An engine of its own, gone with these namespaces.
export PATH=$work/root/usr/bin:$work/root/usr/sbin:$PATH DOCKER_HOST=unix:///run/engine.sock DOCKER_CONFIG=/run/config
echo '{}' > /run/daemon.json
mkdir -p /run/image/bin
cp "$work/root/bin/busybox" /run/image/bin/busybox
for applet in sh sleep ip ping nslookup; do ln -s busybox "/run/image/bin/$applet"; done
dockerd --config-file /run/daemon.json --host "$DOCKER_HOST" --data-root /run/data --exec-root /run/exec \
  --pidfile /run/engine.pid --userland-proxy-path "$work/root/usr/sbin/docker-proxy" --storage-driver vfs \
  > /run/engine.log 2>&1 &
for _ in $(seq 100); do ! docker version > /dev/null 2>&1 || break; sleep 0.3; done
tar -C /run/image -c . | docker import - box:1 > /dev/null 2>&1 || skip "no engine: $(tail -n 3 /run/engine.log)"
# The LAN's router, and an address beyond it.
ip -n lan addr add fd00::1/64 dev l0 nodad
ip -n lan addr add 2001:db8::1/128 dev lo
ip -n lan link set lo up
ip netns exec lan sh -c 'echo 1 > /proc/sys/net/ipv6/conf/all/forwarding'
# network NAME OPTION...
network() {
  local name=$1
  shift
  docker network create --driver macvlan --opt parent=p0 --ipv6 "$@" "$name" > /dev/null || skip 'no such network'
}
# guest NAME NETWORK
guest() { docker run --detach --name "$1" --network "$2" box:1 sleep 999 > /dev/null; }
# answers NAME: whether each of eight pings was answered, as a row of digits.
answers() {
  docker exec "$1" ping -6 -c 8 -W 1 2001:db8::1 2> /dev/null | sed -n 's/.*seq=\([0-9]\).*/\1/p' | tr -d '\n' || true
}
# defaults NAME: its default routes, with what differs from run to run left out.
defaults() {
  docker exec "$1" ip -6 route | sed -n 's/^default via \(f[de]\)[^ ]* .*metric \([0-9]*\).*/\1 \2/p' | sort |
    paste -sd ','
}
network bare --subnet 192.168.1.0/24 --gateway 192.168.1.1 --ip-range 192.168.1.192/28
guest one bare
sleep 2
alone="$(defaults one); $(answers one)"
echo 'interface l0 { AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; prefix fd00::/64 { }; };' \
  > /run/radvd.conf
ip netns exec lan "$work/root/usr/sbin/radvd" -C /run/radvd.conf -p /run/radvd.pid -n -m stderr > /run/log 2>&1 &
guest two bare
sleep 8
routed="$(defaults two); $(answers two)"
address=$(docker exec two ip -6 addr show dev eth0 | grep -c 'inet6 fd00::.*dynamic' || true)
network whole --subnet 192.168.2.0/24 --gateway 192.168.2.1 \
  --subnet fd00::/64 --gateway fd00::1 --ip-range fd00::100/120
guest three whole
sleep 8
whole=$(answers three)
[ "$alone" = 'fd 1024; ' ] || differs "no router: $alone"
case $routed in 'fd 1024,fe 1024; 34567' | 'fd 1024,fe 1024; 4567' | 'fd 1024,fe 1024; 567') ;;
  *) differs "a router: $routed; $(cat /run/log)" ;;
esac
[ "$address" = 1 ] || differs "no address of the LAN: $(docker exec two ip -6 addr show dev eth0)"
[ "$whole" = 01234567 ] || differs "the LAN's subnet: $whole"
echo "as stated, default routes; pings answered: no router: $alone; a router: $routed; the LAN's subnet: $whole"
