/** Where the parts of a picture stand: texts beside texts, buses beside buses, everything inside. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { arrange, lineHeight } from '../../../src/emit/graph/drawn/arrange.ts';
import type { Box, Picture, TextBlock } from '../../../src/emit/graph/drawn/picture.ts';
import { flowed, fonts, lineWidth, textWidth } from '../../../src/emit/graph/drawn/text-box.ts';
import { tracksFor } from '../../../src/emit/graph/drawn/tracks.ts';
import { composeOf, graphNames, graphOfText, hostile } from './graphs.ts';

interface Named extends Box {
  readonly name: string;
}

const boxesOf = ({ x, y, lines }: TextBlock): readonly Named[] =>
  lines.map((line, at) => {
    const size = Math.max(...line.map(({ font }) => fonts[font].size));
    const name = line.map(({ text }) => text).join(' ');
    return { name, x, y: y + at * lineHeight - size * 0.8, width: lineWidth(line), height: size };
  });

const meet = (a: Box, b: Box) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

function overlapsIn({ rails, frames, cards }: Picture): readonly string[] {
  const texts = [
    ...rails.map(({ label }) => label),
    ...frames.map(({ label }) => label),
    ...cards.flatMap(({ label, edges }) => [label, ...edges.map((edge) => edge.label)]),
  ].flatMap(boxesOf);
  return texts.flatMap((a, at) => texts.slice(at + 1).flatMap((b) => (meet(a, b) ? [`${a.name} | ${b.name}`] : [])));
}

for (const name of graphNames) {
  for (const kind of ['as it is', 'with long names']) {
    test(`${name}, ${kind}: no text lies on another, and all of it is in the picture`, () => {
      const graph = graphOfText(composeOf(name));
      const picture = arrange(kind === 'as it is' ? graph : hostile(graph));
      assert.equal(overlapsIn(picture), []);
      for (const { label, x, width, y, height, edges } of picture.cards) {
        for (const box of boxesOf(label)) {
          assert.ok(box.x + box.width <= x + width, `${box.name} leaves its card on the right`);
          assert.ok(box.y + box.height <= y + height, `${box.name} leaves its card below`);
        }
        for (const edge of edges) {
          assert.ok(edge.y > y && edge.y < y + height, 'a line comes in beside its card');
          for (const box of boxesOf(edge.label)) assert.ok(box.x + box.width <= x, `${box.name} runs into the card`);
        }
      }
      for (const { x } of picture.buses) assert.ok(x < picture.width, 'a bus leaves the picture');
      // A page of A4 at 96 pixels an inch is 794 wide, a common screen 1280.
      if (kind === 'as it is') assert.ok(picture.width <= 1000, `${picture.width} is too wide for a page`);
    });
  }
}

test('buses: none lies on another, and no two stops are at one place', () => {
  const { buses } = arrange(graphOfText(composeOf('fifty')));
  for (const [at, bus] of buses.entries()) {
    for (const other of buses.slice(at + 1))
      assert.ok(bus.x !== other.x || bus.to < other.from || other.to < bus.from, 'two on one track');
    assert.ok(bus.stops.every(({ y }) => y >= bus.from && y <= bus.to));
  }
  const stops = buses.flatMap((bus) => bus.stops.map(({ x, y }) => `${x} ${y}`));
  assert.is(new Set(stops).size, stops.length);
});

test('a row for each service, a line for each way in, of which the same are one', () => {
  const { cards, rails } = arrange(graphOfText(composeOf('home')));
  assert.equal(
    cards.map(({ service, edges }) => [service.name, edges.map(({ answer, stations }) => [answer, stations.length])]),
    [
      [
        'dns',
        [
          ['yes', 1],
          ['yes', 1],
        ],
      ],
      [
        'db',
        [
          ['no', 1],
          ['yes', 1],
        ],
      ],
      [
        'web',
        [
          ['yes', 1],
          ['yes', 1],
        ],
      ],
    ],
  );
  assert.equal(
    rails.map(({ kind }) => kind),
    ['lan', 'host'],
  );
  const worker = arrange(graphOfText(composeOf('vpn'))).cards.find(({ service }) => service.name === 'worker')!;
  assert.equal(
    worker.edges.map(({ answer, stations }) => [answer, stations.length]),
    [['no', 2]],
  );
});

test('text: broken at spaces, inside of words where they are too long, and all of it kept', () => {
  const font = 'detail';
  assert.equal(flowed([{ text: 'one two', font }], 1000), [[{ text: 'one two', font }]]);
  assert.equal(
    flowed([{ text: 'one two', font }], textWidth('one tw', font))
      .flat()
      .map(({ text }) => text),
    ['one', 'two'],
  );
  const long = 'x'.repeat(300);
  const lines = flowed([{ text: `a ${long} b`, font }], 100);
  assert.is(
    lines
      .flat()
      .map(({ text }) => text)
      .join('')
      .replaceAll(' ', ''),
    `a${long}b`,
  );
  for (const line of lines) assert.ok(lineWidth(line) <= 100);
  const parts = flowed([{ text: 'a-long-name-of-many-words', font }], textWidth('a-long-name-of-ma', font));
  assert.equal(parts, [[{ text: 'a-long-name-of-', font }], [{ text: 'many-words', font }]]);
  assert.ok(textWidth('漢字', font) >= 22);
  assert.equal(flowed([], 100), []);
});

test('tracks: short ones inside', () => {
  const stretches = [
    { from: 0, to: 100 },
    { from: 0, to: 10 },
    { from: 20, to: 30 },
    { from: 12, to: 18 },
  ];
  assert.equal(tracksFor(stretches, 4), [2, 1, 1, 0]);
  assert.equal(tracksFor([], 4), []);
});

test.run();
