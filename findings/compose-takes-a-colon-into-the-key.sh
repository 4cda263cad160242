#!/bin/bash
# Tool: Docker Compose 2.40.3 (Debian's docker-compose 2.40.3-3) and 2.26.1 (2.26.1-4); beside them yaml 2.8.1 (npm).
# Behaviour: in braces, a key without a value whose colon stands right before a comma or the closing brace takes the
#   colon into its name: `{ lan:, iot: }` is "lan:" and "iot". With a blank behind the colon, or with quotes around the
#   key, it does not.
# Seen: 2026-11-30, `environment: { LAN:, IOT: }`: "IOT" and "LAN:" in both; `{ LAN: , IOT: }` and `{ "LAN":, IOT: }`:
#   "IOT" and "LAN"; `{LAN:}`: "LAN:". yaml: LAN and IOT in all. In `networks: { lan:, iot: }`: "additional properties
#   'lan:' not allowed"
# Why it surprises: editors and linters read the file as it is meant, and of variables nothing is said: the container
#   has none of that name.
# For you: write `{ lan: , iot: }`, `{ lan: {}, iot: {} }` or a list. The npm package `yaml` writes `{ lan:, iot: }` in
#   flow style with `nullStr: ''`.
# Needs: Node, npm, apt-get (Debian). Exit code: 0 as stated, 1 not so, 2 not tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

for tool in node npm apt-get dpkg-deb; do
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
npm install --no-save --no-audit --no-fund --silent yaml@2.8.1 || skip 'the package cannot be had'
# keys SUITE BRACES: what Compose of this suite takes as the names of variables.
keys() {
  printf 'name: p\nservices:\n  web:\n    image: web\n    environment: %s\n' "$2" > compose.yaml
  "$work/$1/usr/libexec/docker/cli-plugins/docker-compose" -f compose.yaml config --format json 2> log |
    node -e 'console.log(Object.keys(JSON.parse(require("fs").readFileSync(0)).services.web.environment).join(" "))'
}
read_as() { node -e 'console.log(Object.keys(require("yaml").parse(process.argv[1])).sort().join(" "))' "$1"; }
for suite in sid trixie; do
  for row in '{ LAN:, IOT: }|IOT LAN:' '{LAN:}|LAN:' '{ LAN: , IOT: }|IOT LAN' '{ "LAN":, IOT: }|IOT LAN'; do
    braces=${row%|*}
    [ "$(keys "$suite" "$braces")" = "${row#*|}" ] || differs "$braces, Compose of $suite: $(keys "$suite" "$braces")"
    other=${row#*|}
    [ "$(read_as "$braces")" = "${other//:/}" ] || differs "$braces, yaml: $(read_as "$braces")"
  done
  printf 'services: { web: { image: x, networks: { lan:, iot: } } }\nnetworks: { lan: {}, iot: {} }\n' > compose.yaml
  "$work/$suite/usr/libexec/docker/cli-plugins/docker-compose" -p p -f compose.yaml config > log 2>&1 &&
    differs "networks, Compose of $suite: $(cat log)"
  grep -q "lan:" log || differs "networks, Compose of $suite says: $(cat log)"
done
cat > write.cjs <<'JS'
const { stringify } = require('yaml');
console.log(stringify({ lan: null, iot: null }, { collectionStyle: 'flow', nullStr: '' }));
JS
written=$(node write.cjs)
[ "$written" = '{ lan:, iot: }' ] || differs "yaml writes $written"
echo "as stated: { LAN:, IOT: } is IOT and LAN: in both; with a blank or quotes IOT and LAN"
