/** Errors about services in the network namespace of another, or of the host: what happened, and what to do. */
import { anyOf, type ErrorRow } from './error-row.ts';

/** What Docker calls an option, and the key of a Compose file that gave it. */
const keys: Readonly<Record<string, string>> = {
  'port publishing': 'ports',
  'port exposing': 'expose',
  hostname: 'hostname',
  dns: 'dns',
  'custom host-to-IP mapping': 'extra_hosts',
  links: 'links',
};

export const namespaceErrors: readonly ErrorRow[] = [
  {
    example: 'conflicting options: port publishing and the container type network mode',
    text: /conflicting options: (?<option>[a-z -]+?) and the (?:container type )?network mode/i,
    explain: ({ option = '' }) => {
      const key = Object.entries(keys).find(([text]) => text.toLowerCase() === option.toLowerCase())?.[1] ?? option;
      return {
        message:
          `A service in another's network namespace ("network_mode: service:…") may not have "${key}": ` +
          'the namespace belongs to the other.',
        help: `Move "${key}" to the service whose namespace it is.`,
        rule: 'netmode/key-not-for-mode',
      };
    },
  },
  {
    example: 'cannot join network namespace of a non running container: container gluetun is exited',
    text: /cannot join network (?:namespace )?of a non running container/i,
    explain: () => ({
      message: 'The container whose network namespace this one is to join does not run, and has none.',
      help: 'Find out why it has ended ("docker compose logs" of that service), and start it first.',
      page: 'netmodes.md#guests',
    }),
  },
  {
    example: 'cannot share network namespace with service vpn: container missing',
    text: /cannot share \w+ namespace with service (?<owner>\S+): container missing/,
    explain: ({ owner }) => ({
      message:
        `The service whose network namespace this one is to join, "${owner}", has no container: ` +
        'it has 0 replicas.',
      help: `Let "${owner}" have one ("scale: 1", "--scale ${owner}=1").`,
      rule: 'service/replicas-clash',
    }),
  },
  {
    example: 'joining network namespace of container: No such container: 8b08b950cbdc',
    text: anyOf(
      /joining network namespace of container: No such container/,
      /Cannot restart container \S+: No such container/,
    ),
    explain: () => ({
      message:
        'The container whose network namespace this one had joined is gone, re-created perhaps: Docker remembers its ' +
        'id, and not its name.',
      help:
        'Let Compose make this one anew too: "netcompose up -d --force-recreate SERVICE"; "depends_on" with ' +
        '"restart: true" on the other service makes it happen by itself.',
      page: 'netmodes.md#guests',
    }),
  },
  {
    example: 'sysctl "net.ipv4.ip_forward" not allowed in host network namespace',
    text: /sysctl "(?<name>net\.[\w.-]+)" not allowed in host network namespace/,
    explain: ({ name }) => ({
      message: `In host mode the network namespace is the host's own, whose "${name}" no container may set.`,
      help: `Remove it from "sysctls", and set it on the host where it is needed: sysctl -w ${name}=…`,
      rule: 'netmode/key-not-for-mode',
    }),
  },
];
