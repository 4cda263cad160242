#!/bin/bash
# Tool: Linux 6.18, macvlan; iproute2 6.1, ethtool 6.1 (Debian 12's ethtool 1:6.1-1).
# Behaviour: multicast and broadcast for macvlan interfaces wait in one queue of the parent, of 1000 frames; of a burst
#   that is longer the containers lose the rest, while a socket on the parent gets all of it. The loss is counted on
#   the parent (`rx_dropped`) and nowhere in the container. The queue is as long as the longest that any macvlan
#   interface of the parent asks for: `bcqueuelen 100000` on the host's own mends it for all containers.
# Seen: 2026-11-30, five bursts of 20,000 datagrams of 500 bytes, each within about 0.1 s: the parent got 100,000, a
#   container 59,538 to 63,454 in three runs, and rx_dropped is the rest; with a queue of 100,000 all
# Why it surprises: the container counts no loss, and the counter that does stands at an interface whose own sockets
#   lost nothing. Docker has no option for the queue.
# For you: where a container takes video or market data by multicast, look at `rx_dropped` of the card, and write `ip
#   link set SHIM type macvlan bcqueuelen 100000`. It is gone with the shim.
# Needs: root, veth, macvlan, iproute2, Python 3, unshare, apt-get. Exit code: 0 as stated, 1 not so, 2 not tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || skip 'needs root'
  for tool in ip python3 unshare apt-get dpkg-deb; do
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

  fetch bookworm ethtool=1:6.1-1 libmnl0=1.0.4-3
  unshare --net --mount --pid --fork --kill-child --mount-proc -- bash "$0" --inside "$work"
  exit
fi

# The first process of a process namespace: nothing below touches the machine's own network.
[ $$ = 1 ] || exit 2
work=$2
mount -t tmpfs tmpfs /run
mkdir /run/netns
mount -t sysfs sysfs /sys
# A LAN: p0 is the host's, l0 another machine's; s0 is the host's shim, c0 a container's.
ip link set lo up
for name in lan box; do ip netns add "$name"; done
ip link add p0 type veth peer name l0 netns lan || skip 'needs veth and named network namespaces'
ip link add link p0 name s0 type macvlan mode bridge || skip 'needs macvlan'
ip link add link p0 name c0 netns box type macvlan mode bridge
ip addr add 192.168.1.10/24 dev p0
ip -n lan addr add 192.168.1.1/24 dev l0
ip -n box addr add 192.168.1.50/24 dev c0
ip link set p0 up
ip link set s0 up
ip -n lan link set l0 up
ip -n box link set c0 up
cat > /run/burst.py <<'PY'
import socket, sys, time
group, port, bursts, each = '239.1.2.3', 5000, 5, 20000
own = socket.inet_aton(sys.argv[2])
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
if sys.argv[1] == 'send':
    udp.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, own)
    udp.setsockopt(socket.IPPROTO_UDP, 103, 500)  # UDP_SEGMENT: a hundred datagrams with each call
    for _ in range(bursts):
        for _ in range(each // 100):
            udp.sendto(bytes(50000), (group, port))
        time.sleep(1)
else:
    udp.setsockopt(socket.SOL_SOCKET, 33, 256 << 20)  # SO_RCVBUFFORCE
    udp.bind((group, port))
    udp.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + own)
    print('ready', flush=True)
    udp.settimeout(10)
    count = 0
    try:
        while True:
            udp.recv(2000)
            count += 1
    except socket.timeout:
        print(count)
PY
# The cable carries frames, not what a card would cut into some.
library=$(uname -m)-linux-gnu
LD_LIBRARY_PATH=$work/root/usr/lib/$library:$work/root/lib/$library ip netns exec lan \
  "$work/root/sbin/ethtool" -K l0 tx-udp-segmentation off > /dev/null || skip 'ethtool'
dropped() { cat /sys/class/net/p0/statistics/rx_dropped; }
# bursts: how many datagrams parent and container got, and how many frames the parent says were dropped.
bursts() {
  local before host box
  before=$(dropped)
  timeout 60 python3 /run/burst.py receive 192.168.1.10 > /run/host &
  host=$!
  timeout 60 ip netns exec box python3 /run/burst.py receive 192.168.1.50 > /run/box &
  box=$!
  for _ in $(seq 50); do ! grep -qs ready /run/host || ! grep -qs ready /run/box || break; sleep 0.1; done
  ip netns exec lan python3 /run/burst.py send 192.168.1.1
  wait "$host" "$box"
  echo "$(tail -n 1 /run/host) $(tail -n 1 /run/box) $(($(dropped) - before))"
}

read -r host box lost <<< "$(bursts)"
ip link set s0 type macvlan bcqueuelen 100000
read -r host2 box2 lost2 <<< "$(bursts)"
[ "$host $host2" = '100000 100000' ] || skip "the machine is too busy: the parent got $host and $host2"
[ "$((box + lost))" = 100000 ] || differs "the container got $box, and $lost were dropped"
[ "$lost" -gt 0 ] || differs 'nothing was lost'
[ "$box2 $lost2" = '100000 0' ] || differs "with a longer queue it got $box2, and $lost2 were dropped"
ip -n box -d link show c0 | grep -q 'bcqueuelen 1000 usedbcqueuelen 100000' || differs 'the queue of the container'
ip -n box -s -j link show c0 | grep -q '"rx":{[^}]*"dropped":0' || differs 'the container counts what was lost'
echo "as stated: parent $host, container $box, dropped $lost; with a longer queue $box2, $lost2"
