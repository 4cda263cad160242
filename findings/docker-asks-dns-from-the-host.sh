#!/bin/bash
# Tool: Docker Engine 28.5.2 (Debian docker.io 28.5.2+dfsg4-5); 26.1.5 differs, see below.
# Behaviour: a DNS query of a macvlan container reaches a LAN server that the host's resolv.conf names from the *host's*
#   address. With `dns:` (`--dns`) for the same server it comes from the container's.
# Seen: 2026-11-28: query from 192.168.1.10; with --dns 192.168.1.1: from 192.168.1.200. In the container's resolv.conf:
#   `ExtServers: [host(192.168.1.1)]`. Engine 26.1.5: from 192.168.1.200 in both cases.
# Why it surprises: the container has an address of its own on the LAN and sends everything else from it.
# For you: Pi-hole, AdGuard and the like see all containers as the host: rules by client and query logs are wrong since
#   the upgrade; write `dns:`. The other way round, a server that listens on the host's own LAN address answers them
#   without a shim from 28 on, and timed out with 26.1, although nothing else of the host is reached.
# Needs: root, veth, macvlan, iproute2, iptables, Node, unshare, apt-get. Exit code: 0 as stated, 1 not so, 2 not tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || skip 'needs root'
  for tool in ip iptables node unshare apt-get dpkg-deb; do
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
ip route add default via 192.168.1.1
resolv=$(realpath -m /etc/resolv.conf)
mkdir -p "${resolv%/*}"
[ -e "$resolv" ] || touch "$resolv"
echo 'nameserver 192.168.1.1' > /run/nameserver
mount --bind /run/nameserver "$resolv"
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
docker network create --driver macvlan --opt parent=p0 --subnet 192.168.1.0/24 --gateway 192.168.1.1 \
  --ip-range 192.168.1.200/29 net > /dev/null || skip 'needs macvlan'

# A server on the LAN that writes down who asks, and answers that there is no such record.
cat > /run/server.cjs <<'END'
const { appendFileSync } = require('node:fs');
const socket = require('node:dgram').createSocket('udp4');
socket.on('message', (query, { address, port }) => {
  appendFileSync('/run/asked', `${address}\n`);
  query.writeUInt16BE(0x8180, 2);
  socket.send(query, port, address);
});
socket.bind(53, '192.168.1.1', () => appendFileSync('/run/ready', ''));
END
ip netns exec lan node /run/server.cjs &
for _ in $(seq 100); do [ ! -e /run/ready ] || break; sleep 0.3; done
# asked [OPTION...]: the addresses from which the query of a container came.
asked() {
  : > /run/asked
  docker run --rm --network net "$@" box:1 nslookup name.example > /dev/null 2>&1 || true
  sort -u /run/asked | tr '\n' ' '
}
inherited=$(asked)
explicit=$(asked --dns 192.168.1.1)
[ "$explicit" = '192.168.1.200 ' ] || differs "with --dns: ${explicit:-no query}"
[ "$inherited" = '192.168.1.10 ' ] || differs "with the host's resolv.conf: ${inherited:-no query}"
echo "as stated: with the host's resolv.conf from $inherited; with --dns from $explicit"
