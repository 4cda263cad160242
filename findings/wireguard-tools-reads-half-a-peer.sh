#!/bin/bash
# Tool: wireguard-tools 0.1.0 (npm), reader and writer of wg-quick's files.
# Behaviour: of a peer it drops a second `AllowedIPs` line and every `PersistentKeepalive`; and with an IPv6
#   `Endpoint` it drops the endpoint and the preshared key that follows it.
# Seen: 2026-11-28, keys of the peer read: IPv4 endpoint: allowedIps publicKey endpoint preSharedKey; [fd00::1]:51820:
#   allowedIps publicKey; two AllowedIPs lines: 192.168.7.0/24 alone; PersistentKeepalive = 25: nowhere
# Why it surprises: PostUp may be there twice and is kept, the interface's IPv6 address too; the result is written
#   back without complaint.
# For you: a file that was read and written again routes fewer subnets, and a tunnel behind NAT is deaf after some
#   minutes. Use `wg showconf` or keep the file as text.
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
npm install --no-save --no-audit --no-fund --silent --ignore-scripts wireguard-tools@0.1.0 ||
  skip 'wireguard-tools 0.1.0 cannot be had'
cat > read.cjs <<'END'
const { parseConfigString } = require('wireguard-tools');
const key = Buffer.alloc(32, 7).toString('base64');
const read = (lines) => {
  const peer = ['[Peer]', `PublicKey = ${key}`, ...lines, 'PersistentKeepalive = 25', `PresharedKey = ${key}`];
  const text = ['[Interface]', `PrivateKey = ${key}`, 'Address = 10.99.0.2/32', '', ...peer, ''].join('\n');
  return parseConfigString(text).peers[0];
};
const keys = (peer) => Object.keys(peer).join(' ');
const allowed = 'AllowedIPs = 192.168.7.0/24';
console.log(keys(read([allowed, 'Endpoint = 192.168.1.1:51820'])));
console.log(keys(read([allowed, 'Endpoint = [fd00::1]:51820'])));
console.log(read([allowed, 'AllowedIPs = fd07::/64', 'Endpoint = 192.168.1.1:51820']).allowedIps.join(' '));
END
seen=$(node read.cjs | paste -sd'|')
[ "$seen" = 'allowedIps publicKey endpoint preSharedKey|allowedIps publicKey|192.168.7.0/24' ] || differs "$seen"
echo "as stated: IPv4 endpoint | IPv6 endpoint | two lines: $seen"
