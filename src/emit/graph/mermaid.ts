/** The graph as a Mermaid flowchart. */
import type { Graph, Way } from '../../plan/graph/graph.ts';
import { labelOf, shownWays } from './labels.ts';
import { plain } from './markup.ts';

/** Names are data: whatever Mermaid or HTML could read in them is written as a character's number. */
const quoted = (lines: readonly string[]) => `"${lines.map(escaped).join('<br/>')}"`;

const escaped = (text: string) =>
  plain(text).replace(/[^\p{L}\p{N} .,()_:\u2192/-]/gu, (character) => `#${character.codePointAt(0)};`);

/** @returns text that ends with a line break */
export function mermaidOf(graph: Graph): string {
  const ids = new Map<string, string>();
  const idOf = (node: string) => {
    if (!ids.has(node)) ids.set(node, `n${ids.size}`);
    return ids.get(node)!;
  };
  const node = (id: string, lines: readonly string[]) => `${idOf(id)}[${quoted(lines)}]`;
  const lines = [
    'flowchart LR',
    ...graph.lans.map(({ id, title, subnets }) => `  ${node(id, [title, ...subnets])}`),
    `  ${node(graph.host.id, [graph.host.title, ...graph.host.addresses])}`,
    ...graph.networks.flatMap(({ id, title, kind, details }) => [
      `  subgraph ${idOf(id)}[${quoted([title, [kind, ...details].join(' ')])}]`,
      ...graph.services
        .filter(({ network }) => network === id)
        .map((service) => `    ${node(service.id, [service.name, ...service.details])}`),
      '  end',
    ]),
    ...graph.services.flatMap(({ id, networks: [, ...others] }) =>
      others.map((network) => `  ${idOf(id)} -.- ${idOf(network)}`),
    ),
    ...shownWays(graph).map((way) => `  ${edgeOf(way, idOf)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function edgeOf(way: Way, idOf: (node: string) => string): string {
  const arrow = way.answer === 'yes' ? '-->' : '-.-x';
  return `${idOf(way.from)} ${arrow}|${quoted([labelOf(way)])}| ${idOf(way.to)}`;
}
