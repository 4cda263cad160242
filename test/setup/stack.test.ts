/** What `render --swarm` prints, read by the real `docker stack`: every key of a service, in every form of Compose. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { findEngine } from '../engine/rig/installed.ts';
import { patiently } from '../support/patiently.ts';
import { makePlace, type Place } from './place.ts';

const facts = JSON.stringify({ version: 1, engine: { version: '28.5.2', swarm: 'manager', networks: [] } });

/** Each is a service's, beside its image. */
const keys: readonly string[] = [
  'cap_add: [NET_ADMIN]|cap_drop: [ALL]|cgroup: host|cgroup_parent: x|command: ls -la|command: [ls, -la]|command: ',
  'entrypoint: ""|entrypoint: [sh]|container_name: nn|cpu_count: 2|cpus: 0.5|cpuset: 0-1|mem_limit: 64m',
  'pids_limit: 10|shm_size: 64m|oom_score_adj: 5|devices: ["/dev/null:/dev/x"]',
  'devices: [{ source: /dev/null, target: /dev/x }]|dns: 1.1.1.1|dns: [1.1.1.1]|dns_search: a.b',
  'dns_opt: ["ndots:1"]|domainname: d|external_links: [x]|group_add: [a]|expose: [80, "81/udp"]',
  'extra_hosts: ["a:1.2.3.4", "b=1.2.3.4", "c=::1", "d:host-gateway", "e=[::1]"]|gpus: all',
  'extra_hosts: { a: 1.2.3.4, b: [1.2.3.4, 1.2.3.5], c: "::1" }|hostname: h|init: true|init: "true"|ipc: host',
  'init: "${NONE:-true}"|isolation: default|links: ["other:c"]|mac_address: 02:00:00:00:00:01|network_mode: host',
  'logging: { driver: json-file, options: { max-size: 10m, max-file: 3, compress: "true" } }|pid: host',
  'privileged: "true"|platform: linux/amd64|pull_policy: always|read_only: "true"|read_only: "${NONE:-true}"',
  'restart: always|restart: "no"|runtime: runc|scale: 2|security_opt: ["no-new-privileges:true"]|stdin_open: true',
  'tty: "true"|stop_grace_period: 1m30s|stop_signal: SIGKILL|storage_opt: { size: 1G }',
  'sysctls: { net.ipv4.ip_forward: 1 }|sysctls: [net.ipv4.ip_forward=1]|tmpfs: /run|tmpfs: ["/run:size=64m"]',
  'ulimits: { nofile: "1024" }|ulimits: { nofile: { soft: "5", hard: 6 } }|user: "1000:1000"|userns_mode: host',
  'uts: host|volumes: [/x]|volumes: ["./a:/x:ro,z"]|volumes: ["data:/x:rw"]',
  'volumes: [{ type: bind, source: ., target: /x, bind: { create_host_path: false, selinux: z } }]',
  'volumes: [{ type: bind, source: ., target: /x, bind: { propagation: rslave } }]',
  'volumes: [{ type: tmpfs, target: /x, tmpfs: { size: 64m, mode: 0700 } }]|volumes_from: [other]|working_dir: /x',
  'volumes: [{ type: tmpfs, target: /x, tmpfs: { size: "${NONE:-5}" } }]|environment: [A=5, B]|labels: [a=b]',
  'volumes: [{ type: volume, source: data, target: /x, read_only: "true", volume: { nocopy: "true", subpath: q } }]',
  'environment: { A: true, B: 5, C: , D: x, E: 1.50 }|labels: { a: true, b: 5, c: x, d: }|annotations: { a: b }',
  'env_file: ./env|env_file: [./env]|env_file: [{ path: ./env, required: true, format: raw }]|attach: false',
  'profiles: []|depends_on: [other]',
  'depends_on: { other: { condition: service_healthy, restart: true, required: false } }',
  'healthcheck: { test: [CMD, a], retries: "3", interval: 5s, start_period: 5s, start_interval: 1s }',
  'healthcheck: { disable: "true" }|deploy: { replicas: "2" }|deploy: { mode: global }',
  'deploy: { labels: { a: true } }|deploy: { resources: { limits: { cpus: 0.5, memory: 50m, pids: "5" } } }',
  'deploy: { resources: { reservations: { devices: [{ capabilities: [gpu] }] } } }',
  'deploy: { resources: { limits: { pids: "${NONE:-5}" } } }|deploy: { endpoint_mode: dnsrr, x-foo: 1 }',
  'deploy: { restart_policy: { condition: any, delay: 5s, max_attempts: "3", window: 10s } }',
  'deploy: { update_config: { parallelism: "2", max_failure_ratio: "0.1", order: start-first } }',
  'deploy: { rollback_config: { parallelism: 2 } }',
  'deploy: { placement: { constraints: [a==b], max_replicas_per_node: "1" } }',
  'develop: { watch: [{ path: ., action: rebuild }] }|build: .|build: { context: ., ssh: [default], tags: [t] }',
  'post_start: [{ command: ls }]|use_api_socket: true|ports: [80]|ports: ["8081-8082:80"]',
  'ports: ["8083-8084:80-81"]|ports: [{ target: 80, published: "8085", name: web, app_protocol: http }]',
  'networks: { default: }|networks: [back]',
  'networks: { default: { aliases: [q], priority: 5, gw_priority: 3, driver_opts: { a: 5 } } }',
  'networks: { default: { link_local_ips: [169.254.1.1] } }|secrets: [one]',
  'secrets: [{ source: two, target: q, uid: "0", mode: "0444" }]|configs: [{ source: three, mode: "${NONE:-440}" }]',
].flatMap((line) => line.split('|'));

/** In the stack file, of an attachment; the command of engine 26 does not know them yet. */
const attachmentsOptions = ', driver_opts: {a: 5}';

const sections = `networks:
  back:
    driver: bridge
    driver_opts: { com.docker.network.bridge.name: x, com.docker.network.driver.mtu: 1400 }
    internal: "true"
    attachable: "\${NONE:-true}"
    enable_ipv6: false
    labels: { a: true }
    ipam:
      driver: default
      options: { a: b }
      config: [{ subnet: 10.3.0.0/24, gateway: 10.3.0.1, aux_addresses: { a: 10.3.0.5 } }]
volumes:
  data: { driver_opts: { n: 5 }, labels: { a: true, b: }, x-cluster-spec: { group: g } }
secrets:
  one: { file: ./env, labels: { a: true } }
  two: { external: "true", name: foo }
configs:
  three: { file: ./env, template_driver: golang }
`;

const test = suite<{ place: Place }>('docker stack config');
test.before((context) => void (context.place = makePlace()));
test.after(({ place }) => place.remove());

test('takes all that Compose takes, cut to a stack', async ({ place: { folder, env } }) => {
  const services = keys.map((key, at) => `  s${at}: { image: x, ${key} }\n`);
  const texts = {
    'compose.yaml': `services:\n  other: { image: x }\n${services.join('')}${sections}`,
    'facts.json': facts,
    env: 'A=5\n',
  };
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
  const run = async (...argv: readonly [string, ...string[]]): Promise<string> => {
    const { code, stdout, stderr } = await patiently(argv[0], argv.slice(1), { cwd: folder, env });
    assert.is(code, 0, `${argv.join(' ')}: ${stderr}`);
    return stdout;
  };
  await run('docker', 'compose', 'config', '--quiet');
  const text = await run('netcompose', 'render', '--swarm', '--facts', 'facts.json');
  assert.match(text, attachmentsOptions);
  for (const engine of ['26', '28'] as const) {
    writeFileSync(join(folder, 'stack.yaml'), engine === '26' ? text.replace(attachmentsOptions, '') : text);
    const docker = join(findEngine(engine)!.bin, 'docker');
    const stack = parse(await run(docker, 'stack', 'config', '--compose-file', 'stack.yaml'));
    assert.is(Object.keys(stack.services).length, keys.length + 1);
    const read = (key: string) => stack.services[`s${keys.indexOf(key)}`];
    assert.is(read('init: "${NONE:-true}"').init, true);
    assert.is(read('configs: [{ source: three, mode: "${NONE:-440}" }]').configs[0].mode, 0o440);
    assert.is(read('volumes: [{ type: tmpfs, target: /x, tmpfs: { size: "${NONE:-5}" } }]').volumes[0].tmpfs.size, 5);
  }
});

test.run();
