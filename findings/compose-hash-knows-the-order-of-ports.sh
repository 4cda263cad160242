#!/bin/bash
# Tool: Docker Compose 2.40.3 (Debian docker-compose 2.40.3-3); 2.26.1 gives the same hashes.
# Behaviour: the hash by which `up` decides to recreate a container changes when `ports` or `expose` only change their
#   order, or a port gets a `name`; it does not for the order of `extra_hosts`, for `x-…`, or for the network's subnet
#   (a changed network is noticed by other means).
# Seen: 2026-11-28, `config --hash '*'` against ports 80, 81: order of ports other; order of expose other; a port's name
#   other; order of extra_hosts same; x- keys at the service and its network same; subnet of the network same
# Why it surprises: a port's `name` is documentation for people and does nothing in the engine, and the order of ports
#   means nothing either.
# For you: sorting or naming ports restarts the service at the next `up`, and on macvlan gives it a new MAC address
#   (engine 28). What writes Compose files must keep the order from run to run. `x-` keys may come and go.
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

# hash PORTS [KEYS [NETWORK-KEYS [SUBNET]]]
hash() {
  cat > "$work/compose.yaml" <<END
services:
  web: { image: x, ports: [ $1 ], networks: { lan: { ipv4_address: 10.0.0.5, ${3:-} } }, ${2:-} }
networks:
  lan: { ipam: { config: [ { subnet: ${4:-10.0.0.0/24} } ] } }
END
  "$compose" -p p -f "$work/compose.yaml" config --hash web
}
# compare WANTED WHAT ONE OTHER
compare() {
  local seen=other
  [ "$3" != "$4" ] || seen=same
  [ "$seen" = "$1" ] || differs "$2: $seen"
  echo "$2: $seen"
}
usual=$(hash '"80:80", "81:81"')
compare other 'order of ports' "$usual" "$(hash '"81:81", "80:80"')"
long='{ target: 80, published: "80" }, { target: 81, published: "81" }'
compare same 'long form of ports' "$usual" "$(hash "$long")"
compare other 'name of a port' "$usual" "$(hash "${long/target: 80,/target: 80, name: web,}")"
compare other 'order of expose' "$(hash '' 'expose: [ "90", "91" ]')" "$(hash '' 'expose: [ "91", "90" ]')"
hosts() { hash '' "extra_hosts: [ $1 ]"; }
compare same 'order of extra_hosts' "$(hosts '"a:10.0.0.8", "b:10.0.0.9"')" "$(hosts '"b:10.0.0.9", "a:10.0.0.8"')"
compare same 'x- keys' "$usual" "$(hash '"80:80", "81:81"' 'x-a: 1' 'x-b: 2')"
compare same 'subnet of the network' "$usual" "$(hash '"80:80", "81:81"' '' '' 10.0.0.0/23)"
echo 'as stated: the above'
