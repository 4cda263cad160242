#!/bin/bash
# Tool: cidr-block 2.3.0 (npm).
# Behaviour: a network written with a host's address, `192.168.1.10/27`, as `ip addr` prints it, begins at the host:
#   it includes what is past its end, not what is before the host, and `subnet` splits it from there. The usable
#   addresses of a /31 come in the wrong order; a /32 has none.
# Seen: 2026-11-29: 192.168.1.10/27 includes .34 and not .1; its subnet(29): 192.168.1.10/29, .18/29, .26/29, .34/29;
#   of 192.168.1.0/27: .0/29, .8/29, .16/29, .24/29; the usable ones of 192.168.1.2/31: .3 to .2
# Why it surprises: a network of 27 bits is the same whichever of its addresses it is written with; the kernel and
#   Docker mask the rest away. So 192.168.1.34/29 is .32/29 to them, which is the next network's.
# For you: mask the address first. A host asked whether the router is on its LAN says no, and address pools made from
#   the host's address overlap others.
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
npm install --no-save --no-audit --no-fund --silent cidr-block@2.3.0 ||
  skip 'cidr-block@2.3.0 cannot be had'
# parts NETWORK
parts() {
  node -e 'const { Ipv4Cidr } = require("cidr-block");
    console.log(new Ipv4Cidr(process.argv[1]).subnet(29).map(String).join(" "));' "$1"
}
# includes NETWORK ADDRESS
includes() {
  node -e 'const { Ipv4Cidr, Ipv4Address } = require("cidr-block");
    console.log(new Ipv4Cidr(process.argv[1]).includes(new Ipv4Address(process.argv[2])));' "$@"
}
# usable NETWORK
usable() {
  node -e 'const network = new (require("cidr-block").Ipv4Cidr)(process.argv[1]);
    console.log(String(network.getFirstUsableAddress()), String(network.getLastUsableAddress()));' "$1"
}
host=$(parts 192.168.1.10/27)
network=$(parts 192.168.1.0/27)
inside="$(includes 192.168.1.10/27 192.168.1.34) $(includes 192.168.1.10/27 192.168.1.1)"
ends="$(usable 192.168.1.0/30), $(usable 192.168.1.2/31), $(usable 192.168.1.2/32)"
[ "$host" = '192.168.1.10/29 192.168.1.18/29 192.168.1.26/29 192.168.1.34/29' ] || differs "of the host: $host"
[ "$network" = '192.168.1.0/29 192.168.1.8/29 192.168.1.16/29 192.168.1.24/29' ] || differs "of the network: $network"
[ "$inside" = 'true false' ] || differs "includes .34, .1: $inside"
[ "$ends" = '192.168.1.1 192.168.1.2, 192.168.1.3 192.168.1.2, undefined undefined' ] || differs "usable: $ends"
echo "as stated: of the host: $host; of the network: $network; .34, .1 included: $inside; usable: $ends"
