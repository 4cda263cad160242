#!/bin/bash
# Tool: netmask 2.1.1, ip6addr 0.2.5, get-ip-range 4.0.1, ip-cidr 4.0.2, cidr-tools 11.3.2 (npm).
# Behaviour: asked for what is in 192.168.1.192/27, the `ip_range` of a Docker network, the first two leave out the
#   first and the last address, the other three do not. ip6addr leaves out the first for IPv6, too.
# Seen: 2026-11-29: netmask .193 to .222, 30 by forEach; ip6addr .193 to .222, fd07::1 to fd07::ffff of fd07::/112;
#   get-ip-range, ip-cidr, cidr-tools: from .192 on, 32
# Why it surprises: an ip_range is a piece of a subnet; its ends are addresses like any other, and the first is the
#   one that Docker hands out first. `contains` of netmask says that it is in.
# For you: a search for free or taken addresses by these passes over a network's first container. Take the range's
#   numbers (netmask's `base` and `broadcast`), and leave out the subnet's ends alone.
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
packages='netmask@2.1.1 ip6addr@0.2.5 get-ip-range@4.0.1 ip-cidr@4.0.2 cidr-tools@11.3.2'
read -ra names <<< "$packages"
npm install --no-save --no-audit --no-fund --silent "${names[@]}" || skip "$packages cannot be had"
cat > ranges.mjs <<'MODULE'
import { expandCidr } from 'cidr-tools';
import * as range from 'get-ip-range';
import IPCIDR from 'ip-cidr';
import ip6addr from 'ip6addr';
import { Netmask } from 'netmask';
const network = '192.168.1.192/27';
const block = new Netmask(network);
const each = [];
block.forEach((address) => each.push(address));
const { getIPRange = range.default } = range;
const cidr = ip6addr.createCIDR(network);
const six = ip6addr.createCIDR('fd07::/112');
const shown = (addresses) => `${addresses[0]} ${addresses.length}`;
console.log([
  `netmask ${block.first} ${block.last} ${shown(each)} ${block.contains('192.168.1.192')}`,
  `ip6addr ${cidr.first()} ${cidr.last()} ${six.first()} ${six.last()}`,
  `get-ip-range ${shown(getIPRange(network))}`,
  `ip-cidr ${shown(new IPCIDR(network).toArray())}`,
  `cidr-tools ${shown([...expandCidr([network])])}`,
].join(', '));
MODULE
seen=$(node ranges.mjs 2> log) || skip "they do not run here: $(head -n 5 log)"
expected='netmask 192.168.1.193 192.168.1.222 192.168.1.193 30 true'
expected+=', ip6addr 192.168.1.193 192.168.1.222 fd07::1 fd07::ffff, get-ip-range 192.168.1.192 32'
expected+=', ip-cidr 192.168.1.192 32, cidr-tools 192.168.1.192 32'
[ "$seen" = "$expected" ] || differs "$seen"
echo "as stated: $seen"
