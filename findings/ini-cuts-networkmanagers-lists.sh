#!/bin/bash
# Tool: ini 6.0.0 (npm), the reader of .ini files that npm itself uses, on the files of NetworkManager and systemd.
# Behaviour: a list in a NetworkManager profile, `dns=192.168.1.1;1.1.1.1;`, is cut at the first semicolon, which ini
#   takes for a comment. Of several sections of one name, which systemd's .network files have for addresses and
#   routes, and of a repeated key, the last alone stays.
# Seen: 2026-11-29: dns `192.168.1.1`, dns-search `lan`, the rest gone; three sections [Route]: the last; DNS= twice:
#   the last. Written again the list is `dns=192.168.1.1`, so the profile has lost the other servers
# Why it surprises: both kinds are called INI files and parse without a message; a profile with one DNS server and a
#   .network file with one route, as in a first test, come out right.
# For you: do not write such files by it. Ask `nmcli -g` and `networkctl --json`, or split the lines yourself.
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
npm install --no-save --no-audit --no-fund --silent ini@6.0.0 || skip 'ini@6.0.0 cannot be had'
cat > lan.nmconnection <<'PROFILE'
[connection]
id=lan
type=ethernet
[ipv4]
method=manual
address1=192.168.1.10/24,192.168.1.1
dns=192.168.1.1;1.1.1.1;
dns-search=lan;home.arpa;
PROFILE
cat > eth0.network <<'NETWORK'
[Match]
Name=eth0
[Network]
Address=192.168.1.10/24
DNS=192.168.1.1
DNS=1.1.1.1
[Route]
Gateway=192.168.1.1
[Route]
Destination=10.1.0.0/16
Gateway=192.168.1.2
[Route]
Destination=10.2.0.0/16
Gateway=192.168.1.3
NETWORK
# value FILE SECTION: what is read, as JSON.
value() {
  node -e 'const text = require("fs").readFileSync(process.argv[1], "utf8");
    console.log(JSON.stringify(require("ini").parse(text)[process.argv[2]]));' "$1" "$2"
}
profile=$(value lan.nmconnection ipv4)
servers=$(value eth0.network Network)
routes=$(value eth0.network Route)
written=$(node -e 'const ini = require("ini");
  console.log(ini.stringify(ini.parse(require("fs").readFileSync("lan.nmconnection", "utf8"))));' | grep '^dns=')
expected='{"method":"manual","address1":"192.168.1.10/24,192.168.1.1","dns":"192.168.1.1","dns-search":"lan"}'
[ "$profile" = "$expected" ] || differs "the profile: $profile"
[ "$servers" = '{"Address":"192.168.1.10/24","DNS":"1.1.1.1"}' ] || differs "[Network]: $servers"
[ "$routes" = '{"Gateway":"192.168.1.3","Destination":"10.2.0.0/16"}' ] || differs "[Route]: $routes"
[ "$written" = 'dns=192.168.1.1' ] || differs "written again: $written"
echo "as stated: $profile; [Network]: $servers; [Route]: $routes; written again: $written"
