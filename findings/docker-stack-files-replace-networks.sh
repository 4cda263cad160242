#!/bin/bash
# Tool: `docker stack config` of docker-cli 28.5.2 (Debian's docker-cli 28.5.2+dfsg4-5), as `docker stack deploy` reads
#   files; Docker Compose 2.40.3 (docker-compose 2.40.3-3) beside it.
# Behaviour: of two files, `-c a -c b`, a service is merged, as by Compose, but its entry of a network is replaced
#   whole, and so is a top-level network, without a message. A second file that gives a macvlan network a label takes
#   its driver and parent away; one that gives a service another address takes its aliases.
# Seen: 2026-11-29, the second file has `lan: { labels: { team: web } }` and `networks: { lan: { ipv4_address: … } }`:
#   stack: `lan: labels: team: web` alone, of the service the address alone; Compose: driver, parent and label, address
#   and alias. Ports and environment of both files are there in both
# Why it surprises: the same two files, options that do the same, and for services the same result. What is left is
#   valid, and means an overlay network, the default of a stack.
# For you: give a network of a stack whole in one file. Look at the output of `docker stack config` before deploying.
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

fetch sid docker-cli=28.5.2+dfsg4-5 docker-compose=2.40.3-3
cd "$work"
cat > a.yaml <<'YAML'
services:
  web:
    image: localhost/web:1
    environment: { A: one }
    ports: ["8080:80"]
    networks: { lan: { aliases: [front] } }
networks:
  lan: { driver: macvlan, driver_opts: { parent: eth0 } }
YAML
cat > b.yaml <<'YAML'
services:
  web:
    environment: { B: two }
    ports: ["8443:443"]
    networks: { lan: { ipv4_address: 192.168.1.5 } }
networks:
  lan: { labels: { team: web } }
YAML
# The schema of stacks wants a version, which Compose calls obsolete.
for file in a b; do (echo 'version: "3.8"'; cat "$file.yaml") > "$file-stack.yaml"; done
export DOCKER_CONFIG=$work/config
"$work/root/usr/bin/docker" stack config -c a-stack.yaml -c b-stack.yaml > stack || skip 'docker stack config'
"$work/root/usr/bin/docker-compose" -p p -f a.yaml -f b.yaml config > compose || skip 'docker compose config'
# words FILE: what it has of the network, of the service's entry of it, and how many ports and variables.
words() {
  local word found=()
  for word in 'driver: macvlan' 'parent: eth0' 'team: web' 'ipv4_address:' '- front'; do
    if grep -qe "$word" "$1"; then found+=("$word"); fi
  done
  echo "${found[*]}, $(grep -c 'published:' "$1") ports, $(grep -cE ' (A: one|B: two)' "$1") variables"
}
stack=$(words stack)
compose=$(words compose)
[ "$stack" = 'team: web ipv4_address:, 2 ports, 2 variables' ] || differs "stack: $stack"
[ "$compose" = 'driver: macvlan parent: eth0 team: web ipv4_address: - front, 2 ports, 2 variables' ] ||
  differs "Compose: $compose"
echo "as stated: stack: $stack; Compose: $compose"
