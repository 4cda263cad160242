#!/bin/bash
# Tool: docker-modem 5.0.7, through dockerode 5.0.1 (npm), with DOCKER_HOST as the docker command takes it.
# Behaviour: for `tcp://` and a host without a port it asks port 80, where docker asks 2375; port 2376 alone makes it
#   speak TLS, any other port not, unless DOCKER_TLS_VERIFY is set.
# Seen: 2026-11-28: DOCKER_HOST=tcp://127.0.0.1: `connect ECONNREFUSED 127.0.0.1:80`; protocol for :2375 http, :2376
#   https, :2377 http
# Why it surprises: the variable is read for just that, and a web server is often on port 80: then the error is a page
#   of HTML or "404".
# For you: write the port, always: it decides about TLS, too.
# Needs: root, iproute2, unshare, Node, npm. Exit code: 0 as stated, 1 not so, 2 not tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || skip 'needs root'
  for tool in ip unshare node npm; do
    command -v "$tool" > /dev/null || skip "needs $tool"
  done
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  (cd "$work" && npm install --no-save --no-audit --no-fund --silent --ignore-scripts dockerode@5.0.1 \
    docker-modem@5.0.7) || skip 'the packages cannot be had'
  unshare --net --mount --pid --fork --kill-child --mount-proc -- bash "$0" --inside "$work"
  exit
fi

# The first process of a process namespace: nothing below touches the machine's own network.
[ $$ = 1 ] || exit 2
work=$2
cd "$work"
ip link set lo up
unset DOCKER_TLS_VERIFY DOCKER_CERT_PATH
asked=$(DOCKER_HOST=tcp://127.0.0.1 timeout 20 node -e \
  'new (require("dockerode"))().ping().then(console.log, (error) => console.log(error.message))')
protocols=$(for port in 2375 2376 2377; do
  DOCKER_HOST=tcp://127.0.0.1:$port node -p 'new (require("dockerode"))().modem.protocol'
done | paste -sd' ')
[ "$asked" = 'connect ECONNREFUSED 127.0.0.1:80' ] || differs "without a port: $asked"
[ "$protocols" = 'http https http' ] || differs "protocols: $protocols"
echo "as stated: without a port: $asked; protocol for 2375, 2376, 2377: $protocols"
