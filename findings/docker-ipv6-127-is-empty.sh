#!/bin/bash
# Tool: Docker Engine 26.1.5 (Debian docker.io 26.1.5+dfsg1-9+deb13u1+b1); 28.5.2 does the same.
# Behaviour: an IPv4 network of two addresses (/31) takes one container beside its gateway; an IPv6 one (/127) takes
#   none: created without complaint with the gateway ::1, refused with ::0, and no address left for the first container.
# Seen: 2026-11-28: 192.168.1.8/31, gateway .9: container 192.168.1.8; fd00::/127, gateway ::1: `no available IPv6
#   addresses on this network's address pools`; gateway fd00:: : `failed to allocate gateway (fd00::): Address already
#   in use`
# Why it surprises: it is IPv4 whose first and last address are special, IPv6 has no broadcast address; and it is /127
#   that router links are meant to have (RFC 6164).
# For you: give a container an IPv6 subnet of /126 or more; `network create` and `docker compose up` find out only when
#   the container starts.
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

  fetch bookworm containerd=1.6.20~ds1-1+deb12u3 runc=1.1.5+ds1-1+deb12u1 busybox-static=1:1.35.0-4+deb12u1+b1
  fetch trixie docker.io=26.1.5+dfsg1-9+deb13u1+b1 docker-cli=26.1.5+dfsg1-9+deb13u1+b1
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
# first FORMAT OPTION...: the first container's address on a network with these options, or the error.
first() {
  local format=$1 result
  shift
  if result=$(docker network create --driver macvlan --opt parent=p0 "$@" net 2>&1); then
    if result=$(docker run --detach --network net --name first box:1 sleep 999 2>&1); then
      result=$(docker inspect --format "{{.NetworkSettings.Networks.net.$format}}" first)
    fi
    docker rm --force first > /dev/null 2>&1 || true
    docker network rm net > /dev/null
  fi
  echo "$result"
}
v4=$(first IPAddress --subnet 192.168.1.8/31 --gateway 192.168.1.9)
[ "$v4" = 192.168.1.8 ] || differs "IPv4: $v4"
v6=$(first GlobalIPv6Address --ipv6 --subnet fd00::/127 --gateway fd00::1)
case $v6 in *'no available IPv6 addresses'*) ;; *) differs "IPv6, gateway ::1: $v6" ;; esac
zero=$(first GlobalIPv6Address --ipv6 --subnet fd00::/127 --gateway fd00::)
case $zero in *'failed to allocate gateway (fd00::)'*) ;; *) differs "gateway ::0: $zero" ;; esac
wider=$(first GlobalIPv6Address --ipv6 --subnet fd00::/126 --gateway fd00::1)
[ "$wider" = fd00::2 ] || differs "IPv6 /126: $wider"
echo "as stated: /31: $v4; /126: $wider; /127 with gateway ::1: no available IPv6 addresses; with ::0: $zero"
