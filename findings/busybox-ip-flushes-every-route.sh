#!/bin/bash
# Tool: `ip` of BusyBox 1.35.0, 1.37.0 and 1.38.0 (busybox-static 1:1.35.0-4+deb12u1+b1, 1:1.37.0-6+b9, 1:1.38.0-3+b1).
# Behaviour: `ip route flush` takes `proto` and `via` without a word and does not go by them: with one of the two
#   alone it deletes all routes of the main table, the LAN's own and the default one too; exit code 0. `ip route show
#   proto static` shows all likewise. It does go by `dev`, and by `table` and prefixes.
# Seen: 2026-11-30, routes left of four (the LAN's, the default one, one of proto static, one of proto dhcp) after
#   `flush proto static`, `flush via 192.168.1.2`: none; iproute2: three, two
# Why it surprises: each is a line from scripts for iproute2, to clear what one has set oneself; in a container of Alpine
#   that shares the host's network, or as an image's entry point, the same line takes the machine off the network.
# For you: iproute2 in the image; or `ip route del` for each route, as BusyBox's goes by the prefix.
# Needs: root, Linux with veth, iproute2, unshare, apt-get. Exit code: 0 as stated, 1 not so, 2 not tried.
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

  for package in bookworm=1:1.35.0-4+deb12u1+b1 trixie=1:1.37.0-6+b9 sid=1:1.38.0-3+b1; do
    fetch "${package%%=*}" "busybox-static=${package#*=}"
    mkdir "$work/${package%%=*}"
    mv "$(find "$work/root" -path '*/bin/busybox')" "$work/${package%%=*}/"
    rm -r "$work/root"
  done
  unshare --net --mount --pid --fork --kill-child --mount-proc -- bash "$0" --inside "$work"
  exit
fi

# The first process of a process namespace: nothing below touches the machine's own network.
[ $$ = 1 ] || exit 2
work=$2
ip link add p0 type veth peer name p1 || skip 'needs veth'
ip link set p0 up
ip link set p1 up
# left COMMAND...: how many routes are left when that command has flushed: all, by the protocol, by the gateway; and how
# many it shows by the protocol.
left() {
  local filter
  for filter in 'proto static' 'via 192.168.1.2' 'dev p1'; do
    ip addr flush dev p0
    ip addr add 192.168.1.10/24 dev p0
    ip route add default via 192.168.1.1
    ip route add 10.1.0.0/16 via 192.168.1.2 proto static
    ip route add 10.2.0.0/16 via 192.168.1.2 proto dhcp
    # shellcheck disable=SC2086 # words
    [ "$filter" != 'proto static' ] || "$@" route show $filter | grep -c '^[0-9d]' || true
    # shellcheck disable=SC2086 # words
    "$@" route flush $filter > /dev/null || differs "$* route flush $filter: exit code $?"
    ip route | grep -c '^[0-9d]' || true
  done | paste -sd ' '
}
theirs=$(left ip)
[ "$theirs" = '1 3 2 4' ] || differs "iproute2: $theirs"
for suite in bookworm trixie sid; do
  seen=$(left "$work/$suite/busybox" ip)
  [ "$seen" = '4 0 0 4' ] || differs "BusyBox of $suite: $seen"
done
echo "as stated, shown by proto, left by proto, by via, by another dev: iproute2 $theirs; BusyBox $seen"
