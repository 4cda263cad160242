#!/bin/bash
# Tool: Docker Compose 2.40.3 (Debian docker-compose 2.40.3-3); 2.26.1 does the same.
# Behaviour: a port that two files give alike is one port, unless the long form has `published: 8080` without quotes:
#   then it is there twice, in one file too, and the two entries print the same.
# Seen: 2026-11-28, entries of "8080:80" with: { target: 80, published: "8080" } 1; { target: 80, published: 8080 } 2;
#   "8080:80/tcp" 1. `up` of the doubled one: `Bind for 0.0.0.0:8080 failed: port is already allocated` (engine 26.1)
# Why it surprises: both are valid, mean the same, and come out as the same text; the error of `up` sends one looking
#   for another program on the port, which nobody has.
# For you: quote `published`. If `docker compose config` shows a port twice, that is the conflict. A tool that reads the
#   output of `config` meets two equal entries for one service.
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
echo 'services: { web: { image: x, ports: [ "8080:80" ] } }' > "$work/first.yaml"

# entries PORT: how many ports the project has when a second file adds PORT, and how many different ones.
entries() {
  echo "services: { web: { ports: [ $1 ] } }" > "$work/second.yaml"
  "$compose" -p p -f "$work/first.yaml" -f "$work/second.yaml" config > "$work/merged.yaml"
  echo "$(grep -c 'target: 80' "$work/merged.yaml") $(grep 'published:' "$work/merged.yaml" | sort -u | wc -l)"
}
quoted=$(entries '{ target: 80, published: "8080" }')
number=$(entries '{ target: 80, published: 8080 }')
short=$(entries '"8080:80/tcp"')
[ "$quoted" = '1 1' ] || differs "quoted: $quoted"
[ "$short" = '1 1' ] || differs "short: $short"
[ "$number" = '2 1' ] || differs "number: $number"
echo 'services: { web: { image: x, ports: [ "8080:80", { target: 80, published: 8080 } ] } }' > "$work/first.yaml"
single=$("$compose" -p p -f "$work/first.yaml" config | grep -c 'target: 80')
[ "$single" = 2 ] || differs "in one file: $single"
echo "as stated: entries and different ones: quoted $quoted, short $short, a number $number"
