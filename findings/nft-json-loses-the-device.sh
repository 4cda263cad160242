#!/bin/bash
# Tool: nftables 1.0.6-2+deb12u2 (Debian 12).
# Behaviour: `nft -j list ruleset` leaves out the device of a netdev chain (ingress and egress, one device or several),
#   so `nft -j -f` refuses its own output; it leaves out `auto-merge` of a set, too, and that is accepted.
# Seen: 2026-11-28: {"chain": {"family": "netdev", "table": "t", "name": "a", "handle": 1, "type": "filter", "hook":
#   "ingress", "prio": 0, "policy": "accept"}}; read back: `Error: Missing `device' in this chain definition`, exit 1
# Why it surprises: the text form of the same listing has `device "p0"` and is read back; JSON is what programs save.
# For you: a netdev chain is how macvlan containers are filtered on the host. A backup of such rules by JSON cannot be
#   restored, and restoring is all or nothing: every other table stays away as well. Save the text form.
# Needs: root, veth, nf_tables, iproute2, unshare, apt-get. Exit code: 0 as stated, 1 not so, 2 not tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || skip 'needs root'
  for tool in ip unshare apt-get dpkg-deb; do
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

  fetch bookworm nftables=1.0.6-2+deb12u2 libnftables1=1.0.6-2+deb12u2 libnftnl11=1.2.4-2 libjansson4=2.14-2 \
    libmnl0=1.0.4-3
  unshare --net --mount --pid --fork --kill-child --mount-proc -- bash "$0" --inside "$work"
  exit
fi

# The first process of a process namespace: nothing below touches the machine's own network.
[ $$ = 1 ] || exit 2
work=$2
export PATH=$work/root/usr/sbin:$PATH LD_LIBRARY_PATH=$work/root/usr/lib/$(uname -m)-linux-gnu
ip link add p0 type veth peer name p1 || skip 'needs veth'

# restored [-j]: the ruleset saved and read back: what is missing then, or the error.
restored() {
  local before
  before=$(nft list ruleset)
  nft "$@" list ruleset > "$work/saved"
  nft flush ruleset
  if ! nft "$@" -f "$work/saved" 2> "$work/error"; then head -n 1 "$work/error"; return; fi
  diff <(echo "$before") <(nft list ruleset) | sed -n 's/^[<>][\t ]*//p' | tr '\n' ' ' | sed 's/ $//'
  nft flush ruleset
}
missing="internal:0:0-0: Error: Missing \`device' in this chain definition"
for hook in ingress egress; do
  chain="table netdev t { chain a { type filter hook $hook device \"p0\" priority 0; policy accept; counter; }; }"
  nft "$chain" || skip "needs nf_tables with the $hook hook"
  text=$(restored)
  [ -z "$text" ] || differs "$hook, text: $text"
  nft "$chain"
  json=$(restored -j)
  [ "$json" = "$missing" ] || differs "$hook, JSON: ${json:-the same}"
done
nft 'table inet t { set s { type ipv4_addr; flags interval; auto-merge; elements = { 192.168.1.0/24 }; }; }'
set=$(restored -j)
[ "$set" = auto-merge ] || differs "set, JSON: ${set:-the same}"
echo "as stated: netdev chains: $json; a set is read back without: $set"
