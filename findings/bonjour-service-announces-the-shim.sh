#!/bin/bash
# Tool: bonjour-service 1.4.4 (npm), the usual mDNS library of Node programs.
# Behaviour: it answers the LAN with every address of every interface, a macvlan shim's link-local one included, even
#   where the shim was made with `multicast off`; the answer goes out by the host's card.
# Seen: 2026-11-28, asked from the LAN for thing.local: 192.168.1.10 says 169.254.7.7, 192.168.1.10 says 192.168.1.10
# Why it surprises: `multicast off` keeps avahi from telling such an address, for avahi looks at the interface's flags.
#   A Node program cannot: `os.networkInterfaces()` has neither flags nor scope.
# For you: a link-local address on a host interface keeps the host's ARP requests clean, but Node programs in host mode
#   then give it to their clients, some of which try it first. Where a program lets you, name the address.
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
  npm install --no-save --no-audit --no-fund --silent bonjour-service@1.4.4 multicast-dns@7.2.5 ||
    skip 'the packages cannot be had'
  cat > announce.cjs <<'END'
const { Bonjour } = require('bonjour-service');
const service = new Bonjour().publish({ name: 'Thing', type: 'http', port: 3000, host: 'thing.local' });
service.on('up', () => console.log('advertised'));
END
  cat > ask.cjs <<'END'
const mdns = require('multicast-dns')({ interface: '192.168.1.1', bind: '0.0.0.0' });
const heard = new Set();
mdns.on('response', ({ answers, additionals }, { address }) => {
  for (const { name, type, data } of [...answers, ...additionals])
    if (name === 'thing.local' && type === 'A') heard.add(`${address} says ${data}`);
});
mdns.on('ready', () => {
  const ask = () => mdns.query([{ name: 'thing.local', type: 'A' }]);
  for (const wait of [0, 1000, 2000]) setTimeout(ask, wait);
  setTimeout(() => { console.log([...heard].join(', ')); process.exit(); }, 4000);
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
ip route add default via 192.168.1.1
ip -n lan route add default dev l0
ip link add link p0 name s0 type macvlan mode bridge || skip 'needs macvlan'
echo 1 > /proc/sys/net/ipv6/conf/s0/disable_ipv6 || true
ip link set s0 multicast off
ip link set s0 up
# heard: what the LAN is told, and by whom.
heard() {
  local pid
  timeout 60 node announce.cjs > log 2>&1 &
  pid=$!
  for _ in $(seq 100); do ! grep -q '^advertised' log || break; sleep 0.3; done
  ip netns exec lan node ask.cjs
  kill "$pid"
  wait "$pid" 2> /dev/null || true
}
without=$(heard)
[ "$without" = '192.168.1.10 says 192.168.1.10' ] || differs "without an address on the shim: $without"
ip addr add 169.254.7.7/32 dev s0 scope link
with=$(heard)
case $with in
  *'192.168.1.10 says 169.254.7.7'*) echo "as stated: $with" ;;
  *) differs "with 169.254.7.7 on the shim: $with" ;;
esac
