#!/bin/bash
# Tool: Quadlet of Podman 5.4.2 (Debian 13's podman 5.4.2+ds1-2+b2); 5.8.6 does the same.
# Behaviour: in a .network file with two subnets the only `Gateway=` and `IPRange=` go to the first `Subnet=`,
#   whichever they lie in: an IPv6 gateway to the IPv4 subnet. With the two `Subnet=` lines the other way round it is
#   right.
# Seen: 2026-11-28: `--subnet 192.168.1.0/24 --gateway fd00::1 --ip-range fd00::100/120 --subnet fd00::/64`; turned
#   round: `--subnet fd00::/64 --gateway fd00::1 --ip-range fd00::100/120 --subnet 192.168.1.0/24`
# Why it surprises: the keys are three lists that are paired by place, in a format where the order of different keys
#   means nothing; and a subnet without a gateway is allowed, but only as the last.
# For you: a macvlan network that is to have a gateway or a range for IPv6 alone needs the IPv6 subnet first. Read
#   `quadlet --dryrun`.
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

fetch trixie podman=5.4.2+ds1-2+b2
mkdir "$work/units"
# command_of SUBNET...: what the unit runs, from the first subnet to the options.
command_of() {
  {
    echo '[Network]'
    echo 'Driver=macvlan'
    printf 'Subnet=%s\n' "$@"
    echo 'Gateway=fd00::1'
    echo 'IPRange=fd00::100/120'
    echo 'Options=parent=eth0'
  } > "$work/units/lan.network"
  QUADLET_UNIT_DIRS=$work/units "$work/root/usr/libexec/podman/quadlet" --dryrun 2> "$work/log" > "$work/unit" ||
    skip "quadlet: $(cat "$work/log")"
  sed -n 's/^ExecStart=.* macvlan \(--subnet.*\) --opt.*/\1/p' "$work/unit"
}
first=$(command_of 192.168.1.0/24 fd00::/64)
second=$(command_of fd00::/64 192.168.1.0/24)
[ "$first" = '--subnet 192.168.1.0/24 --gateway fd00::1 --ip-range fd00::100/120 --subnet fd00::/64' ] ||
  differs "IPv4 first: $first"
[ "$second" = '--subnet fd00::/64 --gateway fd00::1 --ip-range fd00::100/120 --subnet 192.168.1.0/24' ] ||
  differs "IPv6 first: $second"
echo "as stated: IPv4 first: $first"
echo "IPv6 first: $second"
