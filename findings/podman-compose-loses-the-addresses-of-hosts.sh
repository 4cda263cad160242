#!/bin/bash
# Tool: podman-compose 1.6.0 (Debian's podman-compose 1.6.0-1).
# Behaviour: `extra_hosts` as a mapping, which Compose allows beside the list, loses the addresses: `podman create`
#   gets the names alone.
# Seen: 2026-11-28: extra_hosts: { nas: 192.168.1.5 } gives `--add-host nas`; ["nas:192.168.1.5"] gives `--add-host
#   nas:192.168.1.5`; of `ipam.config` aux_addresses are dropped, ip_range and gateway are kept
# Why it surprises: the mapping is taken for a list without a word, and the other mappings of a service (environment,
#   labels) are turned into lists well.
# For you: write extra_hosts as a list. A tool that writes Compose files for both should do so, too. Reserve addresses
#   by ip_range, not by aux_addresses.
# Needs: apt-get (Debian), Python 3. Exit code: 0 as stated, 1 not so, 2 not tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

for tool in python3 apt-get dpkg-deb; do
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

fetch sid podman-compose=1.6.0-1
fetch bookworm python3-dotenv=0.21.0-1 python3-yaml=6.0-3+b2
# A stand-in for podman, which keeps what it is told.
mkdir "$work/bin"
cat > "$work/bin/podman" <<'PODMAN'
#!/bin/sh
echo "$*" >> ./told
case "$*" in
  --version*) echo podman version 5.8.6 ;;
  'network exists'*) grep -q '^network create' ./told ;;
  *json* | *inspect*) echo '[]' ;;
esac
PODMAN
chmod +x "$work/bin/podman"
cd "$work"
# told HOSTS: what podman is told for a service with these extra_hosts.
told() {
  cat > compose.yaml <<YAML
services: { web: { image: localhost/web, networks: [lan], extra_hosts: $1 } }
networks:
  lan:
    ipam:
      config:
        - { subnet: 192.168.1.0/24, ip_range: 192.168.1.200/29, aux_addresses: { host: 192.168.1.206 } }
YAML
  rm -f told
  PATH=$work/bin:$PATH PYTHONPATH=$work/root/usr/lib/python3/dist-packages timeout 60 \
    python3 -m podman_compose -p p up -d > log 2>&1 || skip "podman-compose: $(tail -n 3 log)"
  sed -n 's/^create .*\(--add-host.*\) localhost.*/\1/p' told
}
list=$(told '["nas:192.168.1.5"]')
mapping=$(told '{ nas: 192.168.1.5 }')
network=$(sed -n 's/^network create.*\(--subnet.*\) p_lan/\1/p' told)
[ "$list" = '--add-host nas:192.168.1.5' ] || differs "list: $list"
[ "$mapping" = '--add-host nas' ] || differs "mapping: $mapping"
[ "$network" = '--subnet 192.168.1.0/24 --ip-range 192.168.1.200/29' ] || differs "network: $network"
echo "as stated: list: $list; mapping: $mapping; network: $network"
