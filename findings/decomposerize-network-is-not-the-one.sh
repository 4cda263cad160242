#!/bin/bash
# Tool: decomposerize 1.4.4 (npm), Compose file to `docker network create` and `docker run`.
# Behaviour: `ipam: { driver: default }`, as Compose's own documentation has it, becomes a second `-d default` after
#   `-d macvlan`, and the last one counts for docker; a network with a `name` is created by that name and used by
#   another; an external network is created.
# Seen: 2026-11-28: `docker network create -d macvlan -d default --subnet 192.168.1.0/24 -o parent=eth0 house`,
#   `docker run --net lan nginx`; external: `docker network create lan`
# Why it surprises: the lines look whole and in order, and parent, subnet, range and gateway are all converted well.
# For you: leave `ipam.driver` out before converting, and compare the name after create with the one after --net. An
#   external macvlan network that does not exist yet comes to be as a bridge, and the container is on no LAN.
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
# commands NETWORK: the commands for a service on the network lan, defined so, on one line.
commands() {
  node -e 'const to = require("decomposerize"); console.log((to.default ?? to)(process.argv[1]))' \
    "{ services: { web: { image: nginx, networks: [lan] } }, networks: { lan: { $1 } } }" | paste -sd';'
}
lan='driver: macvlan, driver_opts: { parent: eth0 }'
plain=$(commands "$lan, ipam: { config: [{ subnet: 192.168.1.0/24 }] }")
driver=$(commands "$lan, ipam: { driver: default, config: [{ subnet: 192.168.1.0/24 }] }")
name=$(commands "name: house, $lan")
external=$(commands 'external: true')
run='docker run --net lan nginx'
[ "$plain" = "docker network create -d macvlan --subnet 192.168.1.0/24 -o parent=eth0 lan;$run" ] ||
  differs "without the driver: $plain"
[ "$driver" = "docker network create -d macvlan -d default --subnet 192.168.1.0/24 -o parent=eth0 lan;$run" ] ||
  differs "with the driver: $driver"
[ "$name" = "docker network create -d macvlan -o parent=eth0 house;$run" ] || differs "with a name: $name"
[ "$external" = "docker network create lan;$run" ] || differs "external: $external"
printf '%s\n' "as stated: $driver" "$name" "$external"
