#!/bin/bash
# Tool: composerize-ts 0.6.2 (npm), `docker run` to Compose file; Docker Compose 2.40.3 to read the result.
# Behaviour: for `--network lan --ip 192.168.1.5` it writes a definition of the network: `driver: default` and a
#   subnet that it makes up from the address, under a key that Compose does not have. `--net=host` is dropped.
# Seen: 2026-11-28: `networks: lan: driver: default config: - subnet: 192.168.1.0/24`, no message; Compose:
#   `networks.lan additional properties 'config' not allowed`; --net=host: no network_mode
# Why it surprises: the network of `docker run` exists already, so it is an external one; /24 is nowhere in the
#   command.
# For you: replace the definition by `external: true`. With --net=host there is a message, `Unknown option`, beside
#   the YAML.
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

fetch sid docker-compose=2.40.3-3
cd "$work"
npm install --no-save --no-audit --no-fund --silent composerize-ts@0.6.2 || skip 'composerize-ts 0.6.2 cannot be had'
yaml() {
  node -e 'const { composerize } = require("composerize-ts"); console.log(composerize(process.argv[1]).yaml);' "$1"
}
yaml 'docker run --network lan --ip 192.168.1.5 nginx' > compose.yaml
network=$(sed -n '/^networks:/,$p' compose.yaml | tr -s ' \n' ' ' | sed 's/ $//')
[ "$network" = 'networks: lan: driver: default config: - subnet: 192.168.1.0/24' ] || differs "$network"
said=$("$work/root/usr/libexec/docker/cli-plugins/docker-compose" -p p -f compose.yaml config 2>&1 | tail -n 1) || true
[[ $said = *"additional properties 'config' not allowed"* ]] || differs "Compose says: $said"
yaml 'docker run --net=host nginx' > host.yaml
! grep -q 'network_mode' host.yaml || differs "--net=host: $(cat host.yaml)"
echo "as stated: $network; Compose: ${said##*compose.yaml: }; --net=host: no network_mode"
