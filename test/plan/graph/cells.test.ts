/** Where the measured table says no, so does the graph, and so does each picture of it: cell by cell. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Facts } from '../../../src/plan/facts/facts.ts';
import { parseFacts } from '../../../src/plan/facts/parsed-facts.ts';
import type { Graph } from '../../../src/plan/graph/graph.ts';
import { graphOf } from '../../../src/plan/graph/graph-of.ts';
import { waysIn } from '../../emit/graph/read-formats.ts';
import { lanFacts, planTexts, told } from '../../support/in-memory.ts';

const page = readFileSync(new URL('../../../docs/reachability.md', import.meta.url), 'utf8');

type Cells = Readonly<Record<string, string>>;

/** The page's cells: by family, netmode and column. */
function cellsOnPage(): Readonly<Record<string, Readonly<Record<string, Cells>>>> {
  const found: Record<string, Record<string, Cells>> = {};
  for (const [, family = '', text = ''] of page.matchAll(/^## IPv(\d)\n\n((?:\|.*\n)+)/gm)) {
    const [heads = [], , ...rows] = text
      .trim()
      .split('\n')
      .map((line) => line.slice(2, -2).split(' | '));
    found[family] = Object.fromEntries(
      rows.map(([row = '', ...cells]) => [row, Object.fromEntries(cells.map((cell, at) => [heads[at + 1]!, cell]))]),
    );
  }
  return found;
}

interface Row {
  /** Of a service, as in a file. */
  readonly service: string;
  /** Further networks, as in a file. */
  readonly networks?: string;
  readonly rpFilter?: true;
  /** The LAN that it is on, where that is another. */
  readonly lan?: string;
}

const shared = 'subnet: [192.168.1.0/24], gateway: [192.168.1.1], ip_range: 192.168.1.192/27';
const dual =
  'subnet: [192.168.1.0/24, "fd00:1::/64"], gateway: [192.168.1.1, "fd00:1::1"], ip_range: [192.168.1.192/27]';
const apart = (flag: string): Row => ({
  service: `x-netmode: { mode: macvlan, flag: ${flag}, host_access: none, ${shared} }`,
});
const onLan = (mode: string): Row => ({ service: `x-netmode: { mode: ${mode}, ${shared} }` });
const routed = (mode: string): Row => ({ service: `x-netmode: { mode: ${mode}, subnet: [10.66.0.0/24] }` });

const rows: Readonly<Record<string, Row>> = {
  '`ipvlan-l2`': onLan('ipvlan-l2'),
  '`ipvlan-l2`, `rp_filter` 1 on the parent': { ...onLan('ipvlan-l2'), rpFilter: true },
  '`ipvlan-l2` with `shim.ipv4_address`': {
    service: 'networks: [lan]',
    networks: `  lan: { x-netmode: { mode: ipvlan-l2, ${shared}, shim: { ipv4_address: 192.168.1.199 } } }`,
  },
  '`ipvlan-l2` with nothing else said': { service: 'x-netmode: ipvlan-l2' },
  '`ipvlan-l2` on a VLAN': {
    service: `x-netmode: { mode: ipvlan-l2, vlan: 20, ${shared.replaceAll('168.1.', '168.20.')} }`,
    lan: 'eth0.20',
  },
  '`driver: ipvlan` without `ip_range`, `host_access: shim`': {
    service: 'networks: [lan]',
    networks: `  lan:
    driver: ipvlan
    driver_opts: { parent: eth0 }
    ipam: { config: [{ subnet: 192.168.1.0/24, gateway: 192.168.1.1 }] }
    x-netmode: { host_access: shim }`,
  },
  '`ipvlan-l3`': routed('ipvlan-l3'),
  '`ipvlan-l3`, `rp_filter` 1 on the parent': { ...routed('ipvlan-l3'), rpFilter: true },
  '`ipvlan-l3s`': routed('ipvlan-l3s'),
  '`macvlan`': onLan('macvlan'),
  '`macvlan`, `rp_filter` 1 on the parent': { ...onLan('macvlan'), rpFilter: true },
  '`macvlan`, `flag: private`': apart('private'),
  '`macvlan`, `flag: vepa`': apart('vepa'),
  '`macvlan`, `flag: passthru`': apart('passthru'),
  '`bridge`, with published ports': { service: 'networks: [mine]\n    ports: ["8080:80"]', networks: '  mine:' },
  '`host`': { service: 'x-netmode: { mode: host, listen: [9100] }' },
  '`none`': { service: 'x-netmode: none' },
};

/** The row's service, another like it, and two on bridges of which one publishes a port. */
function graphFor({ service, networks = '', rpFilter }: Row, engine: string): Graph {
  const second = service.replace('8080:80', '8081:80').replace('listen: [9100]', 'listen: [9101]');
  const text = `services:
  subject:
    image: x
    ${service}
  second:
    image: x
    ${second}
  bridged:
    image: x
    networks: [back]
networks:
  back:
${networks}
`;
  const facts: Facts = {
    ...lanFacts,
    host: { ...lanFacts.host!, ...(rpFilter && { rpFilter: { ...lanFacts.host!.rpFilter, eth0: 1 } }) },
    engine: { ...lanFacts.engine!, version: engine } as NonNullable<Facts['engine']>,
  };
  const outcome = planTexts(text, { facts });
  assert.ok(outcome.plan, told(outcome).join('\n'));
  return graphOf(outcome.plan, parseFacts(facts));
}

function answerIn(graph: Graph, column: string, lan: string): string | undefined {
  const of = (from: string, to: string) => graph.ways.find((way) => way.from === from && way.to === to)?.answer;
  const answers: Readonly<Record<string, () => string | undefined>> = {
    'host → service': () => of('host', 'service subject'),
    'service → host': () => of('service subject', 'host'),
    'service → second': () => graph.between('subject', 'second').answer,
    'service → bridge': () => graph.between('subject', 'bridged').answer,
    'bridge → service': () => graph.between('bridged', 'subject').answer,
    'neighbour → service': () => of(`lan ${lan}`, 'service subject'),
    'service → neighbour': () => of('service subject', `lan ${lan}`),
    'router → service': () => of(`lan ${lan}`, 'service subject'),
    'service → router': () => of('service subject', `lan ${lan}`),
  };
  return answers[column]?.();
}

const cells = cellsOnPage();

test('every row of the page is tried here', () => {
  assert.equal(Object.keys(rows), Object.keys(cells['4']!));
});

for (const [engine, said] of [
  ['28.5.2', (cell: string) => cell.split(' ')[0]!],
  ['26.1.5', (cell: string) => /\(engine 26: (\w+)\)/.exec(cell)?.[1]?.replace('tcp', 'yes') ?? cell],
] as const) {
  for (const [name, row] of Object.entries(rows)) {
    test(`engine ${engine}, ${name}: every cell`, () => {
      const graph = graphFor(row, engine);
      const line = cells['4']![name]!;
      // What a service asks this host at: its own address, or the shim's.
      const atHost = [line['service → host']!, line['service → shim']!].includes('yes') ? 'yes' : 'no';
      for (const [column, cell] of Object.entries(line)) {
        if (cell === '–' && column !== 'service → host') continue;
        if (['service → shim', 'service → beyond'].includes(column)) continue;
        const expected = column === 'service → host' ? atHost : said(cell);
        assert.is(answerIn(graph, column, row.lan ?? 'eth0'), expected, `${name}, ${column}`);
      }
      if (line['service → host'] === 'no' && atHost === 'yes') {
        const { places } = graph.ways.find(({ from, to }) => from === 'service subject' && to === 'host')!;
        assert.not.ok(
          places.some(({ at }) => at === '192.168.1.10'),
          `${name} reaches this host at the shim's address alone`,
        );
      }
    });
  }
}

test('with IPv6 beside IPv4: reached by one of them is reached', () => {
  for (const name of ['`ipvlan-l2`', '`macvlan`']) {
    const row: Row = { service: `x-netmode: { mode: ${name.replaceAll('`', '')}, ${dual} }` };
    const graph = graphFor(row, '28.5.2');
    for (const column of ['host → service', 'service → host', 'service → second', 'service → bridge']) {
      const both = [cells['4']![name]![column]!, cells['6']![name]![column]!];
      assert.is(answerIn(graph, column, 'eth0'), both.includes('yes') ? 'yes' : 'no', `${name}, ${column}`);
    }
  }
});

test('each format says of every way what the graph says', () => {
  for (const [name, row] of Object.entries(rows)) {
    const graph = graphFor(row, '28.5.2');
    for (const [format, found] of Object.entries(waysIn(graph))) {
      const { ways, withOutgoing, tellsUnknown } = found;
      const nameOf = (id: string) =>
        [...graph.lans, graph.host].find((node) => node.id === id)?.title ?? id.replace('service ', '');
      const expected = graph.ways
        .filter(({ from }) => withOutgoing || !from.startsWith('service '))
        .map(({ from, to, answer }) => {
          const told = tellsUnknown || answer === 'yes' ? answer : 'no';
          return `${nameOf(from)} → ${nameOf(to)}: ${told}`;
        });
      assert.equal([...ways].sort(), expected.sort(), `${name} as ${format}`);
    }
  }
});

test.run();
