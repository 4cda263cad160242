#!/bin/bash
# Tool: Docker Engine 28.5.2 (Debian's docker.io 28.5.2+dfsg4-5), Linux 6.18; dnsmasq 2.90 advertises the LAN's prefix.
# Behaviour: a macvlan container with an address of the LAN's IPv6 prefix from the engine takes a second one by itself
#   where a router advertises the prefix, and that is what it speaks from; others it answers from the one that they ask.
#   The engine shows the first alone.
# Seen: 2026-11-30, `--ip6 fd00:213::53`: source of what the container sends to the router fd00:213::53 before the
#   first advertisement, after it the prefix with the end of its MAC address; with `--sysctl
#   net.ipv6.conf.default.autoconf=0` ::53 before and after
# Why it surprises: the address is fixed in the file, `docker inspect` shows no other, and the container can be asked at
#   it. A firewall or a server's list of who may that names it does not match what comes.
# For you: `sysctls: { net.ipv6.conf.default.autoconf: 0 }` at the service, where the address is to be its source.
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
    dnsmasq-base=2.90-4~deb12u2
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
for applet in sh sleep ip ping; do ln -s busybox "/run/image/bin/$applet"; done
dockerd --config-file /run/daemon.json --host "$DOCKER_HOST" --data-root /run/data --exec-root /run/exec \
  --pidfile /run/engine.pid --userland-proxy-path "$work/root/usr/sbin/docker-proxy" --storage-driver vfs \
  > /run/engine.log 2>&1 &
for _ in $(seq 100); do ! docker version > /dev/null 2>&1 || break; sleep 0.3; done
tar -C /run/image -c . | docker import - box:1 > /dev/null 2>&1 || skip "no engine: $(tail -n 3 /run/engine.log)"
ip netns exec lan sysctl -qw net.ipv6.conf.all.forwarding=1
ip -n lan addr add fd00:213::1/64 dev l0 nodad
docker network create --driver macvlan --opt parent=p0 --subnet 192.168.1.0/24 --gateway 192.168.1.1 --ipv6 \
  --subnet fd00:213::/64 --gateway fd00:213::1 lan > /dev/null 2>&1 || skip 'no macvlan network'
docker run --detach --name plain --network lan --ip6 fd00:213::53 box:1 sleep 999 > /dev/null 2>&1 ||
  skip 'no container'
docker run --detach --name quiet --network lan --ip6 fd00:213::54 --sysctl net.ipv6.conf.default.autoconf=0 \
  box:1 sleep 999 > /dev/null 2>&1 || skip 'no second container'
# source CONTAINER: the address from which it sends to the router.
source_of() { docker exec "$1" ip -6 route get fd00:213::1 | sed -nE 's/.* src ([^ ]+).*/\1/p'; }
before="$(source_of plain) $(source_of quiet)"
timeout 120 ip netns exec lan "$work/root/usr/sbin/dnsmasq" --keep-in-foreground --conf-file=/dev/null --port=0 \
  --user=root --log-facility=- --interface=l0 --enable-ra --dhcp-range=fd00:213::,ra-only,64 > /run/dnsmasq.log 2>&1 &
for _ in $(seq 100); do [ "$(source_of plain)" = fd00:213::53 ] || break; sleep 0.3; done
sleep 3
after=$(source_of plain)
[ "$before" = 'fd00:213::53 fd00:213::54' ] || differs "before the advertisement: $before"
[[ $after == fd00:213::* && $after == *:*ff:fe*:* ]] || differs "after it: $after; $(cat /run/dnsmasq.log)"
[ "$(source_of quiet)" = fd00:213::54 ] || differs "without autoconf: $(source_of quiet)"
known=$(docker inspect --format '{{ .NetworkSettings.Networks.lan.GlobalIPv6Address }}' plain)
[ "$known" = fd00:213::53 ] || differs "the engine shows $known"
ip netns exec lan "$work/root/bin/busybox" ping -6 -c 1 -W 3 fd00:213::53 > /dev/null || differs 'no answer at ::53'
echo "as stated: from fd00:213::53 before an advertisement, from $after after it; the engine shows $known"
