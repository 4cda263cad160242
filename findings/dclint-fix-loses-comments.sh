#!/bin/bash
# Tool: dclint 3.1.0 (npm), the linter for Compose files, with its default rules.
# Behaviour: `--fix` sorts services and ports; the comment beside a service's name is lost, and the one above the
#   first service, too. Comments above the ports stay where they are while the ports move, so each describes another
#   one. A file in which a service takes over another by an anchor fails, if the names sort the other way round.
# Seen: 2026-11-29: `web: # the front` before `app: # behind it` is `app:`, `web:` then; `# ui`, `# dns` above 8080
#   and 53 stand both over 53; `Unresolved alias (the anchor must be set before the alias): web`, exit code 1, the
#   file as it was
# Why it surprises: a formatter is trusted with what is not data. It puts no message out for what is lost.
# For you: look at `git diff` after `--fix`. The new order of the ports has Compose recreate the containers, too (see
#   compose-hash-knows-the-order-of-ports.sh). Turn off the rules about alphabetical order.
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
npm install --no-save --no-audit --no-fund --silent dclint@3.1.0 || skip 'dclint@3.1.0 cannot be had'
cat > sorted.yml <<'END'
name: home
services:
  # reaches the router
  web: # the front
    image: nginx:1.27
  app: # behind it
    image: nginx:1.27
    ports:
      # ui
      - '127.0.0.1:8080:80'
      # dns
      - '127.0.0.1:53:53/udp'
END
cat > anchor.yml <<'END'
name: home
services:
  web: &web
    image: nginx:1.27
  app:
    <<: *web
    hostname: app
END
cp anchor.yml before.yml
npx dclint --fix sorted.yml > log 2>&1 || skip "dclint does not run here: $(head -n 3 log)"
code=0
npx dclint --fix anchor.yml > anchor.log 2>&1 || code=$?
for lost in 'reaches the router' 'the front' 'behind it'; do
  ! grep -q "$lost" sorted.yml || differs "kept: $lost"
done
ports=$(echo $(sed -n '/ports:/,/web:/p' sorted.yml | grep -E '#|127'))
[ "$ports" = "# ui # dns - '127.0.0.1:53:53/udp' - '127.0.0.1:8080:80'" ] || differs "the ports: $ports"
[ "$code" != 0 ] && grep -q 'Unresolved alias' anchor.log || differs "with an anchor: $code $(head -n 3 anchor.log)"
cmp -s anchor.yml before.yml || differs 'the file with an anchor was written'
echo "as stated: three comments lost; the ports: $ports; with an anchor: exit code $code, $(head -n 1 anchor.log)"
