#!/bin/bash
# Tool: Docker Engine 26.1.5 (Debian docker.io 26.1.5+dfsg1-9+deb13u1+b1); 20.10 and 28.5 take such names too.
# Behaviour: `parent` may be an alternative name of the interface (`altname` in `ip link`), and counts as another
#   parent: this engine's rule of one macvlan network on a parent does not hold then. Only the name is kept.
# Seen: 2026-11-28: a second network on p0: `network dm-… is already using parent interface p0`; on enp3s0lan, the same
#   link: created, reached. Without that name: `the requested parent interface enp3s0lan was not found on the Docker
#   host`
# Why it surprises: /sys/class/net, /proc/sys/net and Node's os.networkInterfaces() have no such name; only netlink has.
# For you: a `parent` that is in no list of interfaces may be right, as udev gives cards several names; and one that
#   udev no longer gives after an upgrade stops the containers at their next start.
# Needs: root, veth, macvlan, iproute2, busybox, iptables, unshare, apt-get. Exit: 0 as stated, 1 not so, 2 not tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || skip 'needs root'
  for tool in ip busybox iptables unshare apt-get dpkg-deb; do
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
ip link property add dev p0 altname enp3s0lan || skip 'needs iproute2 and a kernel with alternative names'
create() {
  docker network create --driver macvlan --opt parent="$1" --subnet "$2.0/24" --gateway "$2.1" "$3" 2>&1 || true
}
create p0 192.168.1 first > /dev/null
refused=$(create p0 10.5.0 second)
case $refused in *'is already using parent interface p0') ;; *) differs "a second network on p0: $refused" ;; esac
accepted=$(create enp3s0lan 10.5.0 second)
docker network inspect second > /dev/null 2>&1 || differs "a network on enp3s0lan: $accepted"
for name in first second; do
  docker run --detach --network "$name" --name "on-$name" box:1 sleep 999 > /dev/null || differs "no container on $name"
done
ip -n lan addr add 10.5.0.1/24 dev l0
for address in 192.168.1.2 10.5.0.2; do
  ip netns exec lan busybox ping -c 3 -W 1 "$address" > /dev/null || differs "$address is not reached from the LAN"
done
ip link property del dev p0 altname enp3s0lan
lost=$(docker restart --time 0 on-second 2>&1) && differs 'without the alternative name it still starts'
case $lost in *'enp3s0lan was not found on the Docker host') ;; *) differs "restarted: $lost" ;; esac
docker restart --time 0 on-first > /dev/null || differs 'the first container does not start again'
echo "as stated: $refused"
echo "enp3s0lan, the same link: created and reached; without that name: $lost"
