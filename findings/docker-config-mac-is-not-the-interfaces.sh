#!/bin/bash
# Tool: Docker Engine 28.5.2 (Debian docker.io 28.5.2+dfsg4-5), a container on a macvlan network with --mac-address.
# Behaviour: `docker network disconnect` and `connect` take the MAC address from it for good: the interface has one of
#   the engine's, another at each restart. `docker inspect` goes on to give the old one as Config.MacAddress, on another
#   network as well.
# Seen: 2026-11-29, Config.MacAddress 02:00:00:00:00:07 all the time; the interface after restart: the same; after
#   disconnect and connect: another; after two restarts more: others
# Why it surprises: Config is what the container was made with, and a restart goes by it in all else; here it is neither
#   what is nor what will be. Programs that compare a container with its file (Ansible does) find nothing to do.
# For you: read NetworkSettings.Networks.NAME.MacAddress. To have the address back make the container anew, since
#   `docker network connect` has no option for it.
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
docker network create --driver macvlan --opt parent=p0 --subnet 192.168.1.0/24 --gateway 192.168.1.1 \
  --ip-range 192.168.1.192/27 lan > /dev/null || skip 'no macvlan network'
pinned=02:00:00:00:00:07
docker run --detach --name web --network lan --mac-address $pinned box:1 sleep 999 > /dev/null || skip 'no container'
real() { docker exec web ip link show eth0 | sed -n 's/.*link\/ether \([^ ]*\).*/\1/p'; }
config() { docker inspect web --format '{{ .Config.MacAddress }}'; }
[ "$(real) $(config)" = "$pinned $pinned" ] || differs "at first: $(real) $(config)"
docker restart --time 0 web > /dev/null
[ "$(real) $(config)" = "$pinned $pinned" ] || differs "after a restart: $(real) $(config)"
docker network disconnect lan web
docker network connect lan web
seen=("$(real)")
[ "$(config)" = "$pinned" ] || differs "Config after connecting again: $(config)"
for _ in 1 2; do
  docker restart --time 0 web > /dev/null
  seen+=("$(real)")
  [ "$(config)" = "$pinned" ] || differs "Config after a restart more: $(config)"
done
[ "$(printf '%s\n' "${seen[@]}" "$pinned" | sort -u | wc -l)" = 4 ] || differs "the interface: ${seen[*]}"
echo "as stated: Config.MacAddress $pinned; the interface, connected again, and after two restarts: ${seen[*]}"
