#!/bin/bash
# install.sh
#
# Installs the programs that the layer `setup` tries netcompose in, on Debian (root). A second run does nothing.
set -euo pipefail

packages=()
for package in bash-completion bsdutils chromium fish fonts-dejavu-core git graphviz man-db mandoc pre-commit zsh; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] || packages+=("$package")
done
[ ${#packages[@]} -gt 0 ] || exit 0
[ "$(id -u)" = 0 ] || { echo "setup: not root, and not installed: ${packages[*]}" >&2; exit 1; }
echo "setup: installing ${packages[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
install=(apt-get install -y -qq --no-install-recommends --no-remove "${packages[@]}")
"${install[@]}" >&2 2>/dev/null || { apt-get update -qq >&2; "${install[@]}" >&2; }
