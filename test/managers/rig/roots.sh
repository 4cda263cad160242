#!/bin/bash
# roots.sh [SUITE...]
#
# Gets ready what the managers layer needs, on Debian: mmdebstrap and tcpdump, and in the cache folder one userland for
# each suite, with its systemd and network managers. Only processes in namespaces of their own ever run from them, on
# a layer above, so that they stay as they were made. A root is made anew when what it is made of changes; otherwise a
# second run does nothing and needs no network.
#
# roots.sh made [SUITE...]    says nothing and exits with 0 where all are complete; waits for one that makes them
# roots.sh packages           installs only the tools
set -euo pipefail

cache=${XDG_CACHE_HOME:-$HOME/.cache}/netcompose-managers
# bookworm: systemd 252, NetworkManager 1.42, dhcpcd 9.4; trixie: 257, 1.52, 10.1; sid: the newest.
suites=(bookworm trixie sid)
packages=(
  systemd systemd-sysv systemd-resolved udev dbus kmod
  network-manager dhcpcd-base avahi-daemon
  iproute2 iptables nftables procps busybox-static sudo
)
# What is tried on one suite only: firewalld 2.3, ConnMan 1.44, ifupdown-ng 0.12, ifupdown2 3.0.
more_bookworm=() more_trixie=(firewalld connman ifupdown-ng ifupdown2) more_sid=()
dpkg_options=(
  force-unsafe-io 'path-exclude=/usr/share/locale/*' 'path-exclude=/usr/share/doc/*' 'path-exclude=/usr/share/man/*'
)

say() { printf 'managers: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
# The recipe is written when a root is complete.
is_made() {
  [ "$(cat "$cache/roots/$1.recipe" 2>/dev/null || true)" = "$recipe" ] && [ -d "$cache/roots/$1" ]
}

install_packages() {
  local wanted=() name
  for name in mmdebstrap tcpdump dnsmasq; do
    command -v "$name" >/dev/null || wanted+=("${name/dnsmasq/dnsmasq-base}")
  done
  [ ${#wanted[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || fail "not root, and not installed: ${wanted[*]}"
  say "installing ${wanted[*]}"
  export DEBIAN_FRONTEND=noninteractive
  local install=(apt-get install -y -qq --no-install-recommends --no-remove "${wanted[@]}")
  "${install[@]}" >&2 2>/dev/null || { apt-get update -qq >&2; "${install[@]}" >&2; }
}

# The address of the Debian mirror that this machine is set up to use.
mirror() {
  apt-get indextargets --format '$(REPO_URI) $(COMPONENT) $(CREATED_BY)' |
    awk '$2 == "main" && $3 == "Packages" { print $1; exit }'
}

make_root() {
  local suite=$1 from=$2 root=$cache/roots/$1 option options=() log=$cache/roots/$1.log
  for option in "${dpkg_options[@]}"; do options+=("--dpkgopt=$option"); done
  say "making the userland of $suite"
  rm -rf --one-file-system "$root" "$root.new"
  rm -f "$root.recipe"
  local include
  include=$(IFS=,; printf '%s' "${packages[*]}")
  mmdebstrap --quiet --mode=root --variant=minbase --include="$include" "${options[@]}" \
    --aptopt='Acquire::Check-Valid-Until "false"' "$suite" "$root.new" "$from" >"$log" 2>&1 ||
    { tail -n 20 "$log" >&2; say "the userland of $suite cannot be made"; return 1; }
  mv "$root.new" "$root"
  printf '%s\n' "$recipe" > "$root.recipe"
}

# use SUITE: what its root is made of, and how.
use() {
  local -n more=more_$1
  packages=("${usual[@]}" "${more[@]}")
  recipe=$({ declare -p packages dpkg_options; declare -f make_root; } | sha256sum | cut -d ' ' -f 1)
}
usual=("${packages[@]}")
order=make
case ${1:-} in made | packages) order=$1; shift ;; esac
[ $# = 0 ] || suites=("$@")
if [ "$order" = made ]; then
  [ ! -e "$cache/lock" ] || flock -s "$cache/lock" true
  command -v tcpdump dnsmasq >/dev/null || exit 1
  for suite in "${suites[@]}"; do use "$suite"; is_made "$suite" || exit 1; done
  exit 0
fi

command -v apt-get >/dev/null || fail 'this is not Debian'
mkdir -p "$cache/roots"
# One at a time.
exec 9> "$cache/lock"
flock 9
install_packages
[ "$order" = make ] || exit 0
from=$(mirror)
[ -n "$from" ] || fail 'no Debian mirror in the configuration of apt'
# Side by side: half of the time is waiting for downloads, the other half for one core.
jobs=()
for suite in "${suites[@]}"; do
  use "$suite"
  is_made "$suite" || { make_root "$suite" "$from" 9>&- & jobs+=($!); }
done
failed=
for job in "${jobs[@]}"; do wait "$job" || failed=yes; done
[ -z "$failed" ] || exit 1
