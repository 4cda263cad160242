#!/bin/bash
# Tool: netaddr 0.8.0 (Debian 12's python3-netaddr 0.8.0-2; Ansible's address filters use it). 1.3.0 (1.3.0-3) differs.
# Behaviour: `192.168.1` is 192.168.0.1 as an IPAddress, whose last part fills what is left, and 192.168.1.0/32 as an
#   IPNetwork, where zeros follow: the one is not in the other, nor in 192.168.1/24. Of an IPv6 /127 `iter_hosts` has
#   one address, of an IPv4 /31 both.
# Seen: 2026-11-29, 0.8.0: IPAddress("192.168.1") 192.168.0.1, IPNetwork("192.168.1") 192.168.1.0/32, the address in
#   IPNetwork("192.168.1/24"): False; hosts of fd00::/127: fd00::1, of fd00::/126: ::1 to ::3. 1.3.0: AddrFormatError
#   for all of the three, and both addresses of the /127
# Why it surprises: one library, one text, two addresses; `192.168.1/24` as the name of a LAN is common, and `192.168.1`
#   for an address is what inet_aton made of it long ago.
# For you: write all four parts. Of a /127 take both ends by hand; Docker has no room in one either (see
#   docker-ipv6-127-is-empty.sh).
# Needs: Python 3, apt-get (Debian). Exit code: 0 as stated, 1 not so, 2 not tried.
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

for package in 'bookworm python3-netaddr=0.8.0-2' 'sid python3-netaddr=1.3.0-3'; do
  read -ra words <<< "$package"
  fetch "${words[@]}"
  mv "$work/root" "$work/${words[0]}"
done
cat > "$work/read.py" <<'PYTHON'
from netaddr import AddrFormatError, IPAddress, IPNetwork


def said(question):
    try:
        return str(question())
    except AddrFormatError:
        return "AddrFormatError"


def hosts(text):
    return " ".join(str(address) for address in IPNetwork(text).iter_hosts())


print(said(lambda: IPAddress("192.168.1")), said(lambda: IPNetwork("192.168.1")),
      said(lambda: IPAddress("192.168.1") in IPNetwork("192.168.1/24")), sep=", ", end="; ")
print(hosts("192.168.1.2/31"), hosts("fd00::/127"), hosts("fd00::/126"), sep=", ")
PYTHON
# read_by SUITE
read_by() { PYTHONPATH=$work/$1/usr/lib/python3/dist-packages python3 "$work/read.py" || skip "netaddr of $1"; }
old=$(read_by bookworm)
new=$(read_by sid)
both='192.168.1.2 192.168.1.3'
[ "$old" = "192.168.0.1, 192.168.1.0/32, False; $both, fd00::1, fd00::1 fd00::2 fd00::3" ] || differs "0.8.0: $old"
error='AddrFormatError, AddrFormatError, AddrFormatError'
[ "$new" = "$error; $both, fd00:: fd00::1, fd00::1 fd00::2 fd00::3" ] || differs "1.3.0: $new"
echo "as stated, address, network, the one in 192.168.1/24; hosts of /31, /127, /126: 0.8.0: $old; 1.3.0: $new"
