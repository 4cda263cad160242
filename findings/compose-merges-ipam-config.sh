#!/bin/bash
# Tool: Docker Compose 2.40.3 (Debian docker-compose 2.40.3-3); 2.26.1 does the same.
# Behaviour: two files that each give a network's `ipam.config` are merged so that subnets get lost or double. A second
#   file with one of two subnets leaves only that one. A second file with *the same* two leaves the last, twice.
# Seen: 2026-11-28, first file A, B: with B: B; with A, B: B B; with B, A: A A. With the C of another file: C.
# Why it surprises: other lists are appended (`ports`, `dns`) or replaced; the entries of this one are compared by
#   subnet, and come out neither merged nor replaced.
# For you: give `ipam.config` whole and in one file only. A dual-stack network whose IPv6 subnet gets its gateway in an
#   override loses IPv4.
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

fetch sid docker-compose=2.40.3-3
compose=$work/root/usr/libexec/docker/cli-plugins/docker-compose

# file NAME SUBNET...
file() {
  local name=$1
  shift
  printf 'services: { web: { image: x, networks: [ lan ] } }\nnetworks: { lan: { ipam: { config: [ %s ] } } }\n' \
    "$(printf '{ subnet: %s }, ' "$@")" > "$work/$name"
}
# merged: the subnets of first.yaml and second.yaml.
merged() {
  "$compose" -p p -f "$work/first.yaml" -f "$work/second.yaml" config | sed -n 's/^ *- subnet: //p' | tr '\n' ' '
}
a=10.0.0.0/24 b=10.1.0.0/24 c=10.2.0.0/24
file first.yaml "$a" "$b"
expect() {
  local wanted=$1 seen
  shift
  file second.yaml "$@"
  seen=$(merged)
  [ "$seen" = "$wanted" ] || differs "$a $b with $*: $seen"
  echo "$a $b with $*: $seen"
}
expect "$b " "$b"
expect "$b $b " "$a" "$b"
expect "$a $a " "$b" "$a"
expect "$c " "$c"
echo 'as stated: the above'
