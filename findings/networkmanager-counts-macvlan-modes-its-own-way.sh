#!/bin/bash
# Tool: NetworkManager 1.42.4 (Debian 12's network-manager 1.42.4-1+deb12u1), profiles (.nmconnection files) of the type
#   macvlan.
# Behaviour: `mode` is a number there, and not the kernel's: 2 is bridge, 4 is passthru, where the kernel has 4 for
#   bridge and 8 for passthru. With `mode=4` the connection comes up, in mode passthru, which takes the whole card: the
#   next macvlan interface on it is refused. `mode=bridge` is loaded, and fails when the connection is to come up.
# Seen: 2026-11-29, mode=2: `macvlan mode bridge`; mode=4: `macvlan mode passthru`, `ip link add … type macvlan mode
#   bridge` on the same card then: Invalid argument; mode=bridge: `unsupported MACVLAN mode 0`
# Why it surprises: `nmcli connection add … mode bridge` takes the word, and writes 2; the kernel's header has 4. Who
#   writes the file by hand, by either of them, gets an error or the opposite of a shared card.
# For you: have nmcli write it: `nmcli --offline connection add type macvlan … mode bridge`. Containers that no longer
#   start on the card, with "invalid argument", may have a profile as the reason.
# Needs: root, veth, macvlan, iproute2, unshare, apt-get. Exit code: 0 as stated, 1 not so, 2 not tried.
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

  fetch bookworm network-manager=1.42.4-1+deb12u1 libnm0 libndp0 libteamdctl0 libjansson4 libbluetooth3 \
    libcurl3-gnutls libpsl5 libmm-glib0 libpolkit-gobject-1-0 libpolkit-agent-1-0 dbus-daemon libdbus-1-3 libapparmor1 \
    libexpat1 libudev1 libsystemd0 libglib2.0-0 libnghttp2-14 librtmp1 libssh2-1 libaudit1 libcap-ng0
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
# A bus of its own, and nothing of the machine's NetworkManager.
mkdir -p /run/dbus /run/NetworkManager /var/lib/NetworkManager /etc/NetworkManager
mount -t tmpfs tmpfs /var/lib/NetworkManager
mount -t tmpfs tmpfs /etc/NetworkManager
mkdir /etc/NetworkManager/system-connections
cat > /run/bus.conf <<'XML'
<busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_type="method_call"/>
<allow send_type="signal"/><allow send_requested_reply="true"/><allow receive_type="method_call"/>
<allow receive_type="signal"/><allow receive_requested_reply="true"/></policy></busconfig>
XML
"$work/root/usr/bin/dbus-daemon" --config-file /run/bus.conf --fork --nopidfile || skip 'no D-Bus'
cat > /run/nm.conf <<'CONF'
[main]
plugins=keyfile
dns=none
auth-polkit=false
[keyfile]
unmanaged-devices=interface-name:p0
CONF
for mode in 2 4 bridge; do
  file=/etc/NetworkManager/system-connections/$mode.nmconnection
  printf '[connection]\nid=m%s\ntype=macvlan\ninterface-name=m%s\nautoconnect=false\n' "$mode" "$mode" > "$file"
  printf '[macvlan]\nmode=%s\nparent=p0\n[ipv4]\nmethod=disabled\n[ipv6]\nmethod=disabled\n' "$mode" >> "$file"
  chmod 600 "$file"
done
"$work/root/usr/sbin/NetworkManager" --no-daemon --config /run/nm.conf --log-level WARN > /run/nm.log 2>&1 &
nmcli() { timeout 30 "$work/root/usr/bin/nmcli" "$@"; }
for _ in $(seq 50); do ! nmcli -t general status > /dev/null 2>&1 || break; sleep 0.3; done
nmcli -t connection > /dev/null 2>&1 || skip "no NetworkManager: $(tail -n 2 /run/nm.log)"
# made MODE: the kernel's mode of the interface made by that profile, or what nmcli says.
made() {
  if nmcli -w 15 connection up "m$1" > /run/log 2>&1; then
    ip -d link show "m$1" | grep -o 'macvlan mode [a-z]*' || true
  else
    grep -o 'unsupported MACVLAN mode 0' /run/log || cat /run/log
  fi
}
# next: what the kernel says to another macvlan interface, in mode bridge, on the same card.
next() {
  if ip link add link p0 name x0 type macvlan mode bridge 2> /run/log; then
    ip link del x0
    echo made
  else
    grep -o 'Invalid argument\|resource busy' /run/log || cat /run/log
  fi
}
two="$(made 2), $(next)"
nmcli connection down m2 > /dev/null
four="$(made 4), $(next)"
nmcli connection down m4 > /dev/null
word=$(made bridge)
[ "$two" = 'macvlan mode bridge, made' ] || differs "mode=2: $two"
[ "$four" = 'macvlan mode passthru, Invalid argument' ] || differs "mode=4: $four"
[ "$word" = 'unsupported MACVLAN mode 0' ] || differs "mode=bridge: $word"
offline=$(nmcli --offline connection add type macvlan con-name x ifname x0 dev p0 mode bridge | grep '^mode=')
[ "$offline" = 'mode=2' ] || differs "nmcli writes $offline"
echo "as stated, interface made, and the next one beside it: mode=2: $two; mode=4: $four; mode=bridge: $word"
