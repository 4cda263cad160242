#!/bin/bash
# Tool: avahi-daemon 0.8 (Debian 12's 0.8-10+deb12u1) with `enable-reflector=yes`, on a host with a macvlan shim that
#   has a spare address of the LAN.
# Behaviour: parent and shim are two networks for avahi, and one for the LAN: each question that comes from the LAN is
#   sent back into it, from the shim's address. The host's name has two addresses there, the host's and the shim's.
# Seen: 2026-11-29: another machine asks once; what it gets back of its question: reflector on: 1, from 192.168.1.209;
#   off: 0; on with the shim's `multicast off`: 0. Answers for host.local: from 192.168.1.10 and 192.168.1.209, with
#   `multicast off` from 192.168.1.10 alone
# Why it surprises: nobody named the shim; without allow-interfaces avahi takes every one that has an address. It does
#   not notice that what it repeats comes out of the same card.
# For you: `ip link set dev SHIM multicast off`, or `deny-interfaces=SHIM`. The reflector is of no use between parent
#   and shim: containers on macvlan hear the LAN by themselves.
# Needs: root, Linux with veth and macvlan, iproute2, unshare, Node, apt-get. Exit code: 0 as stated, 1 not so, 2 not
#   tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || skip 'needs root'
  for tool in ip node unshare apt-get dpkg-deb; do
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

  fetch bookworm avahi-daemon=0.8-10+deb12u1 libavahi-core7=0.8-10+deb12u1 \
    libavahi-common3=0.8-10+deb12u1 libdaemon0=0.14-7.1 libdbus-1-3=1.14.10-1~deb12u1 \
    libexpat1=2.5.0-1+deb12u2 libcap2=1:2.66-4+deb12u3+b1
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
library=$(uname -m)-linux-gnu
export LD_LIBRARY_PATH=$work/root/usr/lib/$library:$work/root/lib/$library
# avahi wants a user and a group of its name; both files are bound over in this mount namespace alone.
mkdir -p /run/avahi-daemon
cp /etc/passwd /etc/group /run
echo 'avahi:x:9998:9998::/run:/bin/false' >> /run/passwd
echo 'avahi:x:9998:' >> /run/group
for file in passwd group; do mount --bind "/run/$file" "/etc/$file"; done
ip link add link p0 name s0 type macvlan mode bridge || skip 'needs macvlan'
ip link set s0 up
ip addr add 192.168.1.209/32 dev s0
cat > /run/ask.cjs <<'MODULE'
// Asks the LAN once for NAME.local, and prints who sends the question back and who answers, in two seconds.
const label = Buffer.from(process.argv[2]);
const header = Buffer.from([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, label.length]);
const question = Buffer.concat([header, label, Buffer.from([5]), Buffer.from('local'), Buffer.from([0, 0, 1, 0, 1])]);
const socket = require('node:dgram').createSocket({ type: 'udp4', reuseAddr: true });
const questions = [];
const answers = [];
socket.on('message', (message, { address }) => {
  if (message.equals(question)) questions.push(address);
  else if (message[2] & 0x80) answers.push(address);
});
socket.bind(5353, () => {
  socket.addMembership('224.0.0.251', '192.168.1.1');
  socket.setMulticastInterface('192.168.1.1');
  socket.setMulticastTTL(255);
  socket.setMulticastLoopback(false);
  socket.send(question, 5353, '224.0.0.251');
  setTimeout(() => {
    console.log(`questions: ${questions.join(' ')}, answers: ${[...new Set(answers)].sort().join(' ')}`);
    socket.close();
  }, 2000);
});
MODULE
# heard YES-OR-NO NAME: what another machine of the LAN gets when it asks for NAME, the reflector on or off.
heard() {
  local pid seen
  printf '%s\n' '[server]' host-name=host use-ipv6=no enable-dbus=no '[reflector]' "enable-reflector=$1" \
    > /run/avahi.conf
  timeout 60 "$work/root/usr/sbin/avahi-daemon" -f /run/avahi.conf --no-drop-root --no-chroot --no-rlimits \
    > "$work/log" 2>&1 &
  pid=$!
  for _ in $(seq 100); do ! grep -q 'startup complete' "$work/log" || break; sleep 0.2; done
  grep -q 'startup complete' "$work/log" || skip "avahi does not start: $(tail -n 2 "$work/log")"
  sleep 4
  seen=$(ip netns exec lan node /run/ask.cjs "$2")
  kill "$pid"
  wait "$pid" 2> /dev/null || true
  echo "$seen"
}
unknown=$(heard yes thing)
off=$(heard no thing)
host=$(heard yes host)
ip link set dev s0 multicast off
mute=$(heard yes thing)
mute_host=$(heard yes host)
[ "$unknown" = 'questions: 192.168.1.209, answers: ' ] || differs "with the reflector: $unknown"
[ "$off" = 'questions: , answers: ' ] || differs "without: $off"
[ "${host#*, }" = 'answers: 192.168.1.10 192.168.1.209' ] || differs "host.local: $host"
[ "$mute" = 'questions: , answers: ' ] || differs "multicast off: $mute"
[ "${mute_host#*, }" = 'answers: 192.168.1.10' ] || differs "multicast off, host.local: $mute_host"
echo "as stated: reflector: $unknown; none: $off; host.local: $host; multicast off: $mute; host.local: $mute_host"
