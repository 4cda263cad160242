#!/bin/bash
# Tool: Docker Engine 28.5.2 (Debian's docker.io 28.5.2+dfsg4-5), Docker Compose 2.40.3 (docker-compose 2.40.3-3).
# Behaviour: of two services on the same two networks, `gw_priority` of the one that asks decides at which address it
#   finds the other; that of the other does not count. An internal network with a priority comes before one without,
#   though nothing leaves by it; with IPv6 on one network, default route and name may lead over different ones.
# Seen: 2026-11-30, `db` for `web`, both on alpha and beta: alpha; web with `gw_priority: 1` on beta: beta; db with it:
#   alpha; alpha with IPv6 and web's priority on beta: the name beta, the default route alpha; beta internal, with
#   web's priority: the name beta, the default route alpha
# Why it surprises: the key is about the default gateway. Where one network is the LAN (macvlan), what was to make a
#   container leave by its own address makes it speak to its database by the LAN, past the private network that both
#   are on.
# For you: put the database on the private network alone; a server that lets users in by their address sees the LAN's.
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
for applet in sh sleep ip nslookup; do ln -s busybox "/run/image/bin/$applet"; done
dockerd --config-file /run/daemon.json --host "$DOCKER_HOST" --data-root /run/data --exec-root /run/exec \
  --pidfile /run/engine.pid --userland-proxy-path "$work/root/usr/sbin/docker-proxy" --storage-driver vfs \
  > /run/engine.log 2>&1 &
for _ in $(seq 100); do ! docker version > /dev/null 2>&1 || break; sleep 0.3; done
tar -C /run/image -c . | docker import - box:1 > /dev/null 2>&1 || skip "no engine: $(tail -n 3 /run/engine.log)"
mkdir -p /run/config/cli-plugins /run/p
ln -s "$work/root/usr/libexec/docker/cli-plugins/docker-compose" /run/config/cli-plugins/docker-compose
cd /run/p
# leads WEB-BETA DB-BETA ALPHA BETA: the network of the address of `db` for `web`, and that of web's default route.
leads() {
  local name way
  cat > compose.yaml <<YAML
services:
  web: { image: "box:1", command: sleep 999, stop_signal: SIGKILL, networks: { alpha: {}, beta: { $1 } } }
  db: { image: "box:1", command: sleep 999, stop_signal: SIGKILL, networks: { alpha: {}, beta: { $2 } } }
networks:
  alpha: { $3, ipam: { config: [{ subnet: 10.1.0.0/24 }, { subnet: "fd00:1::/64" }] } }
  beta: { $4, ipam: { config: [{ subnet: 10.2.0.0/24 }] } }
YAML
  docker compose up --detach > /run/log 2>&1 || skip "not started: $(tail -n 2 /run/log)"
  name=$(docker exec p-web-1 nslookup -type=a db | sed -n '/^Name/,$s/^Address.*: //p')
  way=$(docker exec p-web-1 ip route | sed -n 's/^default via \([^ ]*\).*/\1/p')
  docker compose down > /run/log 2>&1
  echo "$name $way" | sed -E 's/10\.1\.[0-9.]+/alpha/g; s/10\.2\.[0-9.]+/beta/g'
}
no='enable_ipv6: false'
plain=$(leads '' '' "$no" "$no")
own=$(leads 'gw_priority: 1' '' "$no" "$no")
other=$(leads '' 'gw_priority: 1' "$no" "$no")
six=$(leads 'gw_priority: 1' '' 'enable_ipv6: true' "$no")
internal=$(leads 'gw_priority: 1' '' "$no" 'internal: true')
[ "$plain" = 'alpha alpha' ] || differs "without priorities: $plain"
[ "$own" = 'beta beta' ] || differs "the asking one's priority: $own"
[ "$other" = 'alpha alpha' ] || differs "the other's priority: $other"
[ "$six" = 'beta alpha' ] || differs "with IPv6 on alpha: $six"
[ "$internal" = 'beta alpha' ] || differs "with beta internal: $internal"
echo "as stated, name and route: none $plain, own $own, other's $other, IPv6 on alpha $six, beta internal $internal"
