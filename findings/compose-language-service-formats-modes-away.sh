#!/bin/bash
# Tool: @microsoft/compose-language-service 1.0.0 (npm), a language server that editors use for Compose files; Docker
#   Compose 2.40.3 (Debian's docker-compose 2.40.3-3).
# Behaviour: "format document" writes numbers anew: `mode: 0444` of a config or secret becomes `mode: 444`, 0674 to
#   Compose, and 0400 becomes 400, 0620; in `environment` 022 becomes 22. Comments, tags and ports stay.
# Seen: 2026-11-29: mode: 444, mode: 400, UMASK: 22; `docker compose config` before: "0444", "0400"; after: "0674",
#   "0620"
# Why it surprises: formatting is about spaces and line breaks; the server neither warns nor marks anything, and keeps
#   `!override`, `22:22` and quoted values. A secret that only its owner could read can now be written by the group.
# For you: quote modes and masks, `mode: "0444"`, before the file is opened in an editor that formats when it saves.
# Needs: Node, npm, apt-get (Debian). Exit code: 0 as stated, 1 not so, 2 not tried.
set -euo pipefail

skip() { echo "not tried: $*" >&2; exit 2; }
differs() { echo "no longer so: $*" >&2; exit 1; }

for tool in node npm apt-get dpkg-deb; do
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

fetch sid docker-compose=2.40.3-3
cd "$work"
npm install --no-save --no-audit --no-fund --silent @microsoft/compose-language-service@1.0.0 ||
  skip '@microsoft/compose-language-service@1.0.0 cannot be had'
cat > compose.yaml <<'YAML'
name: p
services:
  web:
    image: web # kept
    environment: { UMASK: 022 }
    ports: !override [ "22:22" ]
    configs: [ { source: page, target: /page, mode: 0444 } ]
    secrets: [ { source: key, mode: 0400 } ]
    healthcheck: { test: [ CMD, "true" ] }
configs: { page: { content: hello } }
secrets: { key: { file: ./compose.yaml } }
YAML
# A client of the server: prints the file as it formats it.
cat > format.cjs <<'SCRIPT'
const { readFileSync } = require('node:fs');
const { spawn } = require('node:child_process');
const server = spawn(process.execPath, [
  'node_modules/@microsoft/compose-language-service/bin/docker-compose-langserver', '--stdio',
], { stdio: ['pipe', 'pipe', 'inherit'] });
const waiting = new Map();
const send = (message) => {
  const text = JSON.stringify({ jsonrpc: '2.0', ...message });
  server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
};
const ask = (method, params) => new Promise((answer) => {
  const id = waiting.size + 1;
  waiting.set(id, answer);
  send({ id, method, params });
});
let rest = Buffer.alloc(0);
server.stdout.on('data', (piece) => {
  rest = Buffer.concat([rest, piece]);
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    const length = Number(/Content-Length: (\d+)/.exec(rest.subarray(0, Math.max(end, 0)).toString())?.[1]);
    if (end < 0 || rest.length < end + 4 + length) return;
    const message = JSON.parse(rest.subarray(end + 4, end + 4 + length).toString());
    rest = rest.subarray(end + 4 + length);
    if (message.method === undefined) waiting.get(message.id)(message.result);
    else if (message.id !== undefined) send({ id: message.id, result: null });
  }
});
setTimeout(() => server.kill(), 60_000).unref();
(async () => {
  await ask('initialize', { processId: null, rootUri: null, capabilities: {} });
  send({ method: 'initialized', params: {} });
  const textDocument = { uri: 'file:///compose.yaml', languageId: 'dockercompose', version: 1 };
  const text = readFileSync('compose.yaml', 'utf8');
  send({ method: 'textDocument/didOpen', params: { textDocument: { ...textDocument, text } } });
  const edits = await ask('textDocument/formatting', { textDocument, options: { tabSize: 2, insertSpaces: true } });
  console.log(edits[0].newText);
  server.kill();
})();
SCRIPT
timeout 100 node format.cjs > formatted.yaml || skip "the server does not answer: $(tail -n 2 formatted.yaml)"
compose=$work/root/usr/libexec/docker/cli-plugins/docker-compose
# modes FILE: as Compose takes them.
modes() { "$compose" -f "$1" config | sed -n 's/^ *mode: //p' | paste -sd ' '; }
text=$(grep -oE 'mode: [0-9]+|UMASK: [0-9]+|!override.*|# kept' formatted.yaml | paste -sd ',')
before=$(modes compose.yaml)
after=$(modes formatted.yaml)
[ "$text" = '# kept,UMASK: 22,!override [ "22:22" ],mode: 444,mode: 400' ] || differs "formatted: $text"
[ "$before" = '"0444" "0400"' ] || differs "before: $before"
[ "$after" = '"0674" "0620"' ] || differs "after: $after"
echo "as stated: formatted: $text; modes before $before, after $after"
