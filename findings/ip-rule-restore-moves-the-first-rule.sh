#!/bin/bash
# Tool: iproute2 6.1.0-3 (Debian 12), `ip rule save` and `ip rule restore`.
# Behaviour: a routing rule of priority 0 comes back at another place, behind the ones that it was in front of, and
#   the three rules that every system has come back a second time, `local` at a new place; exit code 0 and no message.
# Seen: 2026-11-28: saved: 0 local, 0 to 192.168.1.200/29 lookup 77, 5 from 192.168.1.10 lookup 78, 32766 main, 32767
#   default. Both deleted and restored: 0 local, 5 lookup 78, 32764 lookup 77, 32765 local, 32766 main twice, 32767
#   default twice
# Why it surprises: a priority of 0 is not in the saved form at all, and the kernel then picks one: the next free one
#   below main. Nothing says so, and without such a rule only the doubles show.
# For you: the rule of priority 0 that keeps containers reachable beside wg-quick is the very one that a restore puts
#   behind it. Write rules as commands, not by save and restore.
# Needs: root, Linux, unshare, apt-get. Exit code: 0 as stated, 1 not so, 2 not tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || skip 'needs root'
  for tool in unshare apt-get dpkg-deb; do
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
export LD_LIBRARY_PATH=$work/root/usr/lib/$(uname -m)-linux-gnu PATH=$work/root/bin:$work/root/sbin:$PATH
rules() { ip rule show | sed 's/\t/ /; s/from all //; s/ $//' | paste -sd, | sed 's/,/, /g'; }
ip rule add to 192.168.1.200/29 table 77 priority 0
ip rule add from 192.168.1.10 table 78 priority 5
saved=$(rules)
ip rule save > "$work/rules"
ip rule del table 77
ip rule del table 78
ip rule restore < "$work/rules" > "$work/log" 2>&1 || differs "restore: exit code $?, $(cat "$work/log")"
restored=$(rules)
first='0: lookup local, 0: to 192.168.1.200/29 lookup 77, 5: from 192.168.1.10 lookup 78'
first+=', 32766: lookup main, 32767: lookup default'
[ "$saved" = "$first" ] || differs "before: $saved"
second='0: lookup local, 5: from 192.168.1.10 lookup 78, 32764: to 192.168.1.200/29 lookup 77, 32765: lookup local'
second+=', 32766: lookup main, 32766: lookup main, 32767: lookup default, 32767: lookup default'
[ "$restored" = "$second" ] || differs "restored: $restored"
echo "as stated: $saved"
echo "restored: $restored"
