#!/bin/bash
# Tool: dhcpd-leases 0.1.2 (npm), a reader of ISC dhcpd's dhcpd.leases.
# Behaviour: one lease that never ends (`ends never;`, as BOOTP devices and infinite lease times get) or one written
#   with `db-time-format local` (`starts epoch …;`) makes it fail for the whole file.
# Seen: 2026-11-28: two ordinary leases: 192.168.1.50 192.168.1.51; with `ends never`: `lease.ends (date) is
#   required`; with `starts epoch 1764153600; # …`: `lease.starts (date) is required`
# Why it surprises: both forms are in the manual page dhcpd.leases(5), and the lease that cannot be read takes all
#   others with it.
# For you: a check for conflicts that asks the leases goes blind with the first printer that has its address for good.
#   Cut such leases out first.
# Needs: Node, npm. Exit code: 0 as stated, 1 not so, 2 not tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

for tool in node npm; do
  command -v "$tool" > /dev/null || skip "needs $tool"
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --no-save --no-audit --no-fund --silent dhcpd-leases@0.1.2 || skip 'dhcpd-leases 0.1.2 cannot be had'
# read_with START END: the addresses read from two leases, the second with these times, or the error.
read_with() {
  cat > leases <<LEASES
lease 192.168.1.50 {
  starts 4 2026/11/26 10:00:00;
  ends 4 2026/11/26 11:00:00;
  hardware ethernet 02:00:00:00:00:07;
}
lease 192.168.1.51 {
  starts $1;
  ends $2;
  hardware ethernet 02:00:00:00:00:08;
}
LEASES
  node -e 'const text = require("fs").readFileSync("leases", "utf8");
    try { console.log(require("dhcpd-leases")(text).map(({ ip }) => ip).join(" ")); }
    catch (error) { console.log(error.message); }'
}
plain=$(read_with '4 2026/11/26 10:00:00' '4 2026/11/26 11:00:00')
never=$(read_with '4 2026/11/26 10:00:00' never)
epoch=$(read_with 'epoch 1764153600; # Wed Nov 26 10:40:00 2025' '4 2026/11/26 11:00:00')
[ "$plain" = '192.168.1.50 192.168.1.51' ] || differs "ordinary: $plain"
[ "$never" = 'lease.ends (date) is required' ] || differs "ends never: $never"
[ "$epoch" = 'lease.starts (date) is required' ] || differs "starts epoch: $epoch"
echo "as stated: ordinary: $plain; ends never: $never; starts epoch: $epoch"
