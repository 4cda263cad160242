#!/bin/bash
# Tool: ifconfig-parser 0.0.1 (npm), for the ifconfig of macOS and the BSDs.
# Behaviour: an interface's name loses its last character, and its first address line the address: the lines begin
#   with a tab, and the word after the tab is not known then.
# Seen: 2026-11-28: en0 and bridge100 with inet and ether: names `en` and `bridge10`, keys name flags mtu netmask
#   broadcast
# Why it surprises: netmask and broadcast of the same line are there, and with names of two digits the result is
#   another interface's name.
# For you: bridge100 is where Docker Desktop's and other virtual machines are; here it is confused with bridge10. Ask
#   `os.networkInterfaces()`.
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
npm install --no-save --no-audit --no-fund --silent ifconfig-parser@0.0.1 || skip 'ifconfig-parser 0.0.1 cannot be had'
printf '%s: flags=8863<UP,BROADCAST> mtu 1500\n\tether %s\n\tinet %s netmask 0xffffff00 broadcast 192.168.1.255\n' \
  en0 02:00:00:00:00:07 192.168.1.10 bridge100 02:00:00:00:00:08 192.168.64.1 > output
seen=$(node -e 'const { parse } = require("ifconfig-parser");
  const links = parse(require("fs").readFileSync("output", "utf8"));
  console.log(links.map((link) => `${link.name}: ${Object.keys(link).join(" ")}`).join("; "));')
[ "$seen" = 'en: name flags mtu netmask broadcast; bridge10: name flags mtu netmask broadcast' ] || differs "$seen"
echo "as stated: $seen"
