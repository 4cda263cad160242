#!/bin/bash
# Tool: composeverter 1.7.5 (npm), which brings Compose files up to date.
# Behaviour: an override file loses what it is for: `!reset` and `!override` are dropped, which leaves `ports: []` and
#   a mapping that is merged. And a line `name: <your project name>` is put in front of every file that has no name.
# Seen: 2026-11-28: `ports: !reset []` becomes `ports: []`; `networks: !override` with lan becomes `networks:` with
#   lan; Node prints the warning TAG_RESOLVE_FAILED, the function returns. Compose 2.40.3 takes the name for
#   `yourprojectname`
# Why it surprises: the result is a valid Compose file with the opposite meaning: `ports: []` adds nothing and takes
#   nothing away. And two projects that went through it are one and the same project for Compose, each the other's
#   orphans.
# For you: do not run override files through it, and write a name into what comes out.
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
npm install --no-save --no-audit --no-fund --silent composeverter@1.7.5 || skip 'composeverter 1.7.5 cannot be had'
cat > override.yaml <<'YAML'
services:
  web:
    ports: !reset []
    networks: !override
      lan: {}
YAML
node -e 'const text = require("fs").readFileSync("override.yaml", "utf8");
  console.log(require("composeverter").migrateToCommonSpec(text))' > converted.yaml 2> log || differs "$(cat log)"
seen=$(tr -s ' \n' ' ' < converted.yaml | sed 's/ $//')
[ "$seen" = 'name: <your project name> services: web: ports: [] networks: lan: {}' ] || differs "$seen"
grep -q 'Unresolved tag: !reset' log || differs 'no warning of the tag'
echo "as stated: $seen"
