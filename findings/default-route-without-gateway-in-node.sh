#!/bin/bash
# Tool: default-gateway 7.2.2, systeminformation 5.33.26, network 0.7.0 (npm), on Node 20.
# Behaviour: where the default route names no gateway (`default dev eth0`), as in every ipvlan L3 container, the first
#   throws a TypeError, the second calls the default interface "link", the third gives "eth0" as the gateway's address.
# Seen: 2026-11-28: default-gateway: `family.substring is not a function`; systeminformation: networkInterfaceDefault()
#   `link`; network: get_interfaces_list() `gateway_ip: 'eth0'`
# Why it surprises: it is an ordinary route, which `ip route` prints as `default dev eth0 scope link`; two take a word
#   of that line by its place. default-gateway means to handle the case, for an older Node.
# For you: programs built on these (dashboards, dev servers that print their URL, discovery) misbehave in ipvlan L3 mode
#   alone. `ip -j route show default` is what they should ask; `os.networkInterfaces()` is right.
# Needs: root, Linux with veth, iproute2, unshare, Node, npm. Exit code: 0 as stated, 1 not so, 2 not tried.
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
  cd "$work"
  npm install --no-save --no-audit --no-fund --silent default-gateway@7.2.2 systeminformation@5.33.26 network@0.7.0 ||
    skip 'the packages cannot be had'
  cat > ask.mjs <<'END'
import { promisify } from 'node:util';
import { gateway4async } from 'default-gateway';
import network from 'network';
import systeminformation from 'systeminformation';
const first = await gateway4async().then(({ gateway }) => `${gateway}`, ({ message }) => message);
const second = await systeminformation.networkInterfaceDefault();
const third = await promisify(network.get_interfaces_list)();
console.log([first, second, third.find(({ name }) => name === 'eth0').gateway_ip].join(' | '));
END
  script=$(cd "$OLDPWD" && realpath "$0")
  unshare --net --mount --pid --fork --kill-child --mount-proc -- bash "$script" --inside
  exit
fi

# The first process of a process namespace: nothing below touches the machine's own network.
[ $$ = 1 ] || exit 2
ip link add eth0 type veth peer name peer || skip 'needs veth'
for link in lo eth0 peer; do ip link set "$link" up; done
ip addr add 10.7.1.2/24 dev eth0
ip route add default via 10.7.1.1
with=$(node ask.mjs 2>&1)
[ "$with" = '10.7.1.1 | eth0 | 10.7.1.1' ] || differs "with a gateway: $with"
ip route replace default dev eth0
without=$(node ask.mjs 2>&1)
[ "$without" = 'family.substring is not a function | link | eth0' ] || differs "without a gateway: $without"
echo "as stated: with a gateway: $with; without: $without"
