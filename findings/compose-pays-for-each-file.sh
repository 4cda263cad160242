#!/bin/bash
# Tool: Docker Compose 2.40.3 and 2.26.1 (Debian's docker-compose 2.40.3-3 and 2.26.1-4).
# Behaviour: each file costs the same, whatever is in it: forty files that say `services: {}` beside the first take
#   `config -q` from 39 ms of processor time to 397, forty documents in one file and forty included files of one service
#   each likewise. The same forty services in one file take 45 ms, forty services that extend one of another file 52.
# Seen: 2026-11-30, one core of a cloud machine. 2.40.3: 39, 397, 380, 388; 45, 52 ms. 2.26.1: 28, 156 for the included.
# Why it surprises: one would save on a file's size, and it is the number of files that costs. Each is held against the
#   JSON schema by itself, and the schema is made ready anew for each (compose-go, schema/schema.go, Validate).
# For you: a project put together from many small files (`include`, `-f`, `---`) is slow with every command that reads
#   them; fewer and larger files are not. `extends` from one common file costs next to nothing.
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
cd "$work"
echo 'services: {}' > empty.yaml
{ echo 'name: p'; echo 'services: { web: { image: web } }'; } > one.yaml
cp one.yaml documents.yaml
{ echo 'name: p'; echo 'include:'; } > include.yaml
{ echo 'name: p'; echo 'services:'; } | tee flat.yaml > extends.yaml
echo 'services: { base: { image: web } }' > base.yaml
more=()
for number in {1..40}; do
  more+=(-f empty.yaml)
  printf -- '---\nservices: {}\n' >> documents.yaml
  echo "services: { s$number: { image: web } }" > "part-$number.yaml"
  echo "  - part-$number.yaml" >> include.yaml
  echo "  s$number: { image: web }" >> flat.yaml
  echo "  s$number: { extends: { file: base.yaml, service: base } }" >> extends.yaml
done

# cost SUITE WORDS...: the processor time of `config -q`, in milliseconds, the least of five.
cost() {
  local compose="$work/$1/usr/libexec/docker/cli-plugins/docker-compose" TIMEFORMAT='%U %S'
  shift
  for _ in 1 2 3 4 5; do
    { time "$compose" "$@" config -q > /dev/null 2> "$work/log"; } 2>&1 || { cat "$work/log" >&2; exit 1; }
  done | awk '{ printf "%d\n", 1000 * ($1 + $2) }' | sort -n | head -1
}
for suite in sid trixie; do
  one=$(cost "$suite" -f one.yaml)
  files=$(cost "$suite" -f one.yaml "${more[@]}")
  documents=$(cost "$suite" -f documents.yaml)
  included=$(cost "$suite" -f include.yaml)
  flat=$(cost "$suite" -f flat.yaml)
  extended=$(cost "$suite" -f extends.yaml)
  echo "Compose of $suite: one file $one ms, 41 files $files, 41 documents $documents, 40 included $included;" \
    "40 services in one file $flat, extending another's $extended"
  for many in "$files" "$documents" "$included"; do
    [ "$many" -ge $((3 * one)) ] || differs "forty files more take $many ms, one takes $one"
  done
  for few in "$flat" "$extended"; do
    [ "$few" -lt $((2 * one)) ] || differs "forty services in one file take $few ms, one takes $one"
  done
done
echo 'as stated: what costs is the number of files, not what is in them'
