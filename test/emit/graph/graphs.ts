/** Graphs for tests: of the projects in `test/fixtures/graphs/`, and one in which every name is hostile. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { parseFacts } from '../../../src/plan/facts/parsed-facts.ts';
import type { Graph, WayAnswer } from '../../../src/plan/graph/graph.ts';
import { graphOf } from '../../../src/plan/graph/graph-of.ts';
import { lanFacts, planTexts, told } from '../../support/in-memory.ts';

export const graphsFolder = fileURLToPath(new URL('../../fixtures/graphs', import.meta.url));
export const graphNames = readdirSync(graphsFolder).sort();

export const composeOf = (name: string): string => readFileSync(join(graphsFolder, name, 'compose.yaml'), 'utf8');

export function graphOfText(text: string): Graph {
  const outcome = planTexts(text, { facts: lanFacts });
  assert.ok(outcome.plan, told(outcome).join('\n'));
  return graphOf(outcome.plan, parseFacts(lanFacts));
}

/** What would end a script, an attribute, a comment or an entity, what runs, and what turns or breaks a line. */
export const hostileText =
  '</script></style></svg>--><img src=x onerror=alert(1)><script>alert(2)</script>' +
  '"\'`]]>&lt;\u202e\u0000\u2028\n${x}\ud800';

/** The graph with that in place of every text but the netmodes. */
export function hostile(graph: Graph): Graph {
  const told = (text: string | undefined) => (text === undefined ? {} : { reason: `${text}${hostileText}` });
  const way = <T extends WayAnswer>(one: T): T => ({
    ...one,
    places: one.places.map(({ at, ports }) => ({
      at: at + hostileText,
      ports: ports.map((port) => port + hostileText),
    })),
    ...(one.by !== undefined && { by: one.by + hostileText }),
    ...told(one.reason),
  });
  const titled = <T extends { readonly title: string }>(node: T): T => ({ ...node, title: node.title + hostileText });
  const plainName = (name: string) => name.replace(hostileText, '');
  return {
    project: graph.project + hostileText,
    host: { ...titled(graph.host), short: hostileText, addresses: [hostileText] },
    lans: graph.lans.map((lan) => ({ ...titled(lan), short: hostileText, subnets: [hostileText] })),
    networks: graph.networks.map((network) => ({ ...titled(network), details: [hostileText] })),
    services: graph.services.map((service) => ({
      ...service,
      name: service.name + hostileText,
      details: [...service.details, hostileText],
    })),
    ways: graph.ways.map(way),
    between: (from, to) => way(graph.between(plainName(from), plainName(to))),
    answerBetween: (from, to) => way(graph.answerBetween(plainName(from), plainName(to))),
  };
}
