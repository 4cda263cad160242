#!/bin/bash
# Tool: ip-address 10.7.6 (npm).
# Behaviour: the "exclusive" ends of a /31 are in the wrong order, those of a /32 (and of a /127, /128) outside of it
#   and in the wrong order. `reverseForm()` minds the prefix for IPv6 and not for IPv4.
# Seen: 2026-11-29: 192.168.1.2/31: .3 to .2; 192.168.1.2/32: .3 to .1; fd00::2/128: ::3 to ::1. 192.168.1.0/24:
#   0.1.168.192.in-addr.arpa.; fd07:1:2:3::/64: 3.0.0.0.2.0.0.0.1.0.0.0.7.0.d.f.ip6.arpa.
# Why it surprises: two ends are asked for to loop from one to the other; for a point-to-point link both of whose
#   addresses are hosts (RFC 3021), and for a single address, the loop finds none, and a difference is negative. And
#   the names of zones come right in a test with IPv6 alone.
# For you: take `startAddress()` and `endAddress()` from a prefix of 31 (127) on; cut the first label off yourself for
#   the zone of an IPv4 /24.
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
npm install --no-save --no-audit --no-fund --silent ip-address@10.7.6 ||
  skip 'ip-address@10.7.6 cannot be had'
# ends CLASS NETWORK: the first and the last address without the ends.
ends() {
  node -e 'const network = new (require("ip-address")[process.argv[1]])(process.argv[2]);
    console.log(network.startAddressExclusive().correctForm(), network.endAddressExclusive().correctForm());' "$@"
}
# zone CLASS NETWORK
zone() {
  node -e 'console.log(new (require("ip-address")[process.argv[1]])(process.argv[2]).reverseForm());' "$@"
}
four="$(ends Address4 192.168.1.0/30), $(ends Address4 192.168.1.2/31), $(ends Address4 192.168.1.2/32)"
six="$(ends Address6 fd00::/126), $(ends Address6 fd00::2/127), $(ends Address6 fd00::2/128)"
zones="$(zone Address4 192.168.1.0/24) $(zone Address6 fd07:1:2:3::/64)"
[ "$four" = '192.168.1.1 192.168.1.2, 192.168.1.3 192.168.1.2, 192.168.1.3 192.168.1.1' ] || differs "IPv4: $four"
[ "$six" = 'fd00::1 fd00::2, fd00::3 fd00::2, fd00::3 fd00::1' ] || differs "IPv6: $six"
[ "$zones" = '0.1.168.192.in-addr.arpa. 3.0.0.0.2.0.0.0.1.0.0.0.7.0.d.f.ip6.arpa.' ] || differs "the zones: $zones"
echo "as stated: /30, /31, /32: $four; /126, /127, /128: $six; zones: $zones"
