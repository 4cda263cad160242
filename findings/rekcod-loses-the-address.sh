#!/bin/bash
# Tool: rekcod 3.0.0 (npm), which makes the `docker run` line of a container from `docker inspect`, Docker Engine 28.5.2
#   (Debian docker.io 28.5.2+dfsg4-5).
# Behaviour: of the networks it keeps the name of the first: the fixed address, the MAC address, the second network and
#   `--dns` are gone. `-h` has the old container's id, so the copy goes by the name of the old one for good.
# Seen: 2026-11-29, `--network lan --ip 192.168.1.205 --mac-address … --dns 192.168.1.1 -p 8080:80`, connected to back,
#   too: `docker run --name web … -p 8080:80/tcp --net lan … -h ID …`; run, it is on lan alone, with the next address
# Why it surprises: ports, restart policy, runtime and command come out right, and the line runs. An address is no
#   setting of the network but of the container, and `docker inspect` has it.
# For you: where a container on a macvlan network is to be made anew, read `docker inspect` under IPAMConfig and
#   Networks; the port in the line does nothing there.
# Needs: root, veth, macvlan, iproute2, iptables, unshare, Node, npm, apt-get. Exit code: 0 as stated, 1 not so, 2 not
#   tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || skip 'needs root'
  for tool in ip iptables unshare node npm apt-get dpkg-deb; do
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
  npm install --prefix "$work" --no-save --no-audit --no-fund --silent rekcod@3.0.0 || skip 'rekcod@3.0.0 cannot be had'
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
docker network create --subnet 10.7.0.0/24 back > /dev/null
docker run --detach --name web --network lan --ip 192.168.1.205 --mac-address 02:00:00:00:00:07 --dns 192.168.1.1 \
  --publish 8080:80 box:1 sleep 999 > /dev/null || skip 'no container'
docker network connect back web
# state: networks, address on lan, DNS servers; the container's name within.
state() {
  docker inspect web --format '{{ range $name, $_ := .NetworkSettings.Networks }}{{ $name }} {{ end }}{{
    .NetworkSettings.Networks.lan.IPAddress }} {{ .HostConfig.Dns }}'
}
before="$(state) $(docker inspect web --format '{{ .NetworkSettings.Networks.lan.MacAddress }}')"
name=$(docker inspect web --format '{{ .Config.Hostname }}')
line=$(docker inspect web | node "$work/node_modules/.bin/rekcod" | grep '^docker run') || skip 'rekcod prints no line'
docker rm --force web > /dev/null
# The line as it is.
timeout 60 sh -c "$line" > /run/log 2>&1 || differs "the line does not run: $line; $(cat /run/log)"
after=$(state)
kept=$(docker inspect web --format '{{ .Config.Hostname }}')
[ "$before" = 'back lan 192.168.1.205 [192.168.1.1] 02:00:00:00:00:07' ] || differs "before: $before"
[ "$after" = 'lan 192.168.1.192 []' ] || differs "after: $after"
[ "$kept" = "$name" ] || differs "the name within: $kept"
[[ $line != *02:00:00* && $line = *'-p 8080:80/tcp'* ]] || differs "the line: $line"
echo "as stated, networks, address, DNS: before: $before; after: $after; the line: ${line//$name/ID}"
