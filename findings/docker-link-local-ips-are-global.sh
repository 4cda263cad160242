#!/bin/bash
# Tool: Docker Engine 26.1.5 (Debian docker.io 26.1.5+dfsg1-9+deb13u1+b1); 28.5.2 gives the same addresses.
# Behaviour: --link-local-ip (Compose's link_local_ips) takes addresses of 169.254.0.0/16 only, puts them into the
#   container with /16 and scope global, and gives one address to any number of containers of a network.
# Seen: 2026-11-29: `inet 169.254.7.7/16 scope global eth0` in both of two containers of one macvlan network; with
#   192.168.1.60 the container does not start: `invalid link local IP address: 192.168.1.60`
# Why it surprises: the option reads as if it added any second address; whatever else adds link-local addresses gives
#   them the scope link, and probes first (RFC 3927); Docker refuses the same ordinary address twice.
# For you: a second address of the LAN cannot be had this way; and with scope global the kernel may choose the
#   link-local address as a source where it is the first.
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
docker network create --driver macvlan --opt parent=p0 --subnet 192.168.1.0/24 --gateway 192.168.1.1 net > /dev/null
# inside NAME: the link-local address as the container's kernel has it.
inside() { docker exec "$1" ip -4 addr show dev eth0 | sed -n 's/^ *\(inet 169.*\)/\1/p'; }
for name in one two; do
  docker run --detach --network net --link-local-ip 169.254.7.7 --name "$name" box:1 sleep 999 > /dev/null 2>&1 ||
    differs "$name did not start"
  address=$(inside "$name")
  case $address in 'inet 169.254.7.7/16 '*'scope global eth0') ;; *) differs "$name: $address" ;; esac
done
twice=$(docker run --detach --network net --ip 192.168.1.77 --name three box:1 sleep 999 2>&1 > /dev/null &&
  docker run --detach --network net --ip 192.168.1.77 --name four box:1 sleep 999 2>&1 > /dev/null) &&
  differs 'one ordinary address for two'
case $twice in *'Address already in use'*) ;; *) differs "an ordinary address twice: $twice" ;; esac
other=$(docker run --detach --network net --link-local-ip 192.168.1.60 --name five box:1 sleep 999 2>&1 > /dev/null) &&
  differs 'it takes an address of the LAN'
case $other in *'invalid link local IP address'*) ;; *) differs "an address of the LAN: $other" ;; esac
echo "as stated: $address, in two containers at once; 192.168.1.60: invalid link local IP address"
