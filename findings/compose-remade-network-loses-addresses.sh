#!/bin/bash
# Tool: Docker Compose 2.40.3 (Debian docker-compose 2.40.3-3), engine 28.5.2.
# Behaviour: where a network's definition has changed (another gateway, a range), `docker compose up` makes the network anew
#   and puts the running containers back on it without what the file gives them there: `ipv4_address`, `mac_address` and the
#   names of the services are gone, and one gets the address that was the gateway's. Every `up` after that says "Running".
# Seen: 2026-11-29, 192.168.1.201 and .202 became .2 and .1 (the router's), and `db` could not be looked up; after another
#   `up` the same; after `up --force-recreate` .201 and .202 again
# Why it surprises: the services have not changed, the address stands in the file, `config` shows it, and `up` reports
#   success. On a LAN it may be another machine's address that is taken.
# For you: after a change of a network use `up --force-recreate`, or `down` and `up`.
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
mkdir -p /run/config/cli-plugins /run/p
ln -s "$work/root/usr/libexec/docker/cli-plugins/docker-compose" /run/config/cli-plugins/docker-compose
cd /run/p
write() {
  cat > compose.yaml <<YAML
name: p
services:
  web:
    image: box:1
    command: sleep 999
    stop_signal: SIGKILL
    networks: { lan: { ipv4_address: 192.168.1.201, mac_address: "02:00:00:00:00:07" } }
  db:
    image: box:1
    command: sleep 999
    stop_signal: SIGKILL
    networks: { lan: { ipv4_address: 192.168.1.202 } }
networks:
  lan:
    driver: macvlan
    driver_opts: { parent: p0 }
    ipam: { config: [{ subnet: 192.168.1.0/24, gateway: $1 }] }
YAML
}
format='{{ with index .NetworkSettings.Networks "p_lan" }}{{ .IPAddress }} {{ with .IPAMConfig }}{{ .IPv4Address }}{{ end }} {{ .MacAddress }}{{ end }}'
now() { docker inspect --format "$format" p-web-1 p-db-1; }
addresses() { now | cut -d ' ' -f 1 | paste -sd ' '; }

write 192.168.1.1
docker compose up --detach > /run/log 2>&1 || skip "not started: $(tail -n 2 /run/log)"
[ "$(addresses)" = '192.168.1.201 192.168.1.202' ] || differs "at first: $(now)"
docker exec p-web-1 nslookup db > /dev/null 2>&1 || differs 'at first the name is not known'
made=$(docker inspect --format '{{ .Id }}' p-web-1 p-db-1)
write 192.168.1.254
docker compose up --detach > /run/log 2>&1 || differs "the second up: $(cat /run/log)"
grep -q 'Network p_lan *Created' /run/log || differs "the network was not made anew: $(cat /run/log)"
[ "$(docker inspect --format '{{ .Id }}' p-web-1 p-db-1)" = "$made" ] || differs 'the containers are others'
after=$(addresses)
! now | grep -qE '192\.168\.1\.20[12]|02:00:00:00:00:07' || differs "after the second up: $(now)"
! docker exec p-web-1 nslookup db > /dev/null 2>&1 || differs 'the name is still known'
docker compose up --detach > /run/log 2>&1 || differs "the third up: $(cat /run/log)"
[ "$(addresses)" = "$after" ] || differs "after the third up: $(now)"
docker compose up --detach --force-recreate > /run/log 2>&1 || differs "--force-recreate: $(cat /run/log)"
[ "$(addresses)" = '192.168.1.201 192.168.1.202' ] || differs "after --force-recreate: $(now)"
echo "as stated: 192.168.1.201 192.168.1.202 became $after, and stayed so; --force-recreate gives them back"
