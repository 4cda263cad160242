/** Errors about ports: what happened, and what to do. */
import { address, type ErrorRow } from './error-row.ts';

export const portErrors: readonly ErrorRow[] = [
  {
    example: 'Bind for 0.0.0.0:8080 failed: port is already allocated',
    text: /Bind for (?<address>\S*?):(?<port>\d+) failed: port is already allocated/,
    explain: ({ port }) => ({
      message: `Another container publishes port ${port} already.`,
      help: `Find it with "docker ps --filter publish=${port}", and stop it, or publish another port.`,
      rule: 'ports/in-use-by-container',
    }),
  },
  {
    example: 'failed to bind host port 0.0.0.0:53/udp: address already in use',
    text: new RegExp(
      `(?:failed to bind host port[^]*?|listen (?:tcp|udp)[46]? )${address}:(?<port>\\d+)[^]*address already in use`,
      'i',
    ),
    explain: ({ port }) => ({
      message: `A process of the host has port ${port} open already.`,
      help:
        `Find it with "ss -lntup sport = :${port}" as root, and end it, or publish another port, or ` +
        `on another address of the host.`,
      rule: 'ports/in-use-on-host',
    }),
  },
  {
    example: 'nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)',
    text: /\bbind\b.{0,80}address already in use|EADDRINUSE/i,
    explain: () => ({
      message:
        'A process, in host mode perhaps, wants a port that another has open already. Compose does ' +
        'not see this, and calls the service "Started".',
      help:
        'Say with "listen" which ports the service opens: then netcompose finds out who has them. Let ' +
        'one of the two use another port.',
      rule: 'ports/host-clash',
    }),
  },
];
