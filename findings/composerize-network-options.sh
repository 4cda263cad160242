#!/bin/bash
# Tool: composerize 1.7.6 (npm).
# Behaviour: `--network` in its long form becomes a network whose *name* is the whole text; `--network` given twice, as
#   Docker allows from 25 on, becomes one network whose name is both, joined by a comma.
# Seen: 2026-11-28: `--network name=lan,ip=192.168.1.5 nginx` gives `networks: [name=lan,ip=192.168.1.5]`, external;
#   `--network lan --ip 192.168.1.5 --network back nginx` gives `lan,back: { ipv4_address: 192.168.1.5 }`, external.
# Why it surprises: the short form with --ip is converted well, and the output is valid YAML; no warning says that the
#   address or the second network is lost.
# For you: `docker run` lines for a macvlan network are often in just this form. Read the `networks` of what was
#   converted: an external network named `lan,back` cannot be what was meant.
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
npm install --no-save --no-audit --no-fund --silent composerize@1.7.6 || skip 'composerize 1.7.6 cannot be had'

# networks WORD...: the networks of the service, on one line, blanks squeezed.
networks() {
  node -e 'console.log(require("composerize")(process.argv[1]))' "docker run $*" |
    sed -n '/^        networks:$/,/^        image:/p' | sed '1d; $d' | tr -s ' \n' ' ' | sed 's/^ //; s/ $//'
}
short=$(networks --network lan --ip 192.168.1.5 nginx)
[ "$short" = 'lan: ipv4_address: 192.168.1.5' ] || differs "short form: $short"
long=$(networks --network name=lan,ip=192.168.1.5 nginx)
[ "$long" = '- name=lan,ip=192.168.1.5' ] || differs "long form: $long"
twice=$(networks --network lan --ip 192.168.1.5 --network back nginx)
[ "$twice" = 'lan,back: ipv4_address: 192.168.1.5' ] || differs "two networks: $twice"
echo "as stated: short form '$short'; long form '$long'; two networks '$twice'"
