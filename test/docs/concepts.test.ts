/**
 * The concept pages are true: links lead somewhere, snippets are sound, and what they quote is what the program does.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import schema from '../../schema/x-netmode.schema.json' with { type: 'json' };
import { github } from '../../src/diagnostics/format/github.ts';
import { json } from '../../src/diagnostics/format/json.ts';
import { pretty } from '../../src/diagnostics/format/pretty.ts';
import { withoutIgnored } from '../../src/diagnostics/ignore.ts';
import { overrideOf } from '../../src/emit/override/override.ts';
import { renderOf } from '../../src/emit/render/render.ts';
import { planJson } from '../../src/emit/text/plan-json.ts';
import { lanRoutesText, planText } from '../../src/emit/text/plan-text.ts';
import { netmodeNames } from '../../src/netmode/modes.ts';
import { stepsOf } from '../../src/plan/actions/commands.ts';
import { displayCommand } from '../../src/plan/actions/display.ts';
import type { Facts } from '../../src/plan/facts/facts.ts';
import { readFactsText } from '../../src/plan/facts/read-facts.ts';
import { planTexts } from '../support/in-memory.ts';
import { fencesOf } from './page.ts';
import { checkSnippet, cwd } from './project.ts';
import { usual, withOldLan } from './situations.ts';

const folder = fileURLToPath(new URL('../../docs/', import.meta.url));
const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md'));
const concepts = pages.filter((page) => !page.startsWith('rules/'));
const read = (page: string) => readFileSync(`${folder}${page}`, 'utf8');
const snippets = (page: string, language: string) =>
  fencesOf(read(page))
    .filter((fence) => fence.language === language)
    .map(({ text }) => text);
const readExample = (file: string) =>
  readFileSync(new URL(`../../examples/local-dev/${file}`, import.meta.url), 'utf8');
const check = (yaml: string) =>
  checkSnippet(new Map([['compose.yaml', yaml]]), yaml.includes('name: old-lan') ? withOldLan : usual);

test('links lead to files and headings', () => {
  const wrong: string[] = [];
  for (const page of pages) {
    for (const [, target = '', anchor] of read(page)
      .replace(/^```[^]*?^```$/gm, '')
      .matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)) {
      const path = target === '' ? page : posix.join(posix.dirname(page), target);
      if (!existsSync(`${folder}${path}`)) wrong.push(`${page}: ${target}`);
      else if (anchor !== undefined && !anchorsOf(read(path)).includes(anchor))
        wrong.push(`${page}: ${target}#${anchor}`);
    }
  }
  assert.equal(wrong, []);
});

function anchorsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
}

test('the index names every concept page', () => {
  const index = read('README.md');
  assert.equal(
    concepts.filter((page) => page !== 'README.md' && !index.includes(`(${page})`)),
    [],
  );
});

for (const page of concepts) {
  snippets(page, 'yaml').forEach((yaml, index) => {
    if (!isProject(yaml)) return;
    test(`${page}: snippet ${index + 1} has no errors`, () => {
      const { diagnostics } = check(yaml);
      assert.equal(
        diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message),
        [],
      );
    });
  });
}

/** An override is none by itself, as it names no image; nor is a file of another program. */
function isProject(yaml: string): boolean {
  const { services } = parse(yaml) as { readonly services?: Readonly<Record<string, object>> };
  return services !== undefined && Object.values(services).some((service) => 'image' in service);
}

test('x-netmode.md has every key, at its places', () => {
  const places = {
    top: Object.keys(schema.$defs.top.properties),
    service: Object.keys(schema.$defs.service.else.properties),
    network: Object.keys(schema.$defs.network.else.properties),
  };
  const expected = Object.fromEntries(
    [...new Set(Object.values(places).flat())].sort().map((key) => {
      const at = Object.entries(places)
        .filter(([, keys]) => keys.includes(key))
        .map(([place]) => place);
      return [key, at.length === 3 ? 'all' : at.join(', ')];
    }),
  );
  const rows = [...read('x-netmode.md').matchAll(/^\| \[`(\w+)`\]\(#[\w-]+\) \| ([^|]+) \|/gm)].map(
    ([, key = '', at = '']) => [key, at],
  );
  assert.equal(Object.fromEntries(rows.sort(([a = ''], [b = '']) => (a < b ? -1 : 1))), expected);
});

test('netmodes.md has every netmode', () => {
  const text = read('netmodes.md');
  assert.equal(
    netmodeNames.filter((name) => !text.includes(`\`${name}\``)),
    [],
  );
});

test('shim.md quotes the commands that run', () => {
  const files = snippets('shim.md', 'yaml');
  const quoted = snippets('shim.md', 'sh');
  assert.is(files.length, 3);
  files.forEach((yaml, index) => {
    const steps = stepsOf(check(yaml).plan!.actions).filter(({ action }) => action.kind !== 'ensure-network');
    assert.is(steps.map(({ command }) => `${displayCommand(command)}\n`).join(''), quoted[index]);
  });
});

test('shim.md quotes the way back', () => {
  const { plan } = check(
    'services: { web: { image: x, x-netmode: { mode: macvlan, subnet: "fd00:1::/64", ip_range: "fd00:1::c0/124" } } }',
  );
  const steps = stepsOf(plan!.actions).filter(({ action }) => action.kind.startsWith('add-return-'));
  const quoted = steps.map(({ command }) => `${displayCommand(command)}\n`).join('');
  assert.ok(snippets('shim.md', 'text').includes(quoted), quoted);
});

test('plan.md quotes what is printed for the router', () => {
  const plan = check(snippets('plan.md', 'yaml')[1]!).plan!;
  assert.is(lanRoutesText(plan), snippets('plan.md', 'text')[1]);
});

test('plan.md quotes what is printed where nobody looked at the host', () => {
  const text = planText(planTexts(snippets('plan.md', 'yaml')[0]!).plan!);
  assert.ok(text.includes(snippets('plan.md', 'text')[0]!), text);
  assert.not.match(text, /docker network create|\bauto\b/);
});

test("server-and-laptop.md quotes the example's plan, and its file has the fallback that it says", () => {
  const facts = readFactsText(readExample('facts/rootless.json'));
  assert.ok('facts' in facts);
  const text = planText(planTexts(readExample('compose.yaml'), { facts: facts.facts }).plan!);
  const [table, lost] = snippets('server-and-laptop.md', 'text');
  for (const line of table!.trimEnd().split('\n')) assert.ok(text.includes(line), line);
  const [file] = snippets('server-and-laptop.md', 'yaml');
  const laptop: Facts = { ...usual, host: { ...usual.host, interfaces: [usual.host.interfaces[0]!], routes: [] } };
  const env = { LAN_PARENT: 'eth0', DNS_ADDRESS: '192.168.1.53' };
  assert.ok(planText(planTexts(file!, { facts: laptop, env }).plan!).includes(lost!));
  assert.is(planTexts(file!, { facts: usual, env }).plan!.services.get('dns')!.netmode, 'macvlan');
});

test('plan.md has every key of the JSON', () => {
  const keys = Object.keys(JSON.parse(planJson(check(snippets('plan.md', 'yaml')[0]!).plan!, [], cwd)));
  const told = [...read('plan.md').matchAll(/^\| `(\w+)/gm)].map(([, key]) => key!);
  assert.equal([...new Set(told)].sort(), [...keys].sort());
  assert.equal(Object.keys(JSON.parse(snippets('plan.md', 'json')[0]!)), keys);
});

test('outputs.md quotes what is written', () => {
  const [source = '', override = '', rendered = ''] = snippets('outputs.md', 'yaml');
  const plan = check(source).plan!;
  assert.is(overrideOf(plan)!.replace(/^#.*\n\n/, ''), override);
  assert.is(renderOf(plan, { external: false }), rendered);
});

test('diagnostics.md quotes what is printed', () => {
  const { diagnostics } = check('services:\n  web:\n    image: nginx\n    x-netmode: ipvln\n');
  const [prettyText, githubText] = snippets('diagnostics.md', 'text');
  const options = { cwd, color: false };
  assert.is(pretty(diagnostics, options), prettyText);
  assert.is(github(diagnostics, options), githubText);
  assert.is(json(diagnostics, options), snippets('diagnostics.md', 'json')[0]);
});

test('diagnostics.md: its comments silence what they name', () => {
  const { diagnostics } = check(snippets('diagnostics.md', 'yaml')[0]!);
  assert.ok(diagnostics.length > 0);
  assert.equal(withoutIgnored(diagnostics), []);
});

test.run();
