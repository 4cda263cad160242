#!/bin/bash
# Tool: the `ip` of BusyBox 1.37.0 (Debian busybox-static 1:1.37.0-6+b9), as on Alpine, OpenWrt and many NAS systems.
# Behaviour: `ip link add link p0 name s0 type macvlan mode bridge` exits 0 without a word, and the interface is in mode
#   vepa. Whatever follows `type macvlan` is dropped: `mode nonsense` succeeds too.
# Seen: 2026-11-28, Linux 6.18, also with 1.35.0 and 1.38.0: mode bridge: exit 0, macvlan mode vepa; mode nonsense: exit
#   0, macvlan mode vepa
# Why it surprises: the command is the one that every recipe gives, and BusyBox's `ip link show` does not print the
#   mode.
# For you: a host interface made so does not reach containers on a macvlan network, which are in mode bridge, and
#   nothing says why. Use iproute2's `ip`, or read the mode back with `ip -d link`.
# Needs: root, Linux with veth and macvlan, iproute2, unshare, apt-get. Exit code: 0 as stated, 1 not so, 2 not tried.
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

  fetch trixie busybox-static=1:1.37.0-6+b9
  unshare --net --mount --pid --fork --kill-child --mount-proc -- bash "$0" --inside "$work/root/usr/bin/busybox"
  exit
fi

# The first process of a process namespace: nothing below touches the machine's own network.
[ $$ = 1 ] || exit 2
busybox=$2
ip link add p0 type veth peer name p1 || skip 'needs veth'
# made WORD: the mode of an interface that BusyBox was to make in mode WORD.
made() {
  "$busybox" ip link add link p0 name s0 type macvlan mode "$1" || differs "mode $1: exit code $?"
  ip -d link show s0 | grep -o 'macvlan mode [a-z]*'
  ip link del s0
}
ip link add link p0 name s0 type macvlan mode bridge || skip 'needs macvlan'
ip -d link show s0 | grep -q 'macvlan mode bridge' || differs "iproute2's mode bridge is another"
ip link del s0
bridge=$(made bridge)
nonsense=$(made nonsense)
[ "$bridge" = 'macvlan mode vepa' ] || differs "mode bridge gives: $bridge"
[ "$nonsense" = 'macvlan mode vepa' ] || differs "mode nonsense gives: $nonsense"
echo "as stated: mode bridge: exit 0, $bridge; mode nonsense: exit 0, $nonsense"
