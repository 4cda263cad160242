#!/bin/bash
# Tool: ifupdown-ng 0.11.4~rc1 (Debian 12's ifupdown-ng 0.11.4~rc1-1+b2). 0.12.1 (Debian 13) reads it.
# Behaviour: `source /etc/network/interfaces.d/*`, the first line of the file that Debian's installer writes, is no line
#   that it can read, with files there or without: `ifup -a` says "could not parse", exit code 1, and no interface comes
#   up, not even those that stand in the same file. `source` with a file's name and `source-directory` are read.
# Seen: 2026-11-30, exit code of `ifup -a`, addresses of eth0: with `/*` 1, none; a file's name 0, 192.168.1.10;
#   `source-directory` 0, 192.168.1.10; ifupdown 0.8.41 with `/*` 0, 192.168.1.10; 0.12.1 the same
# Why it surprises: the package takes the place of ifupdown, for the same file. Nothing happens when it is installed; the
#   host does not come back from the next restart.
# For you: `source-directory /etc/network/interfaces.d`, which all of them read, where shims have files of their own.
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

  fetch trixie ifupdown-ng=0.12.1-7 libc6
  mv "$work/root" "$work/newer"
  fetch bookworm ifupdown-ng=0.11.4~rc1-1+b2
  mv "$work/root" "$work/older"
  fetch bookworm ifupdown=0.8.41
  unshare --net --mount --pid --fork --kill-child --mount-proc -- bash "$0" --inside "$work"
  exit
fi

# The first process of a process namespace: nothing below touches the machine's own network.
[ $$ = 1 ] || exit 2
work=$2
mount -t tmpfs tmpfs /run
mkdir /run/network
# Nothing of the machine's own configuration.
mount -t tmpfs tmpfs /etc
mkdir -p /etc/network/interfaces.d /etc/network/if-{pre-up,up,down,post-down}.d
ip link add eth0 type veth peer name l0 || skip 'needs veth'
ip link set l0 up
: > /etc/network/interfaces.d/others
library=$work/newer/usr/lib/$(uname -m)-linux-gnu
# A program that is several, by the name that it is called by.
older() {
  "$work/older/sbin/ifup" -i /etc/network/interfaces -S /run/state -E "$work/older/usr/libexec/ifupdown-ng" "$@"
}
newer() {
  "$(echo "$library"/ld-linux-*.so.*)" --library-path "$library" --argv0 ifup-ng "$work/newer/usr/sbin/ifupdown-ng" \
    -i /etc/network/interfaces -S /run/state -E "$work/newer/usr/libexec/ifupdown-ng" "$@"
}
classic() { "$work/root/sbin/ifup" -i /etc/network/interfaces --state-dir /run/network "$@"; }
# up PROGRAM LINE: its exit code for a file with that line, and the address that eth0 then has.
up() {
  local code=0 address
  ip addr flush dev eth0
  ip link set eth0 down
  rm -f /run/state /run/network/*
  printf '%s\n\nauto eth0\niface eth0 inet static\n    address 192.168.1.10/24\n' "$2" > /etc/network/interfaces
  "$1" -a > /run/log 2>&1 || code=$?
  address=$(ip -4 -o addr show dev eth0 | sed 's/.* inet \([^ ]*\).*/\1/')
  echo "$code ${address:-none}"
}
all='source /etc/network/interfaces.d/*'
older=$(up older "$all")
said=$(cat /run/log)
one=$(up older 'source /etc/network/interfaces.d/others')
folder=$(up older 'source-directory /etc/network/interfaces.d')
classic=$(up classic "$all")
newer=$(up newer "$all")
case $said in *'could not parse /etc/network/interfaces'*) ;; *) differs "ifup says: $said" ;; esac
[ "$older" = '1 none' ] || differs "0.11.4: $older"
[ "$one" = '0 192.168.1.10/24' ] || differs "a file: $one"
[ "$folder" = '0 192.168.1.10/24' ] || differs "source-directory: $folder"
[ "$classic" = '0 192.168.1.10/24' ] || differs "ifupdown: $classic"
[ "$newer" = '0 192.168.1.10/24' ] || differs "0.12.1: $newer"
echo "as stated: 0.11.4 $older; a file $one; source-directory $folder; ifupdown $classic; 0.12.1 $newer"
