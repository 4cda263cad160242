#!/bin/bash
# Tool: @faker-js/faker 10.6.0 (npm), `internet.mac()`, on Linux 6.18.
# Behaviour: half of the MAC addresses have the group bit in their first octet. No interface can have such an address:
#   the kernel refuses it for macvlan, veth and bridge alike.
# Seen: 2026-11-29: of 200 addresses with the seed 1 about half; `ip link add … address` with the first of them: exit
#   code 2, `RTNETLINK answers: Cannot assign requested address`; with the first without the bit: 0
# Why it surprises: they look like any other, validators accept them, and a test with one address passes every other
#   time. `separator` is its only option.
# For you: in test data, and for a `mac_address` in a Compose file, set the first octet yourself: 02. Then it cannot
#   be a vendor's either.
# Needs: root, Linux with veth and macvlan, iproute2, unshare, Node, npm. Exit code: 0 as stated, 1 not so, 2 not
#   tried.
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
  (cd "$work" && npm install --no-save --no-audit --no-fund --silent @faker-js/faker@10.6.0) ||
    skip '@faker-js/faker@10.6.0 cannot be had'
  unshare --net --mount --pid --fork --kill-child --mount-proc -- bash "$0" --inside "$work"
  exit
fi

# The first process of a process namespace: nothing below touches the machine's own network.
[ $$ = 1 ] || exit 2
work=$2
# A LAN: p0 is the host's, l0 another machine's.
mount -t tmpfs tmpfs /run
mkdir /run/netns
ip link set lo up
ip netns add lan
ip link add p0 type veth peer name l0 netns lan || skip 'needs veth and named network namespaces'
ip addr add 192.168.1.10/24 dev p0
ip link set p0 up
ip -n lan addr add 192.168.1.1/24 dev l0
ip -n lan link set l0 up
cat > "$work/addresses.mjs" <<'MODULE'
import { faker } from '@faker-js/faker';
faker.seed(1);
for (let count = 0; count < 200; count++) console.log(faker.internet.mac());
MODULE
(cd "$work" && node addresses.mjs > addresses) || skip 'faker does not run here'
group=$(grep -c '^.[13579bdf]:' "$work/addresses" || true)
# made ADDRESS TYPE...: the exit code of making an interface with this address.
made() {
  local code=0 address=$1
  shift
  ip link add x0 address "$address" "$@" > "$work/log" 2>&1 || code=$?
  ip link del x0 2> /dev/null || true
  echo "$code"
}
odd=$(grep -m 1 '^.[13579bdf]:' "$work/addresses")
even=$(grep -m 1 '^.[02468ace]:' "$work/addresses")
refused="$(made "$odd" link p0 type macvlan) $(made "$odd" type veth peer name x1) $(made "$odd" type bridge)"
message=$(cat "$work/log")
accepted="$(made "$even" link p0 type macvlan) $(made "$even" type bridge)"
[ "$group" -ge 60 ] && [ "$group" -le 140 ] || differs "$group of 200 have the group bit"
[ "$refused" = '2 2 2' ] || differs "$odd: $refused"
[ "$accepted" = '0 0' ] || differs "$even: $accepted $(cat "$work/log")"
echo "as stated: $group of 200 have the group bit; macvlan, veth, bridge with $odd: $refused, $message;"
echo "$even: $accepted"
