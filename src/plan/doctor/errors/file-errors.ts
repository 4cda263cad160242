/** Errors about what a Compose file says, and about networks that are there: what happened, and what to do. */
import type { ErrorRow } from './error-row.ts';

export const fileErrors: readonly ErrorRow[] = [
  {
    example: 'network netcompose-eth0 declared as external, but could not be found',
    text: /network (?<name>\S+) declared as external, but could not be found/,
    explain: ({ name }) => ({
      message: `The file calls "${name}" external: it must exist before.`,
      help: 'Start the project with "netcompose up", which makes shared networks, or make it: docker network create.',
      rule: 'engine/network-missing',
    }),
  },
  {
    example: 'failed to set up container networking: network 1f2e3d4c not found',
    text: /network (?<name>\S+) not found/i,
    explain: ({ name }) => ({
      message: `There is no network "${name}" on this engine: removed since the container was made, or never made.`,
      help: '"netcompose up -d --force-recreate" makes the containers anew, on the networks that the file names.',
      page: 'measured.md#docker-engine',
    }),
  },
  {
    example: 'network lan was found but has incorrect label com.docker.compose.network set to ""',
    text: /network (?<name>\S+) was found but has incorrect label/,
    explain: ({ name }) => ({
      message: `A network "${name}" exists that Compose did not make for this project.`,
      help: 'Declare it "external: true", or give it another "name".',
      rule: 'netmode/conflicting-network',
    }),
  },
  {
    example: 'error while removing network: network lan has active endpoints (name:"web" id:"3f2a")',
    text: /has active endpoints/,
    explain: () => ({
      message: 'A network cannot be removed while containers are on it, of whatever project.',
      help:
        '"docker network inspect" names them; "netcompose down" ' +
        'leaves a shared network until its last user is gone. If "up" says it, because the file has changed the ' +
        'network and taken a service off it: "netcompose down", then "netcompose up -d".',
      page: 'shared-networks.md#when-it-is-removed',
    }),
  },
  {
    example: 'service web declares mutually exclusive `network_mode` and `networks`: invalid compose project',
    text: /mutually exclusive [`"']?network_mode[`"']? and [`"']?networks/,
    explain: () => ({
      message:
        'A service has "network_mode" and "networks"; also where ' +
        'one stands in the base file and the other in an override.',
      help: 'Write "x-netmode: host" (or none): netcompose removes "networks" by itself.',
      page: 'x-netmode.md#mode',
    }),
  },
  {
    example: 'services.web.x-netmode: cannot override services.web.x-netmode',
    text: /cannot override \S*x-netmode|x-netmode: cannot override/,
    explain: () => ({
      message: 'One file writes "x-netmode" as a word, another as a mapping; Compose cannot merge them.',
      help: 'Use the same form in both.',
      rule: 'netmode/mixed-forms',
    }),
  },
];
