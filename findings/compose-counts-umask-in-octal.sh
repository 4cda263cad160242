#!/bin/bash
# Tool: Docker Compose 2.40.3 and 2.26.1 (Debian's docker-compose 2.40.3-3 and 2.26.1-4).
# Behaviour: an environment variable or label in the form of a mapping, without quotes, is a YAML number first and the
#   text of that number afterwards: `UMASK: 022` is "18", `PIN: 08123` is "8123", `VERSION: 1.10` is "1.1", `LIMIT:
#   1_000` is "1000", `ID: 1e3` is "1000". In the form of a list, `- UMASK=022`, all stay as they are.
# Seen: 2026-11-29, both versions: 18, 8123, 1.1, 1000, 1000; as a list: 022, 08123, 1.10, 1_000, 1e3; `12:30` and `no`
#   stay in both forms
# Why it surprises: the two forms are said to be equal, and the words that YAML is notorious for, `no` and `on`, are let
#   through as text. So the numbers are those of YAML 1.1, where 022 is octal, and the words those of 1.2.
# For you: quote such values. Whoever turns the list of an image's documentation, `- UMASK=022`, into a mapping changes
#   the rights of the files that it makes.
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

for packages in 'sid docker-compose=2.40.3-3' 'trixie docker-compose=2.26.1-4'; do
  read -ra words <<< "$packages"
  fetch "${words[@]}"
  mv "$work/root" "$work/${words[0]}"
done
cat > "$work/compose.yaml" <<'YAML'
name: p
services:
  web:
    image: web
    environment: { A: 022, B: 08123, C: 1.10, D: 1_000, E: 1e3, F: 12:30, G: no }
YAML
cat > "$work/list.yaml" <<'YAML'
name: p
services:
  web:
    image: web
    environment: [A=022, B=08123, C=1.10, D=1_000, E=1e3, F=12:30, G=no]
YAML
# values SUITE FILE: the variables as Compose of this suite has them.
values() {
  "$work/$1/usr/libexec/docker/cli-plugins/docker-compose" -f "$work/$2" config 2> "$work/log" |
    sed -n 's/^ *[A-G]: //p' | tr -d '"' | paste -sd ' '
}
for suite in sid trixie; do
  mapping=$(values "$suite" compose.yaml)
  list=$(values "$suite" list.yaml)
  [ "$mapping" = '18 8123 1.1 1000 1000 12:30 no' ] || differs "mapping, Compose of $suite: $mapping"
  [ "$list" = '022 08123 1.10 1_000 1e3 12:30 no' ] || differs "list, Compose of $suite: $list"
done
echo "as stated: as a mapping: $mapping; as a list: $list"
