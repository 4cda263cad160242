#!/bin/bash
# Tool: Docker Compose 2.40.3 (Debian docker-compose 2.40.3-3).
# Behaviour: `networks: default:` of an *included* file becomes the default network of the file that includes it, with
#   its `internal: true` or its driver; and if both define it, differently, the project is refused, although neither
#   file names the network at any service.
# Seen: 2026-11-28: included `networks: { default: { internal: true } }`: the including file's web is on p_default
#   with internal: true; both: `networks.default conflicts with imported resource`
# Why it surprises: included files have their own directory and variables, and `default` reads like "mine"; services
#   of one name are a conflict as well, but nobody writes "default" at a service.
# For you: a file that is included by others should name its network anything but default. If a service loses its way
#   out after an `include`, look at `networks` in `docker compose config`.
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
mkdir "$work/part"
printf '%s\n' 'services: { db: { image: x } }' 'networks: { default: { internal: true } }' > "$work/part/compose.yaml"
# config LINE: the project whose file includes that part and has this line: services' networks and its networks.
config() {
  printf '%s\n' 'include: [part/compose.yaml]' 'services: { web: { image: x } }' "$1" > "$work/compose.yaml"
  "$compose" -p p -f "$work/compose.yaml" config > "$work/config" 2>&1 || true
  sed -n '/^networks:/,$p; /conflicts/p' "$work/config" | tr -s ' \n' ' ' | sed 's/ $//'
}
silent=$(config '')
both=$(config 'networks: { default: { driver: bridge } }')
[ "$silent" = 'networks: default: name: p_default internal: true' ] || differs "without one of its own: $silent"
[ "$both" = 'networks.default conflicts with imported resource' ] || differs "with one of its own: $both"
echo "as stated: $silent; with one of its own: $both"
