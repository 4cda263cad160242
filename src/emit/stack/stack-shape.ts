/**
 * What `docker stack deploy` takes and does: its schema is version 3.13 of the Compose file, where another key is an
 * error (docker/cli, cli/compose/schema/data/config_schema_v3.13.json). Keys that it takes and then ignores are not
 * here either: it says so of most (`UnsupportedProperties` in cli/compose/types/types.go), of `tmpfs` and
 * `oom_score_adj` it does not (seen with 28.5).
 */

/** What a value must be; Compose takes a text for most of these. */
export type Shape =
  /** As Compose takes it. */
  | 'same'
  | 'text'
  | 'truth'
  | 'number'
  /** A file's mode: octal digits as a text. */
  | 'mode'
  /** A size: a number of bytes, of which a text may say how many. */
  | 'bytes'
  /** `KEY=VALUE` as a list, or a mapping of texts and numbers. */
  | 'pairs'
  /** A mapping with these keys and no others; or a word, which is to be `word`. */
  | { readonly keys: Readonly<Record<string, Shape>>; readonly word?: 'number' }
  /** A mapping whose keys are the user's. */
  | { readonly each: Shape }
  | { readonly items: Shape }
  /** Where Docker puts no variable in, or reads it otherwise than Compose: what the value is now. */
  | { readonly now: 'truth' | 'number' | 'mode' | 'bytes' };

const same = (words: string): Readonly<Record<string, Shape>> =>
  Object.fromEntries(words.split(' ').map((word) => [word, 'same' as const]));

const resources = { cpus: 'text', memory: 'text' } as const;
const rollout: Shape = {
  keys: { ...same('delay failure_action monitor order'), parallelism: 'number', max_failure_ratio: 'number' },
};

const deploy: Shape = {
  keys: {
    ...same('mode endpoint_mode'),
    replicas: 'number',
    labels: 'pairs',
    update_config: rollout,
    rollback_config: rollout,
    resources: {
      keys: {
        limits: { keys: { ...resources, pids: { now: 'number' } } },
        reservations: { keys: { ...resources, generic_resources: 'same' } },
      },
    },
    restart_policy: { keys: { ...same('condition delay window'), max_attempts: 'number' } },
    placement: { keys: { ...same('constraints preferences'), max_replicas_per_node: 'number' } },
  },
};

/** A secret or a config in a service. */
const reference: Shape = { keys: { ...same('source target'), uid: 'text', gid: 'text', mode: { now: 'mode' } } };

const mount: Shape = {
  keys: {
    ...same('type source target consistency'),
    read_only: 'truth',
    bind: { keys: same('propagation') },
    volume: { keys: { nocopy: 'truth', subpath: 'same' } },
    tmpfs: { keys: { size: { now: 'bytes' } } },
  },
};

export const service: Shape = {
  keys: {
    ...same('cap_add cap_drop command credential_spec depends_on dns dns_search entrypoint env_file extra_hosts'),
    ...same('hostname image isolation networks ports stop_grace_period stop_signal working_dir'),
    // Read here, and never written.
    ...same('network_mode'),
    environment: 'pairs',
    labels: 'pairs',
    sysctls: 'pairs',
    init: { now: 'truth' },
    read_only: 'truth',
    stdin_open: 'truth',
    tty: 'truth',
    user: 'text',
    configs: { items: reference },
    secrets: { items: reference },
    deploy,
    healthcheck: {
      keys: { ...same('test interval timeout start_period start_interval'), retries: 'number', disable: 'truth' },
    },
    logging: { keys: { driver: 'same', options: 'same' } },
    ulimits: { each: { keys: { soft: 'number', hard: 'number' }, word: 'number' } },
    volumes: { items: mount },
  },
};

export const attachment: Shape = { keys: { aliases: 'same', driver_opts: 'same' } };

const object = { ...same('name driver'), driver_opts: 'same', external: 'truth', labels: 'pairs' } as const;

/** Beside the subnet, a stack's pool has nothing. */
const ipam: Shape = { keys: { driver: 'same', config: { items: { keys: { subnet: 'same' } } } } };

export const sections = {
  networks: { keys: { ...object, ipam, internal: 'truth', attachable: 'truth' } },
  volumes: { keys: { ...object, 'x-cluster-spec': 'same' } },
  secrets: { keys: { ...object, file: 'same', template_driver: 'same' } },
  configs: { keys: { ...same('name file template_driver'), external: 'truth', labels: 'pairs' } },
} as const satisfies Readonly<Record<string, Shape>>;

export const top: Shape = {
  keys: { services: 'same', ...Object.fromEntries(Object.keys(sections).map((key) => [key, 'same'])) },
};

/**
 * Left out without a word: they say nothing about what runs, or what they say is in the file in another form. A
 * service's containers are open to each other without `expose`; nothing makes a host's folders.
 */
export const silentKeys: ReadonlySet<string> = new Set(
  'version name include profiles extends develop build expose restart create_host_path'.split(' '),
);

/** The options of `SOURCE:TARGET:OPTIONS` that a stack does something with. */
export const mountOptions: ReadonlySet<string> = new Set(
  'ro rw nocopy consistent cached delegated shared rshared slave rslave private rprivate'.split(' '),
);
