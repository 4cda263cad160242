/** The shape of a Compose file: the Compose specification's JSON schema (as of compose-go 2.9), as data of our own. */
import type { MapShape, ScalarType, Shape } from './check.ts';

const scalar = (...types: readonly ScalarType[]): Shape => ({ scalar: types });
const list = (items: Shape, unique = false): Shape => ({ list: { items, unique } });
const map = (keys: Readonly<Record<string, Shape>>, more: Omit<MapShape, 'keys'> = {}): Shape => ({
  map: { keys, ...more },
});
const named = (each: Shape, more: Omit<MapShape, 'each'> = {}): Shape => ({
  map: { names: /^[a-zA-Z0-9._-]+$/, each, extensions: false, ...more },
});
const either = (...shapes: readonly Shape[]): Shape => {
  const scalars = shapes.flatMap((shape) => shape.scalar ?? []);
  return { ...(Object.assign({}, ...shapes) as Shape), ...(scalars.length > 0 && { scalar: scalars }) };
};

const anything: Shape = {};
const string = scalar('string');
const number = scalar('number');
const switchable = scalar('boolean', 'string');
const numberText = scalar('number', 'string');
const integerText = scalar('integer', 'string');
const strings = list(string, true);
/** Compose drops the repeats of these lists itself. */
const deduplicated = list(string);
const stringOrList = either(string, strings);
const anyKey = /./;
const values = (each: Shape): Shape => ({ map: { names: anyKey, each, extensions: false } });
const pairValues = values(scalar('string', 'number', 'boolean', 'null'));
const pairs = either(pairValues, strings);
const deduplicatedPairs = either(pairValues, deduplicated);
const hosts = either(values(either(string, list(string))), strings);
const options = values(scalar('string', 'number'));
const words = (...allowed: readonly string[]): Shape => ({ scalar: ['string'], words: allowed });
const command = either(scalar('null', 'string'), list(string));

const external = (name: Shape): Shape => either(switchable, name);

const hook = map(
  { command, user: string, privileged: switchable, working_dir: string, environment: pairs },
  { required: ['command'] },
);

const fileReference = list(
  either(string, map({ source: string, target: string, uid: string, gid: string, mode: numberText })),
);

const ulimits: Shape = {
  map: {
    names: /^[a-z]+$/,
    each: either(integerText, map({ hard: integerText, soft: integerText }, { required: ['soft', 'hard'] })),
    open: true,
  },
};

const build = either(
  string,
  map({
    context: string,
    dockerfile: string,
    dockerfile_inline: string,
    entitlements: list(string),
    args: deduplicatedPairs,
    ssh: pairs,
    labels: deduplicatedPairs,
    cache_from: list(string),
    cache_to: list(string),
    no_cache: switchable,
    additional_contexts: deduplicatedPairs,
    network: string,
    provenance: switchable,
    sbom: switchable,
    pull: switchable,
    target: string,
    shm_size: integerText,
    extra_hosts: hosts,
    isolation: string,
    privileged: switchable,
    secrets: fileReference,
    tags: list(string),
    ulimits,
    platforms: list(string),
  }),
);

const rollout = map({
  parallelism: integerText,
  delay: string,
  failure_action: string,
  monitor: string,
  max_failure_ratio: numberText,
  order: words('start-first', 'stop-first'),
});

const device = { capabilities: strings, count: integerText, device_ids: strings, driver: string, options: pairs };

const deploy = either(
  scalar('null'),
  map({
    mode: string,
    endpoint_mode: string,
    replicas: integerText,
    labels: deduplicatedPairs,
    rollback_config: rollout,
    update_config: rollout,
    resources: map({
      limits: map({ cpus: numberText, memory: string, pids: integerText }),
      reservations: map({
        cpus: numberText,
        memory: string,
        generic_resources: list(map({ discrete_resource_spec: map({ kind: string, value: numberText }) })),
        devices: list(map(device, { required: ['capabilities'] })),
      }),
    }),
    restart_policy: map({ condition: string, delay: string, max_attempts: integerText, window: string }),
    placement: map({
      constraints: list(string),
      preferences: list(map({ spread: string })),
      max_replicas_per_node: integerText,
    }),
  }),
);

const develop = either(
  scalar('null'),
  map({
    watch: list(
      map(
        {
          ignore: stringOrList,
          include: stringOrList,
          path: string,
          target: string,
          exec: hook,
          initial_sync: scalar('boolean'),
          action: words('rebuild', 'sync', 'restart', 'sync+restart', 'sync+exec'),
        },
        { required: ['path', 'action'] },
      ),
    ),
  }),
);

const blkioLimit = list(map({ path: string, rate: integerText }, { extensions: false }));

const volume = either(
  string,
  map(
    {
      type: words('bind', 'volume', 'tmpfs', 'cluster', 'npipe', 'image'),
      source: string,
      target: string,
      read_only: switchable,
      consistency: string,
      bind: map({
        propagation: string,
        create_host_path: switchable,
        recursive: words('enabled', 'disabled', 'writable', 'readonly'),
        selinux: words('z', 'Z'),
      }),
      volume: map({ labels: pairs, nocopy: switchable, subpath: string }),
      tmpfs: map({ size: either(scalar('integer', 'string'), { min: 0 }), mode: numberText }),
      image: map({ subpath: string }),
    },
    { required: ['type'] },
  ),
);

const attachment = either(
  scalar('null'),
  map({
    aliases: deduplicated,
    interface_name: string,
    ipv4_address: string,
    ipv6_address: string,
    link_local_ips: deduplicated,
    mac_address: string,
    driver_opts: { map: { names: anyKey, each: scalar('string', 'number'), extensions: false } },
    priority: number,
    gw_priority: number,
  }),
);

const port = either(
  scalar('number', 'string'),
  map({
    name: string,
    mode: string,
    host_ip: string,
    target: integerText,
    published: integerText,
    protocol: string,
    app_protocol: string,
  }),
);

const dependency = map(
  {
    restart: switchable,
    required: scalar('boolean'),
    condition: words('service_started', 'service_healthy', 'service_completed_successfully'),
  },
  { required: ['condition'] },
);

const service = map({
  develop,
  deploy,
  build,
  attach: switchable,
  annotations: deduplicatedPairs,
  blkio_config: map(
    {
      device_read_bps: blkioLimit,
      device_read_iops: blkioLimit,
      device_write_bps: blkioLimit,
      device_write_iops: blkioLimit,
      weight: integerText,
      weight_device: list(map({ path: string, weight: integerText }, { extensions: false })),
    },
    { extensions: false },
  ),
  cap_add: deduplicated,
  cap_drop: deduplicated,
  cgroup: words('host', 'private'),
  cgroup_parent: string,
  command,
  configs: fileReference,
  container_name: {
    scalar: ['string'],
    pattern: { test: /[a-zA-Z0-9][a-zA-Z0-9_.-]+/, message: 'must have two letters or digits at least' },
  },
  cpu_count: either(scalar('string', 'integer'), { min: 0 }),
  cpu_percent: either(scalar('string', 'integer'), { min: 0, max: 100 }),
  cpu_shares: numberText,
  cpu_quota: numberText,
  cpu_period: numberText,
  cpu_rt_period: numberText,
  cpu_rt_runtime: numberText,
  cpus: numberText,
  cpuset: string,
  credential_spec: map({ config: string, file: string, registry: string }),
  depends_on: either(strings, named(dependency)),
  device_cgroup_rules: strings,
  devices: list(either(string, map({ source: string, target: string, permissions: string }, { required: ['source'] }))),
  dns: either(string, deduplicated),
  dns_opt: deduplicated,
  dns_search: either(string, deduplicated),
  domainname: string,
  entrypoint: command,
  env_file: either(
    string,
    list(
      either(
        string,
        map({ path: string, format: string, required: switchable }, { required: ['path'], extensions: false }),
      ),
    ),
  ),
  label_file: either(string, list(string)),
  environment: deduplicatedPairs,
  expose: list(scalar('string', 'number')),
  extends: either(string, map({ service: string, file: string }, { required: ['service'], extensions: false })),
  provider: map(
    {
      type: string,
      options: values(either(scalar('string', 'number', 'boolean'), list(scalar('string', 'number', 'boolean')))),
    },
    { required: ['type'] },
  ),
  external_links: strings,
  extra_hosts: hosts,
  gpus: either(words('all'), list(map(device, { open: true }))),
  group_add: list(scalar('string', 'number'), true),
  healthcheck: map({
    disable: switchable,
    interval: string,
    retries: numberText,
    test: either(string, list(string)),
    timeout: string,
    start_period: string,
    start_interval: string,
  }),
  hostname: string,
  image: string,
  init: switchable,
  ipc: string,
  isolation: string,
  labels: deduplicatedPairs,
  links: deduplicated,
  logging: map({ driver: string, options: values(scalar('string', 'number', 'null')) }),
  mac_address: string,
  mem_limit: numberText,
  mem_reservation: integerText,
  mem_swappiness: integerText,
  memswap_limit: numberText,
  network_mode: string,
  models: either(
    strings,
    named(either(scalar('null'), map({ endpoint_var: string, model_var: string })), { open: true }),
  ),
  networks: either(strings, named(attachment)),
  oom_kill_disable: switchable,
  oom_score_adj: either(scalar('string', 'integer'), { min: -1000, max: 1000 }),
  pid: scalar('string', 'null'),
  pids_limit: numberText,
  platform: string,
  ports: list(port),
  post_start: list(hook),
  pre_stop: list(hook),
  privileged: switchable,
  profiles: deduplicated,
  pull_policy: {
    scalar: ['string'],
    pattern: {
      test: /always|never|build|if_not_present|missing|refresh|daily|weekly|every_([0-9]+[wdhms])+/,
      message: 'must be always, never, build, missing, refresh, daily, weekly or every_<time>',
    },
  },
  pull_refresh_after: string,
  read_only: switchable,
  restart: string,
  runtime: string,
  scale: integerText,
  security_opt: strings,
  shm_size: numberText,
  secrets: fileReference,
  sysctls: deduplicatedPairs,
  stdin_open: switchable,
  stop_grace_period: string,
  stop_signal: string,
  storage_opt: { map: { open: true } },
  tmpfs: either(string, deduplicated),
  tty: switchable,
  ulimits,
  use_api_socket: scalar('boolean'),
  user: string,
  uts: string,
  userns_mode: string,
  volumes: list(volume),
  volumes_from: strings,
  working_dir: string,
});

const deprecatedName = map({ name: string });

const network = either(
  scalar('null'),
  map({
    name: string,
    driver: string,
    driver_opts: options,
    ipam: map({
      driver: string,
      options: values(string),
      config: list(map({ subnet: string, ip_range: string, gateway: string, aux_addresses: values(string) })),
    }),
    external: external(deprecatedName),
    internal: switchable,
    enable_ipv4: switchable,
    enable_ipv6: switchable,
    attachable: switchable,
    labels: deduplicatedPairs,
  }),
);

const file = {
  name: string,
  external: external(map({ name: string }, { open: true })),
  labels: pairs,
  template_driver: string,
};

/** A whole file, after merging; `include` has been followed and is gone. */
export const composeFile: Shape = map({
  version: string,
  name: string,
  include: anything,
  services: named(service),
  networks: named(network, { open: true }),
  volumes: named(
    either(
      scalar('null'),
      map({ name: string, driver: string, driver_opts: options, external: external(deprecatedName), labels: pairs }),
    ),
  ),
  secrets: named(map({ ...file, environment: string, file: string, driver: string, driver_opts: options })),
  configs: named(map({ ...file, content: string, environment: string, file: string })),
  models: named(
    map(
      { name: string, model: string, context_size: scalar('integer'), runtime_flags: list(string) },
      { required: ['model'] },
    ),
    {
      open: true,
    },
  ),
});
