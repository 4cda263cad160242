#!/bin/bash
# Tool: docker-compose 1.5.0 (npm), the usual way to call `docker compose` from Node.
# Behaviour: `ps()` gives NaN for consecutive ports, which `docker compose ps` prints as a range; single ports of both
#   families are read well.
# Seen: 2026-11-28: `0.0.0.0:8080->80/tcp, [::]:8080->80/tcp` gives 8080 twice; `0.0.0.0:8000-8002->8000-8002/tcp`
#   gives one port with mapped NaN and exposed NaN; `8000-8002/tcp` exposed NaN
# Why it surprises: it is not the file that decides, "8000:8000" and "8001:8001" on two lines are printed as a range
#   too; adding the neighbour of a port breaks what worked.
# For you: a search for a free port or for "who has 8001" finds nothing. Ask for `--format json` in commandOptions,
#   where Publishers has each port.
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
npm install --no-save --no-audit --no-fund --silent docker-compose@1.5.0 || skip 'docker-compose 1.5.0 cannot be had'
# ports COLUMN: the ports that are read from one line of `docker compose ps`: published and exposed.
ports() {
  node -e 'const { mapPsOutput } = require("docker-compose");
    const cells = ["p-web-1", "nginx", "x", "web", "3 seconds ago", "Up 2 seconds", process.argv[1]].join("   ");
    const output = `NAME   IMAGE   COMMAND   SERVICE   CREATED   STATUS   PORTS\n${cells}\n`;
    const [{ ports }] = mapPsOutput(output).services;
    console.log(ports.map(({ mapped, exposed }) => `${mapped?.port} ${exposed.port}`).join(", "));' "$1"
}
single=$(ports '0.0.0.0:8080->80/tcp, [::]:8080->80/tcp')
range=$(ports '0.0.0.0:8000-8002->8000-8002/tcp')
exposed=$(ports '8000-8002/tcp')
[ "$single" = '8080 80, 8080 80' ] || differs "single ports: $single"
[ "$range" = 'NaN NaN' ] || differs "a range: $range"
[ "$exposed" = 'undefined NaN' ] || differs "an exposed range: $exposed"
echo "as stated: single ports: $single; a range: $range; an exposed range: $exposed"
