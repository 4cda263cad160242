#!/bin/bash
# Tool: Docker Engine 28.5.2 (Debian's docker.io 28.5.2+dfsg4-5), Docker Compose 2.40.3 (docker-compose 2.40.3-3).
# Behaviour: a container on two networks, with `interface_name: eth0` on one of them, starts or does not start by
#   chance: the engine joins it to its networks in an order that is another at each start, and an interface without a
#   name takes the first of eth0, eth1, … that is free then. A running container is ended by `docker restart` so.
# Seen: 2026-11-30, starts that succeeded: as eth0 beside one without a name 36 of 40 and 19 of 24; as eth1 beside two
#   30 of 40 and 21 of 24; as eth1 beside one, or as eth0 and eth1, 24 of 24. The others: "error renaming interface
#   "veth839398c" to "eth0": file exists". By `docker run` 7 and 3 of 12
# Why it surprises: the file is right, `up` has succeeded, and a restart of the engine weeks later leaves the container
#   down; the next attempt succeeds.
# For you: give `interface_name` on all networks of a service or on none, or a name that is not the engine's own, lan0.
# Needs: root, Linux with veth and bridge, iproute2, iptables, unshare, apt-get. Exit code: 0 as stated, 1 not so, 2 not
#   tried.
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
  fetch sid docker.io=28.5.2+dfsg4-5 docker-cli=28.5.2+dfsg4-5 docker-compose=2.40.3-3
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
mount -t tmpfs tmpfs /run
ip link set lo up
# An engine of its own, gone with these namespaces.
export PATH=$work/root/usr/bin:$work/root/usr/sbin:$PATH DOCKER_HOST=unix:///run/engine.sock DOCKER_CONFIG=/run/config
echo '{}' > /run/daemon.json
mkdir -p /run/image/bin
cp "$work/root/bin/busybox" /run/image/bin/busybox
for applet in sh sleep; do ln -s busybox "/run/image/bin/$applet"; done
dockerd --config-file /run/daemon.json --host "$DOCKER_HOST" --data-root /run/data --exec-root /run/exec \
  --pidfile /run/engine.pid --userland-proxy-path "$work/root/usr/sbin/docker-proxy" --storage-driver vfs \
  > /run/engine.log 2>&1 &
for _ in $(seq 100); do ! docker version > /dev/null 2>&1 || break; sleep 0.3; done
tar -C /run/image -c . | docker import - box:1 > /dev/null 2>&1 || skip "no engine: $(tail -n 3 /run/engine.log)"
mkdir -p /run/config/cli-plugins /run/p
ln -s "$work/root/usr/libexec/docker/cli-plugins/docker-compose" /run/config/cli-plugins/docker-compose
cd /run/p
write() {
  cat > compose.yaml <<YAML
services:
  web: { image: "box:1", command: sleep 999, stop_signal: SIGKILL, networks: { $1 } }
networks: { a: {}, b: {}, c: {} }
YAML
}
# started NETWORKS TIMES: of so many starts of the service this many succeeded; others must fail over the name.
started() {
  local count=0
  write "$1"
  docker compose create > /run/log 2>&1 || skip "not made: $(tail -n 2 /run/log)"
  for _ in $(seq "$2"); do
    if docker start p-web-1 > /run/log 2>&1; then
      count=$((count + 1))
      docker stop p-web-1 > /dev/null
    else
      grep -q 'error renaming interface ".*" to "eth[01]": file exists' /run/log || differs "it says: $(cat /run/log)"
    fi
  done
  docker compose down > /run/log 2>&1
  echo "$count"
}
one=$(started 'a: { interface_name: eth0 }, b: {}' 40)
above=$(started 'a: { interface_name: eth1 }, b: {}' 24)
both=$(started 'a: { interface_name: eth0 }, b: { interface_name: eth1 }' 24)
beside=$(started 'a: { interface_name: eth1 }, b: {}, c: {}' 40)
[ "$one" -gt 0 ] && [ "$one" -lt 40 ] || differs "as eth0: $one of 40"
[ "$beside" -gt 0 ] && [ "$beside" -lt 40 ] || differs "as eth1 beside two: $beside of 40"
[ "$above $both" = '24 24' ] || differs "as eth1 beside one: $above of 24; both with a name: $both of 24"
write 'a: { interface_name: eth0 }, b: {}'
docker compose create > /run/log 2>&1
for _ in $(seq 40); do ! docker start p-web-1 > /run/log 2>&1 || break; done
for _ in $(seq 40); do docker restart --time 0 p-web-1 > /run/log 2>&1 || break; done
grep -q 'error renaming interface' /run/log || differs "forty restarts succeeded: $(cat /run/log)"
[ "$(docker inspect --format '{{ .State.Running }}' p-web-1)" = false ] || differs 'it runs after such a restart'
echo "as stated, starts: eth0 $one of 40, eth1 $above of 24, both $both of 24, eth1 beside two $beside of 40"
