#!/bin/bash
# Tool: the module docker_network of Ansible's community.docker 3.4.7 (Debian 12's ansible 7.7.0+dfsg-3+deb12u1), Docker
#   Engine 28.5.2 (docker.io 28.5.2+dfsg4-5), a macvlan network with running containers.
# Behaviour: where the network differs from the task in anything, a label is enough, the module disconnects every
#   container, removes the network, makes it anew and connects the containers again by name alone: their fixed
#   addresses, MAC addresses and aliases are gone, while they go on running. It does so without `force`. A task that no
#   longer has `ipam_config` changes nothing.
# Seen: 2026-11-29, container with 192.168.1.205, 02:00:00:00:00:07 and the alias front; after a task with one label
#   more: another address of the range, another MAC address, no alias, running; "changed": true. After a task without
#   ipam_config: "changed": false
# Why it surprises: `docker network` cannot change a network in use at all, and Compose makes the containers anew with
#   what their file says. "changed" is the word for a label, too.
# For you: after a change to such a task make the containers anew; or leave labels alone.
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
# module NAME ARGUMENTS: runs a module as Ansible does on the machine, with these arguments as JSON; prints "changed".
module() {
  echo "{ \"ANSIBLE_MODULE_ARGS\": { $2 } }" |
    PYTHONPATH=$work/root/usr/lib/python3/dist-packages timeout 90 python3 -W ignore \
      -m "ansible_collections.community.docker.plugins.modules.$1" > /run/log 2>&1 || skip "$1: $(tail -n 1 /run/log)"
  grep -oE '"changed": (true|false)' /run/log
}
network='"name": "lan", "driver": "macvlan", "driver_options": { "parent": "p0" }'
addresses='"ipam_config": [{ "subnet": "192.168.1.0/24", "gateway": "192.168.1.1", "iprange": "192.168.1.192/27" }]'
# state: of the container: running, whether it has its address, its MAC address, and its alias.
state() {
  docker inspect web --format '{{ .State.Running }} {{ with .NetworkSettings.Networks.lan }}{{
    eq .IPAddress "192.168.1.205" }} {{ eq .MacAddress "02:00:00:00:00:07" }} {{ len .Aliases }}{{ end }}'
}
first=$(module docker_network "$network, $addresses")
docker run --detach --name web --network lan --ip 192.168.1.205 --mac-address 02:00:00:00:00:07 \
  --network-alias front box:1 sleep 999 > /dev/null || skip 'no container'
again="$(module docker_network "$network, $addresses"), $(state)"
fewer="$(module docker_network "$network"), $(state)"
label="$(module docker_network "$network, $addresses, \"labels\": { \"team\": \"web\" }"), $(state)"
[ "$first" = '"changed": true' ] || differs "at first: $first"
[ "$again" = '"changed": false, true true true 1' ] || differs "the same task: $again"
[ "$fewer" = '"changed": false, true true true 1' ] || differs "without ipam_config: $fewer"
[ "$label" = '"changed": true, true false false 0' ] || differs "with a label: $label"
echo "as stated; running, address, MAC address, aliases: same task: $again; no ipam_config: $fewer; label: $label"
