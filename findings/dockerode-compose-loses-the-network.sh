#!/bin/bash
# Tool: dockerode-compose 1.4.0 with dockerode 5.0.1 (npm), which starts a Compose file without `docker compose`.
# Behaviour: `ipam.config` is read as one mapping, where Compose has a list: subnet, gateway and range are gone, and
#   an empty *object* is sent in their place. `network_mode: host` is ignored: such a service is put on the network
#   `default`. A UDP port becomes "53/udp/tcp".
# Seen: 2026-11-28, sent to a stand-in for the engine: POST /networks/create "IPAM":{"Config":{}}; host:
#   "NetworkMode":"p_default"; ports: "53/udp/tcp"
# Why it surprises: driver, parent and a fixed address of the same file are sent well, and all of this has a place in
#   the API.
# For you: a macvlan network cannot be made by it; and a service that needs the host's network runs without. Make
#   networks by dockerode's createNetwork, or call `docker compose`.
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
npm install --no-save --no-audit --no-fund --silent --ignore-scripts dockerode-compose@1.4.0 dockerode@5.0.1 ||
  skip 'the packages cannot be had'
cat > compose.yaml <<'YAML'
version: "3"
services:
  host: { image: nginx, network_mode: host }
  web: { image: nginx, ports: ["127.0.0.1:53:53/udp"] }
networks:
  default: {}
  lan:
    driver: macvlan
    driver_opts: { parent: eth0 }
    ipam: { config: [{ subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.200/29 }] }
YAML
# A stand-in for the engine, on the loopback interface: it says yes and keeps what it was sent.
cat > up.cjs <<'END'
const http = require('node:http');
const Docker = require('dockerode');
const Compose = require('dockerode-compose');
const sent = [];
const engine = http.createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    if (body) sent.push(JSON.parse(body));
    response.setHeader('content-type', 'application/json');
    if (request.method === 'GET') return response.end('[]');
    response.statusCode = request.url.includes('/create') ? 201 : 200;
    response.end(JSON.stringify({ Id: `id${sent.length}` }));
  });
});
setTimeout(() => process.exit(3), 20000).unref();
engine.listen(0, '127.0.0.1', async () => {
  const docker = new Docker({ host: '127.0.0.1', port: engine.address().port, protocol: 'http' });
  await new Compose(docker, 'compose.yaml', 'p').up();
  const lan = sent.find(({ Name }) => Name === 'p_lan');
  const host = sent.find(({ name }) => name === 'p_host_1');
  const web = sent.find(({ name }) => name === 'p_web_1');
  console.log(lan.Driver, JSON.stringify(lan.DriverOpts), JSON.stringify(lan.IPAM));
  console.log(host.HostConfig.NetworkMode, Object.keys(web.HostConfig.PortBindings).join());
  process.exit();
});
END
seen=$(node up.cjs) || differs "up: exit code $?"
[ "$seen" = 'macvlan {"parent":"eth0"} {"Config":{}}
p_default 53/udp/tcp' ] || differs "sent: $seen"
echo "as stated: sent: $seen"
