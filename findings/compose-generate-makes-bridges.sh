#!/bin/bash
# Tool: `docker compose alpha generate` of Docker Compose 2.40.3 (Debian 2.40.3-3), Docker Engine 28.5.2.
# Behaviour: the Compose file that it makes from running containers has every network as a plain entry, without driver,
#   options, addresses or `external`. What was on a macvlan network is on a new bridge with it, `network_mode: host`
#   becomes a bridge named host, `network_mode: service:…` nothing. `command`, `dns` and `extra_hosts` are lost, too.
# Seen: 2026-11-29: `networks: { host: {}, p_lan: {} }`; started as project q: q_h on q_host (bridge), q_web on q_p_lan
#   (bridge), q_db on q_default
# Why it surprises: it names the networks rightly and keeps ports, environment, health check and volumes; what it
#   prints is a valid file and starts. The addresses of the LAN are free for the next device meanwhile.
# For you: do not rebuild a lost file with it without going over `networks` and `network_mode`, by `docker inspect`.
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
# An image that has a command of its own, as most do.
tar -C /run/image -c . | docker import --change 'CMD ["sleep", "999"]' - box:2 > /dev/null
cat > compose.yaml <<'YAML'
name: p
services:
  web:
    image: box:2
    command: sleep 777
    environment: { KIND: web }
    dns: 192.168.1.1
    extra_hosts: { nas: 192.168.1.5 }
    networks: { lan: { ipv4_address: 192.168.1.201 } }
  db: { image: box:2, network_mode: "service:web" }
  h: { image: box:2, network_mode: host }
networks:
  lan:
    driver: macvlan
    driver_opts: { parent: p0 }
    ipam: { config: [{ subnet: 192.168.1.0/24, gateway: 192.168.1.1 }] }
YAML
docker compose up --detach > /run/log 2>&1 || skip "not started: $(tail -n 2 /run/log)"
before=$(docker inspect --format '{{.HostConfig.NetworkMode}}' p-web-1 p-h-1 | paste -sd ' ')
[ "$before" = 'p_lan host' ] || differs "before: $before"
docker compose alpha generate p-web-1 p-db-1 p-h-1 > generated.yaml 2> /run/log || differs "$(cat /run/log)"
networks=$(sed -n '/^networks:/,$p' generated.yaml | tr -d '\n' | tr -s ' ')
lost=$(grep -cE '192\.168|777|network_mode|external|macvlan' generated.yaml || true)
kept=$(grep -c 'KIND: web' generated.yaml || true)
docker compose down > /run/log 2>&1
docker compose --project-name q --file generated.yaml up --detach > /run/log 2>&1 ||
  differs "the file does not start: $(tail -n 2 /run/log)"
# The network of each container and its driver.
after=$(for name in web db h; do
  network=$(docker inspect --format '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}}{{end}}' "q-$name-1")
  echo "$network $(docker network inspect --format '{{.Driver}}' "$network")"
done | paste -sd ',')
[ "$networks" = 'networks: host: {} p_lan: {}' ] || differs "networks: $networks"
[ "$lost $kept" = '0 1' ] || differs "the file: $(cat generated.yaml)"
[ "$after" = 'q_p_lan bridge,q_default bridge,q_host bridge' ] || differs "started: $after"
echo "as stated: $networks; web, db and h started: $after"
