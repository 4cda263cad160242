/** What each format says of the ways between a service and the outside, read back from its text. */
import { dotOf } from '../../../src/emit/graph/dot.ts';
import { svgOf } from '../../../src/emit/graph/drawn/svg.ts';
import { mermaidOf } from '../../../src/emit/graph/mermaid.ts';
import { pageOf } from '../../../src/emit/graph/page/html.ts';
import type { Graph } from '../../../src/plan/graph/graph.ts';

interface Found {
  /** `This host → web: yes` */
  readonly ways: readonly string[];
  /** Whether it shows the ways out of services too. */
  readonly withOutgoing: boolean;
  /** Whether "not known" looks other than "no". */
  readonly tellsUnknown: boolean;
}

/** By format. The graph's services must not need one another. */
export const waysIn = (graph: Graph): Readonly<Record<string, Found>> => ({
  mermaid: {
    ways: edgesIn(mermaidOf(graph), /^ *(n\d+)\["([^"<]*)/gm, /^ *(n\d+) (-->|-\.-x)\|".*"\| (n\d+)$/gm, '-->'),
    withOutgoing: false,
    tellsUnknown: false,
  },
  dot: {
    ways: edgesIn(
      dotOf(graph),
      /^ *(n\d+) \[label="([^"\\]*)/gm,
      /^ *(n\d+) (->) (n\d+) \[label="[^"]*"(.*)\];$/gm,
      '',
    ),
    withOutgoing: false,
    tellsUnknown: false,
  },
  svg: { ways: linesIn(svgOf(graph), graph), withOutgoing: true, tellsUnknown: true },
  html: { ways: linesIn(pageOf(graph), graph), withOutgoing: true, tellsUnknown: true },
  'table of html': { ways: rowsIn(pageOf(graph)), withOutgoing: true, tellsUnknown: true },
});

/** @param yes what stands at an edge that is a yes */
function edgesIn(text: string, node: RegExp, edge: RegExp, yes: string): readonly string[] {
  const titles = new Map([...text.matchAll(node)].map(([, id, title]) => [id!, title!]));
  return [...text.matchAll(edge)].map(([, from, arrow, to, rest]) => {
    const isYes = (rest ?? arrow) === yes;
    return `${titles.get(from!)} → ${titles.get(to!)}: ${isYes ? 'yes' : 'no'}`;
  });
}

/** The lines of the drawing: what is at the card's end, and at each station. */
function linesIn(text: string, graph: Graph): readonly string[] {
  const rails = [...graph.lans, graph.host].map(({ title }) => title);
  const xs = [...text.matchAll(/<path class="rail (?:lan|host)[^"]*" d="M(\d+)/g)].map(([, x]) => Number(x));
  return graph.services.flatMap(({ name }, index) => {
    const card = text.split(`<g class="service" data-service="${index}"`)[1]!.split('<g class="service"')[0]!;
    return card
      .split('<g class="way">')
      .slice(1)
      .flatMap((way) => {
        const answer = /class="edge (\w+)/.exec(way)![1]!;
        return [...way.matchAll(/<circle class="station[^>]* cx="(\d+)"[^>]*>(?:<path class="(arrow|cross)[^>]*>)?/g)]
          .map(([found, x, mark], at, all) => {
            // After the last station may follow the mark at the card's end.
            const isOut =
              at < all.length - 1 || new RegExp(`d="M${Number(x) + (mark === 'arrow' ? 5 : 6.5)} `).test(found);
            return { rail: rails[xs.indexOf(Number(x))]!, out: isOut ? mark : undefined };
          })
          .flatMap(({ rail, out }) => [
            `${rail} → ${name}: ${answer}`,
            `${name} → ${rail}: ${out === 'arrow' ? 'yes' : out === 'cross' ? 'no' : 'unknown'}`,
          ]);
      });
  });
}

const rowsIn = (text: string): readonly string[] =>
  [...text.matchAll(/<tr data-service="\d+"><th scope="row">([^<]*)<\/th><td>([^<]*)<\/td><td class="(\w+)"/g)].map(
    ([, from, to, answer]) => `${from} → ${to}: ${answer}`,
  );
