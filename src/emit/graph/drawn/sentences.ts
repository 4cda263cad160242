/** The picture in words, for those who do not see it. */
import type { Graph, ServiceNode } from '../../../plan/graph/graph.ts';
import { labelOf } from '../labels.ts';

/** `dns (macvlan, 192.168.1.53). From LAN on eth0: 192.168.1.53:53/udp (on the LAN). … To this host: yes (bridge).` */
export function sentencesOf(
  { id, name, netmode, details }: ServiceNode,
  { lans, host, ways, services }: Graph,
): string {
  const own = ways.filter(({ from, to }) => from === id || to === id);
  const outside = [...lans, host].flatMap((node) =>
    own.flatMap((way) => {
      if (way.from === node.id) return [`From ${withinSentence(node.title)}: ${labelOf(way)}.`];
      return way.to === node.id ? [`To ${withinSentence(node.title)}: ${labelOf(way)}.`] : [];
    }),
  );
  const needed = own.flatMap((way) => {
    const other = services.find((service) => way.wanted && way.from === id && service.id === way.to);
    return other ? [`Needs ${other.name}: ${labelOf(way)}.`] : [];
  });
  return [`${name} (${[netmode, ...details].join(', ')}).`, ...outside, ...needed].join(' ');
}

/** `This host`, but not at the beginning. */
export const withinSentence = (title: string): string => title.replace(/^This /, 'this ');
