#!/bin/bash
# Tool: hostile 1.4.0 (npm), the usual way to change /etc/hosts from Node.
# Behaviour: a name that stands on a line with others is not found: `set` adds a second line for it, below, which
#   glibc does not get to, and `remove` removes nothing; both without an error. And all comments behind entries are
#   gone after the first call.
# Seen: 2026-11-29: `192.168.1.201 web.lan web # container`, set("192.168.1.209", "web"): the line stays, without its
#   comment, `192.168.1.209 web` is the last; getent ahostsv4 web: 192.168.1.201 first; remove("192.168.1.201",
#   "web"): as before. A line with the one name is changed and removed as it should be
# Why it surprises: with one name to a line all of this works; hosts(5) has several, as in Debian's line for
#   127.0.1.1.
# For you: give a container's address a line for each name, and read /etc/hosts again after `set`.
# Needs: root, unshare, mount, getent, Node, npm. Exit code: 0 as stated, 1 not so, 2 not tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || skip 'needs root'
for tool in node npm unshare mount getent; do
  command -v "$tool" > /dev/null || skip "needs $tool"
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --no-save --no-audit --no-fund --silent hostile@1.4.0 || skip 'hostile@1.4.0 cannot be had'
cat > calls.cjs <<'MODULE'
const hostile = require('hostile');
hostile.set('192.168.1.209', 'web');
hostile.set('192.168.1.210', 'ui');
MODULE
cat > removes.cjs <<'MODULE'
const hostile = require('hostile');
hostile.remove('192.168.1.201', 'web');
hostile.remove('192.168.1.210', 'ui');
MODULE
printf '%s\n' '127.0.0.1 localhost' '192.168.1.201 web.lan web # container' '192.168.1.202 ui # container' > hosts
# The file is bound over /etc/hosts in a mount namespace of its own.
cat > inside <<'INSIDE'
mount --bind hosts /etc/hosts
node calls.cjs
paste -sd, hosts > set
getent ahostsv4 web | awk '{ print $1 }' | uniq | paste -sd' ' > answers
node removes.cjs
paste -sd, hosts > removed
INSIDE
unshare --mount --propagation private -- sh -e ./inside || skip 'needs a mount namespace'
set=$(cat set)
answers=$(cat answers)
removed=$(cat removed)
[ "$set" = '127.0.0.1 localhost,192.168.1.201 web.lan web,192.168.1.210 ui,192.168.1.209 web' ] ||
  differs "after set: $set"
[ "${answers%% *}" = 192.168.1.201 ] || differs "web is found at $answers"
[ "$removed" = '127.0.0.1 localhost,192.168.1.201 web.lan web,192.168.1.209 web' ] || differs "after remove: $removed"
echo "as stated: after set: $set; web: $answers; after remove: $removed"
