#!/bin/bash
# Tool: `docker stack config` of docker-cli 28.5.2 (Debian's docker-cli 28.5.2+dfsg4-5), as `docker stack deploy` reads
#   files; Docker Compose 2.40.3 (docker-compose 2.40.3-3) beside it.
# Behaviour: the same `env_file` gives a stack other values than Compose: quotes, a comment behind a value, spaces at
#   its end and `${…}` are part of the value in a stack, and `export NAME=value` is refused. And what `stack config`
#   prints is not what it has read: `$` stands there unescaped, so that a second reading puts variables in.
# Seen: 2026-11-30, stack: `"two words"`, `on # said beside`, `${HOME}/x`; Compose: `two words`, `on`, `/home/me/x`;
#   `export`: "variable 'export A' contains whitespaces"; the output read once more: `/home/me/x`
# Why it surprises: the key, the file and the engine are the same, and nothing is said: a password in quotes is another
#   password on the swarm.
# For you: write values for a stack bare, or in `environment`, which both read alike. Do not deploy from the output of
#   `stack config` where a value has a `$`.
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
cat > values.env <<'ENV'
QUOTED="two words"
COMMENT=on # said beside
VARIABLE=${HOME}/x
ENV
echo 'export A=1' > exported.env
file() { printf 'services:\n  web:\n    image: localhost/web:1\n    env_file: %s.env\n' "$1"; }
export DOCKER_CONFIG=$work/config HOME=/home/me
stack() { "$work/root/usr/bin/docker" stack config -c "$1"; }
# The schema of stacks wants a version, which Compose calls obsolete.
for name in values exported; do
  file "$name" > "$name.yaml"
  (echo 'version: "3.8"'; file "$name") > "$name-stack.yaml"
done
# words: the three values, as YAML has them, without its quotes.
words() { sed -nE "s/^ *(QUOTED|COMMENT|VARIABLE): '?([^']*)'?\$/\1=\2/p" | sort | paste -sd '|'; }
stack values-stack.yaml > once || skip 'docker stack config'
printed=$(words < once)
again=$(stack once | words)
composed=$("$work/root/usr/bin/docker-compose" -p p -f values.yaml config | tr -d '"' | words)
[ "$printed" = 'COMMENT=on # said beside|QUOTED="two words"|VARIABLE=${HOME}/x' ] || differs "stack: $printed"
[ "$composed" = 'COMMENT=on|QUOTED=two words|VARIABLE=/home/me/x' ] || differs "Compose: $composed"
[ "$again" = 'COMMENT=on # said beside|QUOTED="two words"|VARIABLE=/home/me/x' ] || differs "read again: $again"
refusal=$(stack exported-stack.yaml 2>&1) && differs 'a stack takes "export"'
[[ $refusal == *"variable 'export A' contains whitespaces"* ]] || differs "of export it says: $refusal"
composed_export=$("$work/root/usr/bin/docker-compose" -p p -f exported.yaml config) || true
[[ $composed_export == *'A: "1"'* ]] || differs "of export Compose says: $composed_export"
echo "as stated: stack: $printed; Compose: $composed; read again: $again"
