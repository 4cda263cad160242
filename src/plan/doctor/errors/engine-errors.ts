/** Errors about the engine itself: what happened, and what to do. */
import type { ErrorRow } from './error-row.ts';

export const engineErrors: readonly ErrorRow[] = [
  {
    example: 'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join"',
    text: /This node is not a swarm manager/,
    explain: () => ({
      message: 'Overlay networks are kept by the managers of a swarm.',
      help: 'Run "docker swarm init", or use bridge: on a single machine it does the same.',
      rule: 'engine/swarm-inactive',
    }),
  },
  {
    example: 'network acme_back not manually attachable',
    text: /not manually attachable/,
    explain: () => ({
      message: 'The overlay network takes only services of the swarm.',
      help: 'Make it anew with "attachable: true".',
      page: 'measured.md#docker-engine',
    }),
  },
  {
    example: 'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
    text: /permission denied[^]*(?:docker daemon socket|docker\.sock|docker API)/i,
    explain: () => ({
      message: 'This user may not use the Docker socket.',
      help: 'Add the user to the group "docker" and log in again, or run as root.',
      rule: 'engine/unreachable',
    }),
  },
  {
    example: 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    text: /Cannot connect to the Docker daemon|error during connect|failed to connect to the docker API/i,
    explain: () => ({
      message: 'The Docker engine does not run, or is elsewhere.',
      help: 'Start it ("systemctl start docker"), or point DOCKER_HOST or "docker context use" at the one that runs.',
      rule: 'engine/unreachable',
    }),
  },
  {
    example: 'operation is not permitted on predefined bridge network',
    text: /pre-?defined (?:\S+ )?network/i,
    explain: () => ({
      message: 'The networks "bridge", "host" and "none" are Docker\'s own: they can be neither made nor removed.',
      help: 'Give your network another name.',
      page: 'measured.md#docker-engine',
    }),
  },
];
