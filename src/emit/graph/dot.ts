/** The graph for Graphviz. */
import type { Graph, Way } from '../../plan/graph/graph.ts';
import { labelOf, shownWays } from './labels.ts';
import { plain } from './markup.ts';

/** A label: a backslash and a quote end nothing, and `&` begins no entity (Graphviz reads them in labels). */
const label = (lines: readonly string[]) =>
  `"${lines.map((line) => plain(line).replace(/[\\"]/g, '\\$&').replaceAll('&', '&amp;')).join('\\n')}"`;

/** @returns text that ends with a line break */
export function dotOf(graph: Graph): string {
  const all = [...graph.lans, graph.host, ...graph.services].map(({ id }) => id);
  const ids = new Map(all.map((id, index) => [id, `n${index}`]));
  const node = (id: string, lines: readonly string[]) => `${ids.get(id)} [label=${label(lines)}];`;
  const lines = [
    'digraph netcompose {',
    '  rankdir=LR;',
    // The titles of the frames too.
    '  graph [fontname="sans-serif"];',
    '  node [shape=box, fontname="sans-serif"];',
    '  edge [fontname="sans-serif", fontsize=10];',
    ...graph.lans.map(({ id, title, subnets }) => `  ${node(id, [title, ...subnets])}`),
    `  ${node(graph.host.id, [graph.host.title, ...graph.host.addresses])}`,
    ...graph.networks.flatMap(({ id, title, kind, details }, index) => [
      `  subgraph cluster_${index} {`,
      `    label=${label([title, [kind, ...details].join(' ')])};`,
      ...graph.services
        .filter(({ network }) => network === id)
        .map((service) => `    ${node(service.id, [service.name, ...service.details])}`),
      '  }',
    ]),
    ...shownWays(graph).map((way) => `  ${edgeOf(way, ids)}`),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

function edgeOf(way: Way, ids: ReadonlyMap<string, string>): string {
  const style = way.answer === 'yes' ? '' : ', style=dashed, color=red, arrowhead=tee';
  return `${ids.get(way.from)} -> ${ids.get(way.to)} [label=${label([labelOf(way)])}${style}];`;
}
