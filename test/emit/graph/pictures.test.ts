/** The pictures as text: goldens, names that are data, and the same whatever the order. */
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dotOf } from '../../../src/emit/graph/dot.ts';
import { svgOf } from '../../../src/emit/graph/drawn/svg.ts';
import { mermaidOf } from '../../../src/emit/graph/mermaid.ts';
import { pageOf } from '../../../src/emit/graph/page/html.ts';
import { matchesGolden } from '../../support/golden.ts';
import { composeOf, graphNames, graphOfText, graphsFolder, hostile } from './graphs.ts';

/** Without the styles and the program, which are files of their own. */
const withoutParts = (text: string) =>
  text
    .replace(/<style>.*?<\/style>/gs, '<style>…</style>')
    .replace(/<script>.*?<\/script>/gs, '<script>…</script>')
    .replace(/sha256-[\w+/=]+/g, 'sha256-…');

for (const name of graphNames.filter((each) => each !== 'fifty')) {
  test(`${name}: as it was`, () => {
    const graph = graphOfText(composeOf(name));
    const at = (file: string) => join(graphsFolder, name, file);
    matchesGolden(at('graph.mmd'), mermaidOf(graph));
    matchesGolden(at('graph.dot'), dotOf(graph));
    matchesGolden(at('graph.svg'), withoutParts(svgOf(graph)));
    matchesGolden(at('graph.html'), withoutParts(pageOf(graph)));
  });
}

test('the same in another order, and again', () => {
  const [head = '', ...blocks] = composeOf('fifty').split(/^(?= {2}\S+:\n {4}image:)/m);
  const last = blocks.pop()!;
  const end = last.indexOf('\nnetworks:');
  const turned = [head, ...[...blocks, last.slice(0, end)].reverse(), last.slice(end)].join('');
  assert.not.equal(turned, composeOf('fifty'));
  for (const write of [svgOf, pageOf]) {
    const text = write(graphOfText(composeOf('fifty')));
    assert.is(write(graphOfText(composeOf('fifty'))), text);
    assert.is(write(graphOfText(turned)), text);
  }
});

test('names are data', () => {
  const graph = hostile(graphOfText(composeOf('vpn')));
  const clean = graphOfText(composeOf('vpn'));
  for (const write of [svgOf, pageOf]) {
    const [text, expected] = [write(graph), write(clean)];
    for (const tag of [/<script/g, /<\/script>/g, /<\/svg>/g, /<style/g, /<\/style>/g, /<img/g, /-->/g])
      assert.is(text.match(tag)?.length, expected.match(tag)?.length, `${tag}`);
    assert.not.match(text, /[\u202e\u0000\u2028\ud800]/);
    assert.match(text, '&lt;img src=x onerror=alert(1)&gt;');
  }
  const data = /<script type="application\/json" id="data">(.*)<\/script>\n/.exec(pageOf(graph))![1]!;
  const { services } = JSON.parse(data) as { services: readonly { name: string }[] };
  assert.match(services[0]!.name, '</script>');
});

test('no handler stands in the page, and its policy lets it fetch nothing', () => {
  const text = pageOf(graphOfText(composeOf('home')));
  assert.not.match(text.replace(/<script>.*?<\/script>/gs, ''), / on\w+=/);
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(text)![1]!;
  assert.match(policy, /^default-src 'none'; style-src 'sha256-[^ ]+'; script-src 'sha256-[^ ]+';/);
  assert.not.match(policy, /unsafe|https?:|\*/);
  assert.equal(
    [...text.replace(policy, '').matchAll(/\b(?:src|href|url|@import)\b\W{1,2}([^"')]*)/g)].map(([, to]) => to),
    ['data:,'],
  );
});

test('nothing is started', () => {
  const graph = graphOfText('services:\n  web: { image: x, profiles: [later] }\n');
  assert.match(svgOf(graph), '<desc id="picture-description">No service is started.</desc>');
  assert.match(pageOf(graph), '0 of 0 services');
});

test.run();
