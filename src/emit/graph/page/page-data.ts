/** What the page's program works with. */
import type { Graph, Way, WayAnswer } from '../../../plan/graph/graph.ts';
import { withinSentence } from '../drawn/sentences.ts';
import { labelOf } from '../labels.ts';
import { plain } from '../markup.ts';

export type Answer = Way['answer'];

export interface PageData {
  /** In the order of the graph. */
  readonly services: readonly {
    readonly name: string;
    readonly netmode: string;
    /** Netmode, networks and addresses, for people. */
    readonly about: string;
    /** What is searched, in small letters. */
    readonly words: string;
    /** `From LAN on eth0`, `To this host`, with the index of what is said. */
    readonly outside: readonly (readonly [title: string, say: number])[];
  }[];
  /** Each answer with its text, once. */
  readonly says: readonly (readonly [Answer, string])[];
  /** From one service to another: the index of what is said; -1 for itself. */
  readonly pairs: readonly (readonly number[])[];
}

export function pageDataOf(graph: Graph): PageData {
  const says: (readonly [Answer, string])[] = [];
  const indexes = new Map<string, number>();
  const said = new Map<WayAnswer, number>();
  const sayOnce = (way: WayAnswer): number => {
    const known = said.get(way);
    if (known !== undefined) return known;
    const index = say(way);
    said.set(way, index);
    return index;
  };
  const say = (way: WayAnswer): number => {
    const key = `${way.answer} ${labelOf(way)}`;
    const known = indexes.get(key);
    if (known !== undefined) return known;
    indexes.set(key, says.length);
    return says.push([way.answer, plain(labelOf(way))]) - 1;
  };
  const titles = new Map([...graph.lans, graph.host].map(({ id, title }) => [id, title]));
  const outside = new Map<string, (readonly [string, number])[]>(graph.services.map(({ id }) => [id, []]));
  for (const way of graph.ways) {
    outside.get(way.to)?.push(...titled('From', titles.get(way.from), way));
    outside.get(way.from)?.push(...titled('To', titles.get(way.to), way));
  }
  function titled(direction: string, title: string | undefined, way: Way): readonly (readonly [string, number])[] {
    return title === undefined ? [] : [[plain(`${direction} ${withinSentence(title)}`), say(way)]];
  }
  const networks = new Map(graph.networks.map(({ id, title }) => [id, title]));
  const services = graph.services.map(({ id, name, netmode, networks: on, details }) => {
    const about = [netmode, ...on.map((network) => networks.get(network) ?? ''), ...details].join(' · ');
    const ways = outside.get(id)!;
    const words = [name, about, ...ways.map(([, index]) => says[index]![1])].map(plain).join(' ').toLowerCase();
    return { name: plain(name), netmode, about: plain(about), words, outside: ways };
  });
  const pairs = graph.services.map((from) =>
    graph.services.map((to) => (from === to ? -1 : sayOnce(graph.answerBetween(from.name, to.name)))),
  );
  return { services, says, pairs };
}
