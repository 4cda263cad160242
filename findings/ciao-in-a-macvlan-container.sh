#!/bin/bash
# Tool: @homebridge/ciao 1.3.12 (npm), the mDNS part of Homebridge, with the `ip` of iproute2 6.1 or BusyBox.
# Behaviour: in a macvlan container it announces on the loopback interface alone: it reads names from `ip -o link show`,
#   where the interface is `eth0@if5`, and finds no interface of that name.
# Seen: 2026-11-28: `ciao:NetworkManager Initial networks [lo] ignoring [eth0]`; asked from the LAN: no answer. The same
#   service with `interface: 'eth0'` answers.
# Why it surprises: everything works on the metal, where `ip` prints `eth0`; advertise() resolves, nothing is logged. An
#   image *without* `ip` works, too: then it falls back to what Node says.
# For you: a bridge that the phone does not find on a macvlan network need not be a fault of the network. Name the
#   interface (Homebridge: `bridge.bind: ["eth0"]`), or leave `ip` out of the image.
# Needs: root, Linux with veth and macvlan, iproute2, unshare, Node, npm. Exit code: 0 as stated, 1 not so, 2 not tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || skip 'needs root'
  for tool in ip unshare node npm; do
    command -v "$tool" > /dev/null || skip "needs $tool"
  done
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  script=$(realpath "$0")
  cd "$work"
  npm install --no-save --no-audit --no-fund --silent @homebridge/ciao@1.3.12 multicast-dns@7.2.5 ||
    skip 'the packages cannot be had'
  cat > announce.cjs <<'END'
const { getResponder } = require('@homebridge/ciao');
const options = process.argv[2] ? { interface: process.argv[2] } : {};
const service = getResponder(options).createService({ name: 'Bridge', type: 'hap', port: 51826, hostname: 'bridge' });
service.advertise().then(() => console.log('advertised'));
END
  cat > ask.cjs <<'END'
const mdns = require('multicast-dns')({ interface: '192.168.1.1', bind: '0.0.0.0' });
const answers = new Set();
mdns.on('response', ({ answers: records }) => {
  for (const { name, type, data } of records) if (name === 'bridge.local' && type === 'A') answers.add(data);
});
mdns.on('ready', () => {
  const ask = () => mdns.query([{ name: 'bridge.local', type: 'A' }]);
  for (const wait of [0, 1000, 2000]) setTimeout(ask, wait);
  setTimeout(() => { console.log([...answers].join(' ')); process.exit(); }, 4000);
});
END
  unshare --net --mount --pid --fork --kill-child --mount-proc -- bash "$script" --inside
  exit
fi

# The first process of a process namespace: nothing below touches the machine's own network.
[ $$ = 1 ] || exit 2
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
ip -n lan route add default dev l0
ip netns add c1
ip link add link p0 name eth0 netns c1 type macvlan mode bridge || skip 'needs macvlan'
ip -n c1 addr add 192.168.1.201/24 dev eth0
for link in lo eth0; do ip -n c1 link set "$link" up; done
ip -n c1 route add default via 192.168.1.1

# heard [INTERFACE]: the addresses that the LAN is told.
heard() {
  local pid
  DEBUG=ciao:NetworkManager timeout 60 ip netns exec c1 node announce.cjs "$@" > log 2>&1 &
  pid=$!
  for _ in $(seq 100); do ! grep -q '^advertised' log || break; sleep 0.3; done
  ip netns exec lan node ask.cjs
  kill "$pid"
  wait "$pid" 2> /dev/null || true
}
named=$(heard eth0)
[ "$named" = 192.168.1.201 ] || differs "with the interface named the LAN hears: ${named:-nothing}"
unnamed=$(heard)
networks=$(grep -o 'Initial networks .*' log || true)
[ -z "$unnamed" ] || differs "the LAN hears: $unnamed, $networks"
[ "$networks" = 'Initial networks [lo] ignoring [eth0]' ] || differs "$networks"
echo "as stated: $networks; the LAN hears nothing, and $named where the interface is named"
