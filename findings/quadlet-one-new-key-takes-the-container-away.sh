#!/bin/bash
# Tool: Quadlet of Podman 5.4.2 (Debian 13's podman 5.4.2+ds1-2+b2).
# Behaviour: a key in a .network file that this Podman does not know yet (`InterfaceName=`, which 5.8.6 has) removes
#   the network's unit, and the unit of every container on that network with it; a container beside it stays.
# Seen: 2026-11-28: exit code 1; units with the key: other.service; without it: lan-network.service other.service
#   web.service. On standard error: `unsupported key 'InterfaceName' in group 'Network'`, `converting "web.container":
#   cannot get the resource name of lan.network`
# Why it surprises: systemd itself, whose format this is, warns of an unknown key and goes on; here the service is
#   gone, and the message, in the log of the boot alone, names the network first.
# For you: what works on a newer machine can take services away on an older one at the next boot. Run the generator
#   with --dryrun after each change: its exit code tells.
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

fetch trixie podman=5.4.2+ds1-2+b2
mkdir "$work/files"
printf '[Container]\nImage=localhost/web:1\nNetwork=lan.network\n' > "$work/files/web.container"
printf '[Container]\nImage=localhost/other:1\n' > "$work/files/other.container"
# units LINE...: the units made where the .network file has these lines, and the exit code.
units() {
  local code=0
  printf '%s\n' '[Network]' 'Driver=macvlan' "$@" > "$work/files/lan.network"
  rm -rf "$work/units"
  mkdir "$work/units"
  QUADLET_UNIT_DIRS=$work/files "$work/root/usr/libexec/podman/quadlet" --no-kmsg-log "$work/units" \
    2> "$work/log" || code=$?
  echo "$code: $(cd "$work/units" && echo *.service)"
}
known=$(units Options=parent=eth0)
unknown=$(units Options=parent=eth0 InterfaceName=eth7)
[ "$known" = '0: lan-network.service other.service web.service' ] || differs "without the key: $known"
[ "$unknown" = '1: other.service' ] || differs "with the key: $unknown"
grep -q "unsupported key 'InterfaceName'" "$work/log" || differs "the message: $(cat "$work/log")"
echo "as stated: exit code and units: without the key: $known; with it: $unknown"
