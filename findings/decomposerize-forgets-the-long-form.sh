#!/bin/bash
# Tool: decomposerize 1.4.4 (npm), Compose file to `docker run`.
# Behaviour: a port in the long form is left out; so are a MAC address at the network and the address on every network
#   but one; `network_mode: service:vpn` becomes `--net service:vpn`, a network of that name. No message.
# Seen: 2026-11-28: ports: [{ target: 80, published: "8080" }] gives `docker run nginx`; "8080:80" gives `docker run
#   -p 8080:80 nginx`; networks lan 192.168.1.5 and back 10.0.0.5 give `docker run --net lan --net back --ip
#   192.168.1.5 nginx`; network_mode gives `docker run --net service:vpn nginx`
# Why it surprises: the short and the long form are one thing for Compose, and `docker compose config` prints the long
#   one only.
# For you: the output of `docker compose config` loses all its ports here. A line without -p for a service with ports
#   is the sign.
# Needs: Node, npm. Exit code: 0 as stated, 1 not so, 2 not tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

for tool in node npm; do
  command -v "$tool" > /dev/null || skip "needs $tool"
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --no-save --no-audit --no-fund --silent decomposerize@1.4.4 || skip 'decomposerize 1.4.4 cannot be had'
# run KEYS: the command for a service with these keys.
run() {
  node -e 'const to = require("decomposerize"); console.log((to.default ?? to)(process.argv[1]))' \
    "services: { web: { image: nginx, $1 } }" | tail -n 1
}
long=$(run 'ports: [{ target: 80, published: "8080" }]')
short=$(run 'ports: ["8080:80"]')
address=$(run 'networks: { lan: { ipv4_address: 192.168.1.5 }, back: { ipv4_address: 10.0.0.5 } }')
mac=$(run 'networks: { lan: { mac_address: "02:00:00:00:00:07" } }')
mode=$(run 'network_mode: "service:vpn"')
[ "$short" = 'docker run -p 8080:80 nginx' ] || differs "short: $short"
[ "$long" = 'docker run nginx' ] || differs "long: $long"
[ "$address" = 'docker run --net lan --net back --ip 192.168.1.5 nginx' ] || differs "two addresses: $address"
[ "$mac" = 'docker run --net lan nginx' ] || differs "MAC address: $mac"
[ "$mode" = 'docker run --net service:vpn nginx' ] || differs "network_mode: $mode"
printf '%s\n' "as stated: $long" "$short" "$address" "$mac" "$mode"
