#!/bin/bash
# Tool: podman-compose 1.6.0 (Debian's podman-compose 1.6.0-1) with PyYAML 6.0.
# Behaviour: a MAC address without quotes becomes a number where all its digits are decimal, the first octet is 10 to
#   99 and none of the others is above 59, as in 52:54:00:12:34:56, QEMU's prefix; others stay as they are.
# Seen: 2026-11-29: `podman create` gets `mac=41135085296` for 52:54:00:12:34:56, and mac=52:54:00:12:34:56 with quotes;
#   02:42:10:11:12:13, 52:54:00:12:34:61 and 52:54:00:ab:34:56 stay
# Why it surprises: numbers to the base 60 are known from ports, `22:22`, and Compose's documentation warns of those
#   only. Docker Compose takes the same line as it stands; whether the address changes depends on its last digits.
# For you: quote MAC addresses, as is the habit with ports. A tool that writes Compose files for both should do so.
# Needs: apt-get (Debian), Python 3. Exit code: 0 as stated, 1 not so, 2 not tried.
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

fetch sid podman-compose=1.6.0-1
fetch bookworm python3-dotenv=0.21.0-1 python3-yaml=6.0-3+b2
# A stand-in for podman, which keeps what it is told.
mkdir "$work/bin"
cat > "$work/bin/podman" <<'PODMAN'
#!/bin/sh
echo "$*" >> ./told
case "$*" in
  --version*) echo podman version 5.8.6 ;;
  'network exists'*) grep -q '^network create' ./told ;;
  *json* | *inspect*) echo '[]' ;;
esac
PODMAN
chmod +x "$work/bin/podman"
cd "$work"
# told ADDRESS: the MAC address that podman is told, for this one in the file, as it is written there.
told() {
  printf 'services: { web: { image: localhost/web, mac_address: %s, networks: [lan] } }\nnetworks: { lan: {} }\n' \
    "$1" > compose.yaml
  rm -f told
  PATH=$work/bin:$PATH PYTHONPATH=$work/root/usr/lib/python3/dist-packages timeout 60 \
    python3 -m podman_compose -p p up -d > log 2>&1 || skip "podman-compose: $(tail -n 3 log)"
  sed -n 's/^create .*\(mac=[^, ]*\).*/\1/p' told
}
bare=$(told 52:54:00:12:34:56)
quoted=$(told '"52:54:00:12:34:56"')
[ "$bare" = 'mac=41135085296' ] || differs "without quotes: $bare"
[ "$quoted" = 'mac=52:54:00:12:34:56' ] || differs "with quotes: $quoted"
for address in 02:42:10:11:12:13 52:54:00:12:34:61 52:54:00:ab:34:56; do
  seen=$(told "$address")
  [ "$seen" = "mac=$address" ] || differs "$address: $seen"
done
echo "as stated: 52:54:00:12:34:56 is told as $bare, in quotes as $quoted; other addresses as they are"
