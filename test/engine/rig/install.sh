#!/bin/bash
# install.sh [podman-4] [podman-5]
#
# Gets ready what the kernel, engine and podman layers need, on Debian: a few packages, and beside them, in the cache
# folder and never installed, newer engines with their `docker` command and Compose from Debian's later suites, each in
# a folder of its own, and the newest Podman in a userland of its own. An engine that is installed is neither replaced
# nor started. A second run does nothing and needs no network. With their names, also the Podmans of Debian 12 and 13.
set -euo pipefail

cache=${XDG_CACHE_HOME:-$HOME/.cache}/netcompose-rig
# By the engine's name in installed.ts: the suites that may have it, in this order; the first that runs with this
# machine's C library is kept.
declare -A suites=([26]='trixie' [28]='sid forky')
declare -A podman_suites=([podman]='sid forky trixie' [podman-4]='bookworm' [podman-5]='trixie')
# Until 5.0 netavark calls iptables.
podman_packages=(podman netavark aardvark-dns conmon crun nftables iptables)
declare -A podman_runtimes=([bookworm]=runc)

say() { printf 'rig: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null || true)" = installed ]; }

install_packages() {
  local wanted=() package
  for package in iptables busybox-static dnsmasq-base iproute2 openssl procps sudo tcpdump; do
    is_installed "$package" || wanted+=("$package")
  done
  # The later suites' runc does not run here, and their containerd may not: both come with this suite's engine.
  if ! { command -v dockerd && command -v containerd && command -v runc; } >/dev/null; then wanted+=(docker.io); fi
  [ ${#wanted[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || fail "not root, and not installed: ${wanted[*]}"
  say "installing ${wanted[*]}"
  export DEBIAN_FRONTEND=noninteractive
  # Nothing is removed to make room, such as another engine's packages. Package lists may be absent or out of date.
  local install=(apt-get install -y -qq --no-install-recommends --no-remove "${wanted[@]}")
  "${install[@]}" >&2 2>/dev/null || { apt-get update -qq >&2; "${install[@]}" >&2; }
}

# The address of the Debian mirror that this machine is set up to use.
mirror() {
  local codename
  codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT) $(CREATED_BY)' |
    awk -v release="$codename" '$2 == release && $3 == "main" && $4 == "Packages" { print $1; exit }'
}

# open_suite SUITE: an empty $cache/new, and in $options what makes apt-get use that suite and nothing of this machine.
open_suite() {
  local suite=$1 from
  work=$cache/work
  from=$(mirror)
  [ -n "$from" ] || fail 'no Debian mirror in the configuration of apt'
  rm -rf "$work" "$cache/new"
  mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/debs" "$cache/new"
  printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "$from" "$suite" \
    > "$work/sources.list"
  : > "$work/status"
  options=(
    -qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::lists=$work/lists" -o "Dir::Cache::archives=$work/archives"
    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o "APT::Sandbox::User=$(id -un)"
  )
  say "downloading from $suite"
  apt-get "${options[@]}" update >&2
}

# unpack SUITE: the suite's engine in $cache/new, if it runs here.
unpack() {
  local work options
  open_suite "$1" || return 1
  (cd "$work/debs" && apt-get "${options[@]}" download docker.io docker-cli docker-compose >&2) || return 1
  local deb
  for deb in "$work"/debs/*.deb; do dpkg-deb -x "$deb" "$cache/new" || return 1; done
  local usr=$cache/new/usr
  "$usr/sbin/dockerd" --version >&2 && "$usr/bin/docker" --version >&2 &&
    "$usr/libexec/docker/cli-plugins/docker-compose" version >&2
}

# install_engine NAME: fails where none can be had.
install_engine() {
  local name=$1 suite
  [ ! -e "$cache/$name/.complete" ] || return 0
  for suite in ${suites[$name]}; do
    if unpack "$suite"; then
      touch "$cache/new/.complete"
      rm -rf "${cache:?}/$name" "$cache/work"
      mv "$cache/new" "$cache/$name"
      return 0
    fi
    say "the engine of $suite cannot be had or does not run here"
  done
  return 1
}

# unpack_podman SUITE: the suite's Podman in $cache/new, with all that it needs: its programs run below that folder.
unpack_podman() {
  local work options
  open_suite "$1" || return 1
  # Nothing counts as installed, so that the C library and all else comes too.
  apt-get "${options[@]}" -o Dir::State::status="$work/status" -o APT::Install-Recommends=false \
    install -y --download-only "${podman_packages[@]}" ${podman_runtimes[$1]:-} >&2 || return 1
  local root=$cache/new name deb
  for name in bin sbin lib lib64; do
    mkdir -p "$root/usr/$name"
    ln -s "usr/$name" "$root/$name"
  done
  # Not `dpkg-deb -x`, which puts a folder in the place of a link to one.
  for deb in "$work"/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C "$root" || return 1
  done
  mkdir -p "$root/proc"
  # What the packages' own scripts would link.
  for name in iptables ip6tables; do ln -s xtables-nft-multi "$root/usr/sbin/$name"; done
  # Podman asks for its own command line before anything else.
  local try='mount --rbind /proc "$1/proc" && chroot "$1" podman --version && chroot "$1" nft --version'
  unshare --mount -- sh -c "$try" sh "$root" >&2
}

# install_podman NAME: the podman layers' alone; the engine layers go without. Fails where none can be had.
install_podman() {
  local name=$1 suite
  [ ! -e "$cache/$name/.complete" ] || return 0
  for suite in ${podman_suites[$name]}; do
    if unpack_podman "$suite"; then
      touch "$cache/new/.complete"
      rm -rf "${cache:?}/$name" "$cache/work"
      mv "$cache/new" "$cache/$name"
      return 0
    fi
    say "the Podman of $suite cannot be had or does not run here"
  done
  return 1
}

for name; do [ -n "${podman_suites[$name]:-}" ] || fail "there is no \"$name\": one of ${!podman_suites[*]}"; done
command -v apt-get >/dev/null || fail 'this is not Debian'
mkdir -p "$cache"
# One at a time.
exec 9> "$cache/lock"
flock 9
install_packages
absent=()
for name in "${!suites[@]}"; do install_engine "$name" || absent+=("$name"); done
for name in podman "$@"; do install_podman "$name" || absent+=("$name"); done
[ ${#absent[@]} = 0 ] || fail "no engine ${absent[*]}"
