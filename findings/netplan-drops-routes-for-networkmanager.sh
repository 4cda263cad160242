#!/bin/bash
# Tool: netplan 0.106 (Debian 12's netplan.io 0.106-2+deb12u1); 1.1.2 differs for the rule only, which it writes.
# Behaviour: the same YAML gives networkd an IPv6 route, a scope and a routing rule, and NetworkManager none of them:
#   with `dhcp4` alone the IPv6 route is left out, `scope: link` too, and `routing-policy` in any case. Exit code 0,
#   no message.
# Seen: 2026-11-28: networkd: Destination=fd07::/64, Scope=link, [RoutingPolicyRule] Table=77; NetworkManager:
#   route1=192.168.1.200/29 with route1_options=src=192.168.1.10 and nothing else. For a blackhole route there is an
#   error: "NetworkManager only supports unicast routes"
# Why it surprises: netplan refuses what a renderer cannot do, in other cases; and NetworkManager can do all three.
# For you: routes to containers that work on a server may be missing on a desktop with the same file. Look into
#   /run/NetworkManager/system-connections after `netplan generate`. An IPv6 address or `dhcp6` beside it brings the
#   route.
# Needs: apt-get (Debian). Exit code: 0 as stated, 1 not so, 2 not tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

for tool in apt-get dpkg-deb; do
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

fetch bookworm netplan.io=0.106-2+deb12u1 libnetplan0=0.106-2+deb12u1 libyaml-0-2=0.2.5-1 libglib2.0-0=2.74.6-2+deb12u9
# written RENDERER: what netplan makes of the file for it: the lines with a route or a rule.
written() {
  local root=$work/$1
  mkdir -p "$root/etc/netplan"
  cat > "$root/etc/netplan/lan.yaml" <<YAML
network:
  version: 2
  renderer: $1
  ethernets:
    eth0:
      dhcp4: true
      routes:
        - { to: "fd07::/64", via: "fd00::1", on-link: true }
        - { to: 192.168.1.200/29, scope: link, from: 192.168.1.10 }
      routing-policy:
        - { to: 192.168.1.200/29, table: 77, priority: 100 }
YAML
  chmod 600 "$root/etc/netplan/lan.yaml"
  LD_LIBRARY_PATH=$work/root/usr/lib/$(uname -m)-linux-gnu "$work/root/usr/libexec/netplan/generate" \
    --root-dir "$root" 2> "$work/log" || skip "netplan generate for $1: $(cat "$work/log")"
  [ ! -s "$work/log" ] || differs "netplan says for $1: $(cat "$work/log")"
  find "$root/run" \( -name '*.network' -o -name '*.nmconnection' \) -exec cat {} + |
    grep -E '^(Destination|Scope|Table|rout|method)' | paste -sd' '
}
networkd=$(written networkd)
manager=$(written NetworkManager)
[ "$networkd" = 'Destination=fd07::/64 Destination=192.168.1.200/29 Scope=link Table=77' ] ||
  differs "networkd: $networkd"
[ "$manager" = 'method=auto route1=192.168.1.200/29 route1_options=src=192.168.1.10 method=ignore' ] ||
  differs "NetworkManager: $manager"
echo "as stated: networkd: $networkd"
echo "NetworkManager: $manager"
