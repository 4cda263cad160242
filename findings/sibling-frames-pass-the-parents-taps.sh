#!/bin/bash
# Tool: Linux 6.18, macvlan in mode bridge, seen through packet sockets (as tcpdump, DHCP clients and address conflict
#   detection use them).
# Behaviour: a unicast frame from one macvlan interface to a sibling never leaves the card, but it passes the parent on
#   its way: a packet socket on the parent that takes all protocols (ETH_P_ALL) gets it as received, one that takes its
#   protocol only (ETH_P_ARP) does not. So, of a macvlan interface of the host's that answers a container's ARP request
#   for the host's address, the LAN hears nothing, and programs on the host itself may take it for another machine.
# Seen: 2026-11-29, answers "192.0.2.10 is at" the shim's MAC address: on the LAN 0, on the parent with ETH_P_ALL 1, with
#   ETH_P_ARP 0.
# Why it surprises: a capture on the LAN, or a neighbour, shows that nobody claims the host's address. dhcpcd 10.1.0 and
#   10.5.2, whose socket is of the first kind, hear it claimed; two claims in ten seconds, such as those of two
#   containers that ask for the host, and they give it up (DHCPDECLINE). 9.4.1, systemd-networkd 252 to 262 and
#   NetworkManager 1.42 to 1.58 do not.
# For you: listen on the parent, with tcpdump, when a host with macvlan containers and a shim loses its address; write
#   arp_persistdefence into dhcpcd.conf.
# Needs: root, Linux with veth and macvlan, iproute2, unshare, python3. Exit code: 0 as stated, 1 not so, 2 not
#   tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || skip 'needs root'
  for tool in ip unshare python3 timeout; do
    command -v "$tool" > /dev/null || skip "needs $tool"
  done
  unshare --net --mount --pid --fork --kill-child --mount-proc -- bash "$0" --inside
  exit
fi

# The first process of a process namespace: nothing below touches the machine's own network.
[ $$ = 1 ] || exit 2
mount -t tmpfs tmpfs /run
ip netns add lan
ip netns add web
ip link set lo up
ip link add p0 type veth peer name p1 netns lan || skip 'needs veth'
ip -n lan link set p1 up
ip link set p0 up
ip addr add 192.0.2.10/24 dev p0
ip link add s0 link p0 address 02:00:00:00:00:05 type macvlan mode bridge || skip 'needs macvlan'
sysctl -qw net.ipv4.conf.s0.arp_filter=1
ip link set s0 up
ip route add 192.0.2.200/32 dev s0
ip link add c0 link p0 netns web type macvlan mode bridge
ip -n web addr add 192.0.2.200/24 dev c0
ip -n web link set c0 up

# heard INTERFACE PROTOCOL FILE: counts the ARP answers of the shim for the host's address, for three seconds.
heard() {
  timeout 20 python3 - "$1" "$2" > "$3" << 'PYTHON'
import socket, sys, time
protocol = {"all": 3, "arp": 0x0806}[sys.argv[2]]
listener = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(protocol))
listener.bind((sys.argv[1], protocol))
listener.settimeout(0.2)
print("listening", flush=True)
claims, end = 0, time.monotonic() + 6
while time.monotonic() < end:
    try:
        frame = listener.recv(100)
    except socket.timeout:
        continue
    arp = frame[12:14] == b"\x08\x06" and frame[20:22] == b"\x00\x02"
    claims += arp and frame[22:28] == b"\2\0\0\0\0\5" and frame[28:32] == bytes([192, 0, 2, 10])
print(claims)
PYTHON
}
heard p0 all /run/parent-all &
heard p0 arp /run/parent-arp &
ip netns exec lan bash -c "$(declare -f heard); heard p1 all /run/lan" &
for file in parent-all parent-arp lan; do
  for _ in $(seq 100); do grep -qs listening "/run/$file" && break; sleep 0.1; done
  grep -qs listening "/run/$file" || skip 'no packet sockets'
done
# A question by ARP comes before the first word.
ip netns exec web bash -c 'echo > /dev/udp/192.0.2.10/9'
for _ in $(seq 30); do
  at=$(ip -n web neigh show 192.0.2.10)
  case $at in *lladdr*) break ;; esac
  sleep 0.1
done
case $at in *02:00:00:00:00:05*) ;; *) differs "the container knows the host as: $at" ;; esac
wait
all=$(tail -n 1 /run/parent-all)
arp=$(tail -n 1 /run/parent-arp)
lan=$(tail -n 1 /run/lan)
[ "$lan" = 0 ] || differs "the LAN hears $lan answers"
[ "$all" -ge 1 ] || differs 'the parent, all protocols: none'
[ "$arp" = 0 ] || differs "the parent, ARP alone: $arp"
echo "as stated: answers of the shim for the host's address: on the LAN $lan; on the parent, all protocols $all, ARP $arp"
