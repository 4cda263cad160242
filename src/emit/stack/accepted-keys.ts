/**
 * What `docker stack deploy` takes: its schema is version 3.13 of the Compose file, and any other key is an error there
 * (docker/cli, cli/compose/schema/data/config_schema_v3.13.json). Keys that it takes and ignores (`container_name`,
 * `restart`) are here too: it names them itself.
 */

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

export const acceptedKeys = {
  top: words('services networks volumes secrets configs'),
  service: words(
    'build cap_add cap_drop cgroup_parent cgroupns_mode command configs container_name credential_spec depends_on ' +
      'deploy devices dns dns_search domainname entrypoint env_file environment expose external_links extra_hosts ' +
      'healthcheck hostname image init ipc isolation labels links logging mac_address network_mode networks ' +
      'oom_score_adj pid ports privileged read_only restart secrets security_opt shm_size stdin_open ' +
      'stop_grace_period stop_signal sysctls tmpfs tty ulimits user userns_mode volumes working_dir',
  ),
  attachment: words('aliases driver_opts'),
  network: words('name driver driver_opts ipam external internal attachable labels'),
  ipam: words('driver config options'),
  pool: words('subnet'),
  volume: words('name driver driver_opts external labels'),
  secret: words('name file external labels driver driver_opts template_driver'),
  config: words('name file external labels template_driver'),
} as const;

/** Left out without a word: they say nothing about what runs, or what they say is in the file in another form. */
export const silentKeys: ReadonlySet<string> = words('version name include profiles extends develop');
