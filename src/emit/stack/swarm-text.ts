/** What is to be done on each host of a swarm before a stack is deployed, in order, and how it is undone. */
import { commandLines } from '../../diagnostics/format/hints.ts';
import { linesAfter } from '../../diagnostics/format/lines.ts';
import { lanRouteCommand, stackCommands } from '../../plan/actions/argv.ts';
import { displayCommand } from '../../plan/actions/display.ts';
import type { SwarmNetwork, SwarmPlan } from '../../plan/swarm/swarm.ts';
import type { LanRoute } from '../../plan/types.ts';

/**
 * @param columns how wide the terminal is; absent: no terminal, and nothing is broken into lines
 * @returns a section for each host, one for a manager, one for the LAN's router; empty ones are left out
 */
export function swarmText({ plan, networks }: SwarmPlan, columns?: number): string {
  const section = (title: string, lines: readonly string[]): string =>
    lines.length === 0
      ? ''
      : `${title}\n${lines
          .flatMap((line) =>
            line.startsWith('# ') ? linesAfter('  # ', line.slice(2), columns) : commandLines(line, columns),
          )
          .map((line) => `${line}\n`)
          .join('')}`;
  const hosts = [...new Set(networks.flatMap(({ parts }) => parts.map(({ host }) => host)))].sort();
  const partsOn = (name: string) => networks.flatMap(({ parts }) => parts.filter(({ host }) => host === name));
  const stack = stackCommands(plan.project.name);
  const routes = networks.flatMap(({ parts }) => parts.flatMap((part) => part.routes));
  return [
    ...hosts.map((host) =>
      section(
        `On ${host}:`,
        partsOn(host).map(({ make }) => displayCommand(make.command)),
      ),
    ),
    section('On a manager, when every host has its part:', [
      '# stack.yaml is what "netcompose render --swarm" prints with the same options',
      ...networks.map(({ make }) => displayCommand(make.command)),
      displayCommand(stack.command),
    ]),
    section(
      "On the LAN's router, so that the LAN finds the containers:",
      routes.map((route) => `${displayCommand(lanRouteCommand(route))}${openIn(route)}`),
    ),
    section('To undo it, on the manager:', [
      displayCommand(stack.undo),
      ...networks.map(({ make }) => displayCommand(make.undo)),
    ]),
    section('and then on each host:', undoOnHosts(networks)),
  ]
    .filter((text) => text !== '')
    .join('\n');
}

const undoOnHosts = (networks: readonly SwarmNetwork[]) =>
  networks.flatMap(({ parts }) => parts.slice(0, 1).map(({ make }) => displayCommand(make.undo)));

const openIn = ({ via, parent }: LanRoute) => (via === undefined ? ` <the host's address on ${parent}>` : '');
