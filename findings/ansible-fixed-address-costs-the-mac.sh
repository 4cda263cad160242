#!/bin/bash
# Tool: the module docker_container of Ansible's community.docker 3.4.7 (Debian 12's ansible 7.7.0+dfsg-3+deb12u1),
#   Docker Engine 28.5.2 (docker.io 28.5.2+dfsg4-5).
# Behaviour: a container with `mac_address` whose first network has an `ipv4_address` too does not get that MAC address,
#   but one of the engine's; without the address it gets it. The same task again says "changed": false.
# Seen: 2026-11-29, with mac_address 02:00:00:00:00:07 and networks [{ name: lan }]: 02:00:00:00:00:07; with
#   ipv4_address 192.168.1.205 as well: another one, though `docker inspect` has 02:00:00:00:00:07 under Config;
#   "changed": false
# Why it surprises: each of the two alone works. The module gives a container its address by taking it off the network
#   and putting it on again; the engine keeps the MAC address for the first connection alone (see
#   docker-config-mac-is-not-the-interfaces.sh), and the module compares with that of Config.
# For you: a router's reservation by MAC address does not hold. Look at what the container has, by `ip link`.
# Needs: root, veth, macvlan, iproute2, iptables, unshare, Python 3, apt-get. Exit code: 0 as stated, 1 not so, 2 not
#   tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || skip 'needs root'
  for tool in ip iptables unshare python3 apt-get dpkg-deb; do
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

  fetch bookworm ansible=7.7.0+dfsg-3+deb12u1 ansible-core python3-jinja2 python3-packaging python3-markupsafe \
    python3-yaml python3-requests python3-urllib3 python3-certifi python3-chardet python3-charset-normalizer \
    python3-idna containerd=1.6.20~ds1-1+deb12u3 runc=1.1.5+ds1-1+deb12u1 busybox-static=1:1.35.0-4+deb12u1+b1
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
# module NAME ARGUMENTS: runs a module as Ansible does on the machine, with these arguments as JSON; prints "changed".
module() {
  echo "{ \"ANSIBLE_MODULE_ARGS\": { $2 } }" |
    PYTHONPATH=$work/root/usr/lib/python3/dist-packages timeout 90 python3 -W ignore \
      -m "ansible_collections.community.docker.plugins.modules.$1" > /run/log 2>&1 || skip "$1: $(tail -n 1 /run/log)"
  grep -oE '"changed": (true|false)' /run/log
}
# real: whether the container's interface has the MAC address, and whether its configuration has it.
real() {
  local interface=no config=no
  if docker exec "$1" ip link show eth0 | grep -q 02:00:00:00:00:07; then interface=yes; fi
  if [ "$(docker inspect "$1" --format '{{ .Config.MacAddress }}')" = 02:00:00:00:00:07 ]; then config=yes; fi
  echo "$interface $config"
}
task='"image": "box:1", "command": "sleep 999", "mac_address": "02:00:00:00:00:07"'
free='"name": "free", "networks": [{ "name": "lan" }]'
fixed='"name": "fixed", "networks": [{ "name": "lan", "ipv4_address": "192.168.1.205" }]'
without="$(module docker_container "$task, $free"), $(real free)"
docker rm --force free > /dev/null
with="$(module docker_container "$task, $fixed"), $(real fixed)"
again="$(module docker_container "$task, $fixed"), $(real fixed)"
[ "$without" = '"changed": true, yes yes' ] || differs "without an address: $without"
[ "$with" = '"changed": true, no yes' ] || differs "with an address: $with"
[ "$again" = '"changed": false, no yes' ] || differs "the same task again: $again"
echo "as stated, MAC address of the interface, of Config: no address: $without; address: $with; again: $again"
