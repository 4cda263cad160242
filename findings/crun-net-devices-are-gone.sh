#!/bin/bash
# Tool: crun 1.28 (Debian's crun 1.28-1), `linux.netDevices` of a container's config.json (OCI runtime specification
#   1.3), with a macvlan interface made on the host.
# Behaviour: the interface is moved into the container, with its MAC and IP addresses, its MTU and the new name; its
#   routes and arp_filter are not. When the container ends it is deleted, and so it is when the container cannot be
#   started: the second start fails. A veth goes the same way, and its other end with it.
# Seen: 2026-11-29: in the container `192.168.1.210/32`, mtu 1400, no IPv4 route, arp_filter 0; afterwards no s0 on the
#   host; after a command that does not exist: none, too; second start: exit code 1
# Why it surprises: a card in its place comes back to the host by itself, and the key reads as if a device was lent, as
#   those of `linux.devices` are. That a mere typing error in the command costs the host an interface is as unexpected.
# For you: whatever makes the interface has to make it before each start, with a hook of the runtime; `restart` alone
#   will not do. Routes are the container's own affair.
# Needs: root, Linux with veth and macvlan, iproute2, unshare, apt-get. Exit code: 0 as stated, 1 not so, 2 not tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || skip 'needs root'
  for tool in ip unshare chroot apt-get dpkg-deb; do
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

  # crun is run in a root folder of its own, with the C library that it was built for.
  fetch sid crun=1.28-1 libc6 libgcc-s1 libblake3-0 libseccomp2 libyajl2 libcap2 libsystemd0 libjson-c5
  fetch bookworm busybox-static=1:1.35.0-4+deb12u1+b1
  unshare --net --mount --pid --fork --kill-child --mount-proc -- bash "$0" --inside "$work"
  exit
fi

# The first process of a process namespace: nothing below touches the machine's own network.
[ $$ = 1 ] || exit 2
work=$2
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
root=$work/root
mount --bind "$root" "$root"
mount --make-rprivate "$root"
mkdir -p "$root"/{proc,sys,dev,run,bundle/rootfs/{bin,dev,etc,proc,sys}}
for folder in lib lib64; do [ -e "$root/$folder" ] || ln -s "usr/$folder" "$root/$folder"; done
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/dev"
mknod -m 666 "$root/dev/null" c 1 3
mount -t tmpfs tmpfs "$root/run"
mount -t sysfs sysfs "$root/sys"
mount -t cgroup2 cgroup "$root/sys/fs/cgroup"
cp "$root/bin/busybox" "$root/bundle/rootfs/bin/busybox"
for applet in sh ip cat; do ln -s busybox "$root/bundle/rootfs/bin/$applet"; done
# device: the interface, as a host would make it.
device() {
  ip link add link p0 name s0 mtu 1400 type macvlan mode bridge || skip 'needs macvlan'
  ip link set s0 up
  ip addr add 192.168.1.210/32 dev s0
  ip route add 192.168.1.1/32 dev s0
  echo 1 > /proc/sys/net/ipv4/conf/s0/arp_filter
}
# started COMMAND: the exit code of a container that starts with it; what it prints is kept.
started() {
  local code=0 filter=/proc/sys/net/ipv4/conf/eth0/arp_filter
  cat > "$root/bundle/config.json" <<JSON
{ "ociVersion": "1.3.0",
  "process": {
    "user": { "uid": 0, "gid": 0 }, "cwd": "/",
    "args": ["$1", "-c", "ip -4 addr show eth0; ip route; echo filter \$(cat $filter)"] },
  "root": { "path": "rootfs" },
  "mounts": [{ "destination": "/proc", "type": "proc", "source": "proc" }],
  "linux": {
    "namespaces": [{ "type": "pid" }, { "type": "network" }, { "type": "mount" }],
    "netDevices": { "s0": { "name": "eth0" } } } }
JSON
  timeout 60 chroot "$root" /usr/bin/crun --cgroup-manager=disabled --root /run/crun run --bundle /bundle web \
    > "$work/out" 2>&1 || code=$?
  echo "$code"
}
# left: the host's interfaces.
left() { ip -o link | sed 's/^[0-9]*: \([^:@]*\).*/\1/' | paste -sd ' '; }
device
first=$(started /bin/sh)
[ "$first" = 0 ] || skip "no container: $(cat "$work/out")"
inside=$(grep -oE 'mtu [0-9]+|inet [0-9./]+|filter [0-9]|.* via .*|^[0-9.]+ dev.*' "$work/out" | paste -sd ' ')
after=$(left)
again=$(started /bin/sh)
device
missing=$(started /bin/nonesuch)
after_missing=$(left)
[ "$inside" = 'mtu 1400 inet 192.168.1.210/32 filter 0' ] || differs "in the container: $inside"
[ "$after" = 'lo p0' ] || differs "afterwards: $after"
[ "$again" != 0 ] || differs 'it starts a second time'
[ "$missing" != 0 ] && [ "$after_missing" = 'lo p0' ] || differs "command missing: $missing, $after_missing"
echo "as stated: in the container $inside; afterwards $after; started again: $again; command missing: $after_missing"
