#!/bin/bash
# Tool: `ip -j` and `tc -j` of iproute2 6.1.0 (Debian 12's 6.1.0-3), on Linux 6.18.
# Behaviour: three things that the text says and the JSON does not. `not` of a rule is `"not": null`, where other
#   flags are `true`; `mtu lock 1400` of a route is `"mtu": 1400`; asked for a table that has never had a route, it
#   prints `[` and no more. `tc -j class` prints text.
# Seen: 2026-11-29: `ip -j rule`: `"not":null`; `ip -j neigh show proxy`: `"proxy":null`, but `ip -j addr`:
#   `"secondary":true`; the same metrics with and without the lock; exit code 2 and `[`, after the table's only route
#   is gone again: 0 and `[]`; `tc -j class show`: exit code 0 and `class tbf 1:1 parent 1:`
# Why it surprises: a program that looks at `rule.not` takes "everybody but the LAN" for "the LAN"; saving routes by
#   JSON turns a fixed MTU into one that path MTU discovery may lower.
# For you: `"not" in rule`; compare routes' metrics by the text; look at the exit code before JSON.parse, and take
#   "FIB table does not exist" for no routes.
# Needs: root, Linux with veth and tbf, iproute2, unshare, Node, apt-get. Exit code: 0 as stated, 1 not so, 2 not
#   tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || skip 'needs root'
  for tool in ip unshare apt-get dpkg-deb; do
    command -v "$tool" > /dev/null || skip "needs $tool"
  done
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT

  # fetch SUITE NAME=VERSION...: unpacks Debian packages, from the mirror that apt is set up with, into $work/root.
  fetch() {
    local suite=$1 mirror apt deb
    shift
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT) $(CREATED_BY)' |
      awk -v now="$(. /etc/os-release && echo "$VERSION_CODENAME")" \
        '$2 == now && $3 == "main" && $4 == "Packages" { print $1; exit }')
    [ -n "$mirror" ] || skip 'needs Debian, with its mirror in the configuration of apt'
    mkdir -p "$work"/apt/{lists,archives}/partial "$work"/{debs,root}
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" > "$work/apt/sources.list"
    apt=(apt-get -qq -o "Dir::Etc::sourcelist=$work/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
      -o "Dir::State::lists=$work/apt/lists" -o "Dir::Cache=$work/apt" -o APT::Sandbox::User=root)
    "${apt[@]}" update > "$work/apt/log" 2>&1 || skip "no package list of $suite"
    (cd "$work/debs" && "${apt[@]}" download "$@" >> "$work/apt/log" 2>&1) || skip "$suite no longer has $*"
    for deb in "$work"/debs/*.deb; do dpkg-deb -x "$deb" "$work/root"; done
    rm -r "$work/debs"
  }

  fetch bookworm iproute2=6.1.0-3 libbpf1=1:1.1.2-0+deb12u1 libelf1=0.188-2.1 libmnl0=1.0.4-3 \
    libbsd0=0.11.7-2 libcap2=1:2.66-4+deb12u3+b1
  unshare --net --mount --pid --fork --kill-child --mount-proc -- bash "$0" --inside "$work"
  exit
fi

# The first process of a process namespace: nothing below touches the machine's own network.
[ $$ = 1 ] || exit 2
work=$2
# A LAN: p0 is the host's, l0 another machine's.
mount -t tmpfs tmpfs /run
mkdir /run/netns
ip link set lo up
ip netns add lan
ip link add p0 type veth peer name l0 netns lan || skip 'needs veth and named network namespaces'
ip addr add 192.168.1.10/24 dev p0
ip link set p0 up
ip -n lan addr add 192.168.1.1/24 dev l0
ip -n lan link set l0 up
export LD_LIBRARY_PATH=$work/root/usr/lib/$(uname -m)-linux-gnu PATH=$work/root/bin:$work/root/sbin:$PATH
hash -r
ip -V > "$work/version" || skip 'iproute2 does not run here'
# keys EXPRESSION COMMAND...: what a JavaScript expression over the command's parsed output gives.
keys() {
  local expression=$1
  shift
  "$@" | node -e 'const all = JSON.parse(require("fs").readFileSync(0, "utf8"));
    console.log(JSON.stringify(eval(process.argv[1])));' "$expression"
}
ip rule add not to 192.168.1.0/24 lookup 77 priority 100
ip neigh add proxy 192.168.1.99 dev p0
ip addr add 192.168.1.11/24 dev p0
ip route add 10.1.0.0/16 dev p0 mtu lock 1400
ip route add 10.2.0.0/16 dev p0 mtu 1400
rule=$(keys 'all.find(({ priority }) => priority === 100)' ip -j rule)
proxy=$(keys 'all[0].proxy' ip -j neigh show proxy)
secondary=$(keys 'all.flatMap(({ addr_info = [] }) => addr_info).find(({ secondary }) => secondary).secondary' \
  ip -j -4 addr show dev p0)
locked=$(keys 'all[0].metrics' ip -j route show 10.1.0.0/16)
free=$(keys 'all[0].metrics' ip -j route show 10.2.0.0/16)
text=$(ip route show 10.1.0.0/16 | grep -o 'mtu.*[0-9]' || true)
# table: the exit code and the output for table 55.
table() {
  local code=0
  ip -j route show table 55 > "$work/table" 2> "$work/log" || code=$?
  echo "$code $(cat "$work/table")"
}
unknown=$(table)
ip route add 10.3.0.0/16 dev p0 table 55
ip route del 10.3.0.0/16 dev p0 table 55
empty=$(table)
tc qdisc add dev p0 root handle 1: tbf rate 10mbit burst 10k latency 50ms || skip 'needs tbf'
class=$(tc -j class show dev p0)
[ "$rule" = '{"priority":100,"not":null,"src":"all","dst":"192.168.1.0","dstlen":24,"table":"77"}' ] ||
  differs "the rule: $rule"
[ "$proxy $secondary" = 'null true' ] || differs "proxy, secondary: $proxy $secondary"
[ "$locked" = "$free" ] && [ "$text" = 'mtu lock 1400' ] || differs "locked: $locked, free: $free, as text: $text"
[ "$unknown" = '2 [' ] && [ "$empty" = '0 []' ] || differs "unknown table: $unknown, empty table: $empty"
[ "${class%% *}" = class ] || differs "tc -j class: $class"
echo "as stated: not: null; proxy: $proxy, secondary: $secondary; $text: $locked, without lock: $free;"
echo "unknown table: $unknown; empty table: $empty; tc -j class: $class"
