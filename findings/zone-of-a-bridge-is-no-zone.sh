#!/bin/bash
# Tool: ipaddr.js 2.5.0 and is-cidr 6.0.4 (npm); beside them ip-address 10.7.6.
# Behaviour: a link-local address with its interface (`fe80::1%eth0`) is valid for them only where the interface's name
#   has nothing but letters and digits. VLANs (`eth0.7`) and Docker's bridges (`br-…`) make it invalid.
# Seen: 2026-11-28, valid for Node, ipaddr.js, is-cidr, ip-address: %eth0 yes yes yes yes; %eth0.7 yes no no yes;
#   %br-0a1b2c3d4e5f yes no no yes
# Why it surprises: Node's own `net.isIPv6` takes them, and such addresses are what a socket gives as the peer's. Many a
#   web server takes its clients' addresses apart with ipaddr.js.
# For you: code that works on `eth0` fails on a VLAN or on a Docker bridge with "the address has neither IPv6 nor IPv4
#   format". Cut off the zone before asking, or ask `net.isIPv6`.
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
npm install --no-save --no-audit --no-fund --silent ipaddr.js@2.5.0 is-cidr@6.0.4 ip-address@10.7.6 ||
  skip 'the packages cannot be had'
cat > ask.mjs <<'END'
import { isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Address6 } from 'ip-address';
import isCidr from 'is-cidr';
const word = (valid) => (valid ? 'yes' : 'no');
for (const name of ['eth0', 'eth0.7', 'br-0a1b2c3d4e5f']) {
  const address = `fe80::1%${name}`;
  const answers = [isIPv6(address), ipaddr.isValid(address), isCidr(`${address}/64`) === 6, Address6.isValid(address)];
  console.log(`%${name} ${answers.map(word).join(' ')}`);
}
END
seen=$(node ask.mjs)
[ "$seen" = '%eth0 yes yes yes yes
%eth0.7 yes no no yes
%br-0a1b2c3d4e5f yes no no yes' ] || differs "valid for Node, ipaddr.js, is-cidr, ip-address: $seen"
echo 'as stated: valid for Node, ipaddr.js, is-cidr, ip-address:'
echo "$seen"
