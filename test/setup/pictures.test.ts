/** `netcompose graph`: each format in the program that it is for. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dotOf } from '../../src/emit/graph/dot.ts';
import { svgOf } from '../../src/emit/graph/drawn/svg.ts';
import { shownWays } from '../../src/emit/graph/labels.ts';
import { mermaidOf } from '../../src/emit/graph/mermaid.ts';
import { pageOf } from '../../src/emit/graph/page/html.ts';
import type { Graph } from '../../src/plan/graph/graph.ts';
import { composeOf, graphNames, graphOfText, graphsFolder, hostile, hostileText } from '../emit/graph/graphs.ts';
import { lanFacts } from '../support/in-memory.ts';
import { patiently } from '../support/patiently.ts';
import { asked, startBrowser, visit } from './browser.ts';
import { root } from './place.ts';

interface Context {
  browser: Browser;
  folder: string;
}

const test = suite<Context>('pictures');
test.before(async (context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'netcompose-pictures-'));
  context.browser = await startBrowser();
});
test.after(async ({ browser, folder }) => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

const graphs: Readonly<Record<string, () => Graph>> = {
  ...Object.fromEntries(graphNames.map((name) => [name, () => graphOfText(composeOf(name))])),
  'hostile names': () => hostile(graphOfText(composeOf('vpn'))),
};

/** The address of a file with that text. */
function kept(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return pathToFileURL(path).href;
}

test('the program writes what the library draws, the format by the name of the file', async ({ folder }) => {
  const facts = join(folder, 'facts.json');
  writeFileSync(facts, JSON.stringify(lanFacts));
  const compose = join(graphsFolder, 'home/compose.yaml');
  const graph = graphs['home']!();
  for (const [name, text] of [
    ['graph.svg', svgOf(graph)],
    ['graph.html', pageOf(graph)],
    ['graph.mmd', mermaidOf(graph)],
    ['graph.gv', dotOf(graph)],
  ] as const) {
    const args = ['-f', compose, 'graph', '--facts', facts, '-o', join(folder, name)];
    const { code, stdout, stderr } = await patiently(join(root, 'bin/netcompose.cjs'), args);
    assert.equal([code, stdout], [0, ''], stderr);
    assert.is(readFileSync(join(folder, name), 'utf8'), text, name);
  }
});

for (const [name, graph] of Object.entries(graphs)) {
  test(`SVG of ${name}: no text lies on another or leaves its place`, async ({ browser, folder }) => {
    const { page, requests, complaints } = await visit(browser, kept(folder, 'picture.svg', svgOf(graph())));
    assert.equal([await asked(page, 'overlaps'), await asked(page, 'outside')], [[], []]);
    assert.ok((await asked(page, 'textCount')) > graph().services.length * 2);
    assert.equal([requests.length, complaints], [1, []]);
    await page.context().close();
  });
}

test('light and dark, each with enough contrast', async ({ browser, folder }) => {
  const papers: string[] = [];
  for (const scheme of ['light', 'dark'] as const) {
    const { page } = await visit(browser, kept(folder, 'picture.svg', svgOf(graphs['vpn']!())), scheme);
    assert.ok((await asked(page, 'leastContrast')) >= 4.5, scheme);
    papers.push(await asked(page, 'styleOf', '.paper', 'fill'));
    await page.context().close();
  }
  assert.equal(papers, ['rgb(255, 255, 255)', 'rgb(20, 23, 28)']);
});

test('without colours: what is reached, what is not and what is not known differ in form', async ({
  browser,
  folder,
}) => {
  const { page } = await visit(browser, kept(folder, 'picture.svg', svgOf(graphs['vpn']!())));
  const edges = ['.edge.yes', '.edge.no', '.edge.unknown'];
  const dashes = await Promise.all(edges.map((edge) => asked(page, 'styleOf', edge, 'stroke-dasharray')));
  assert.is(new Set(dashes).size, 3);
  assert.is(await page.locator('.rail.host + .rail.inner').count(), 1);
  await page.context().close();
});

const state = (page: Page) => asked(page, 'state');

test('page: a pointer shows the ways of one service and dims the others', async ({ browser, folder }) => {
  const { page, requests, complaints } = await visit(browser, kept(folder, 'page.html', pageOf(graphs['vpn']!())));
  assert.equal((await state(page)).faint, []);
  const card = (name: string) => page.locator('.service', { has: page.locator(`text.name:text-is("${name}")`) });
  await card('store').hover();
  const on = await state(page);
  assert.equal([on.chosen, on.near, on.heading], [['store'], ['store'], 'store']);
  assert.equal(on.faint, ['camera', 'gluetun', 'requests', 'torrent', 'worker']);
  assert.match(on.panel, 'they share no network');
  // The line from "requests", which needs it and does not reach it, is its as well.
  assert.is(await page.locator('.line.near .stub.near .no').count(), 2);
  await card('requests').hover();
  assert.equal((await state(page)).near, ['gluetun', 'requests', 'torrent']);
  assert.match((await state(page)).panel, /May reach|Does not reach/);
  await page.mouse.move(2, 2);
  assert.equal([(await state(page)).faint, (await state(page)).heading], [[], undefined]);
  assert.equal([requests.length, complaints], [1, []]);
  await page.context().close();
});

test('page: the same by keyboard', async ({ browser, folder }) => {
  const { page, complaints } = await visit(browser, kept(folder, 'page.html', pageOf(graphs['vpn']!())));
  const focused = () => asked(page, 'focused');
  await page.locator('input[name=netmode]').last().focus();
  await page.keyboard.press('Tab');
  assert.is(await focused(), 'camera');
  assert.equal((await state(page)).chosen, ['camera']);
  await page.keyboard.press('ArrowDown');
  assert.is(await focused(), 'worker');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  assert.equal((await state(page)).pressed, ['camera']);
  await page.keyboard.press('Tab');
  assert.equal([(await state(page)).chosen, (await state(page)).pressed], [['worker'], ['camera']]);
  await asked(page, 'blur');
  assert.equal((await state(page)).chosen, ['camera'], 'what was kept comes back');
  await page.keyboard.press('Escape');
  const after = await state(page);
  assert.equal([after.pressed, after.faint, complaints], [[], [], []]);
  await page.context().close();
});

test('page: filter and search fade services, and take them out of table and keyboard', async ({ browser, folder }) => {
  const graph = graphs['fifty']!();
  const { page, complaints } = await visit(browser, kept(folder, 'page.html', pageOf(graph)));
  const all = await state(page);
  assert.equal([all.count, all.rows], ['50 of 50 services', graph.ways.length]);
  await page.getByLabel('bridge (', { exact: false }).uncheck();
  const few = await state(page);
  assert.is(few.count, '10 of 50 services');
  assert.is(few.faint.length, 40);
  assert.is(await page.locator('.service[tabindex="0"]').count(), 10);
  assert.ok(few.rows > 0 && few.rows < all.rows);
  await page.getByLabel('bridge (', { exact: false }).check();
  await page.getByLabel('Search').fill('192.168.1.53');
  assert.is((await state(page)).count, '1 of 50 services');
  await page.getByLabel('Search').press('Enter');
  assert.equal((await state(page)).chosen, ['pihole']);
  await page.keyboard.press('Escape');
  assert.is((await state(page)).count, '50 of 50 services');
  await page.getByLabel('Search').fill('no such thing');
  assert.equal([(await state(page)).count, (await state(page)).rows], ['0 of 50 services', 0]);
  assert.equal(complaints, []);
  await page.context().close();
});

test('page: light and dark, no text lies on another, and it is all there without its program', async ({
  browser,
  folder,
}) => {
  for (const [name, scheme] of [
    ['home', 'light'],
    ['fifty', 'dark'],
    ['hostile names', 'light'],
  ] as const) {
    const address = kept(folder, 'page.html', pageOf(graphs[name]!()));
    const { page, complaints } = await visit(browser, address, scheme);
    const found = [await asked(page, 'overlaps'), await asked(page, 'outside'), complaints];
    assert.equal(found, [[], [], []], `${name}, ${scheme}`);
    assert.ok((await asked(page, 'leastContrast')) >= 4.5, scheme);
    await page.context().close();
  }
  const { page } = await visit(browser, kept(folder, 'page.html', pageOf(graphs['home']!())), 'light', false);
  assert.is(await page.locator('tbody tr').count(), graphs['home']!().ways.length);
  assert.is(await page.locator('.service').count(), 3);
  await page.context().close();
});

test('page: names are shown and not run, and nothing else could run or be fetched', async ({ browser, folder }) => {
  const { page, requests, complaints } = await visit(
    browser,
    kept(folder, 'page.html', pageOf(graphs['hostile names']!())),
  );
  await page.locator('.service').first().hover();
  const shown = (await state(page)).heading!;
  assert.ok(shown.startsWith('camera</script></style></svg>--><img src=x onerror=alert(1)>'), shown);
  assert.is(await page.locator('img').count(), 0);
  assert.is(await page.locator('script').count(), 2);
  assert.equal([requests.length, complaints], [1, []]);
  assert.equal(await asked(page, 'whatGetsThrough'), []);
  await page.context().close();
});

/** Mermaid as it is published for browsers. */
const mermaidFile = fileURLToPath(import.meta.resolve('@mermaid-js/tiny'));

test('Mermaid itself reads each graph as it is meant', async ({ browser }) => {
  const { page } = await visit(browser, 'about:blank');
  await page.addScriptTag({ path: mermaidFile });
  for (const [name, make] of Object.entries(graphs)) {
    const graph = make();
    const read = await asked(page, 'readByMermaid', mermaidOf(graph));
    const expected = shownWays(graph).map(({ answer }) => (answer === 'yes' ? 'arrow_point' : 'arrow_cross'));
    assert.equal(read.arrows, expected, name);
    // A network that no service is drawn in is a node for Mermaid.
    assert.is(read.frames, graph.networks.length, name);
    assert.ok(read.nodes >= graph.lans.length + 1 + graph.services.length, name);
  }
  const svg = await asked(page, 'drawnByMermaid', mermaidOf(graphs['hostile names']!()));
  assert.not.match(svg, /<img|<script/);
  await page.context().close();
});

test('Graphviz draws each graph without a word, and with every name', async () => {
  for (const [name, make] of Object.entries(graphs)) {
    const graph = make();
    const { code, stdout, stderr } = await patiently('dot', ['-Tjson'], { input: dotOf(graph) });
    assert.equal([code, stderr], [0, ''], name);
    const { objects, edges } = JSON.parse(stdout) as {
      readonly objects: readonly { readonly name: string; readonly label?: string }[];
      readonly edges: readonly { readonly style?: string }[];
    };
    const nodes = objects.filter((object) => /^n\d+$/.test(object.name));
    assert.is(nodes.length, graph.lans.length + 1 + graph.services.length, name);
    const answers = shownWays(graph).map(({ answer }) => answer === 'yes');
    assert.equal(edges.map(({ style }) => style === undefined).sort(), answers.sort(), name);
    const drawn = await patiently('dot', ['-Tsvg'], { input: dotOf(graph) });
    assert.equal([drawn.code, drawn.stderr], [0, ''], name);
    assert.not.match(drawn.stdout, /<img|<script/);
  }
  assert.match(dotOf(graphs['hostile names']!()), hostileText.slice(0, 9));
});

test.run();
