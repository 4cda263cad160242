/**
 * Every folder of `test/fixtures/projects/` is a project: Compose files, `facts.json` (or none: offline), and what must
 * come out: `diagnostics.txt`, `plan.txt`, `override.yaml`, `rendered.yaml`.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pretty } from '../src/diagnostics/format/pretty.ts';
import { overrideOf } from '../src/emit/override/override.ts';
import { renderOf } from '../src/emit/render/render.ts';
import { planText } from '../src/emit/text/plan-text.ts';
import type { Facts } from '../src/plan/facts/facts.ts';
import { matchesGolden } from './support/golden.ts';
import { directory, type Options, planTexts, told } from './support/in-memory.ts';

const root = fileURLToPath(new URL('fixtures/projects', import.meta.url));
const outputs = new Set([
  'override.yaml',
  'rendered.yaml',
  'diagnostics.txt',
  'plan.txt',
  'facts.json',
  'options.json',
]);

for (const name of readdirSync(root).sort()) {
  const folder = join(root, name);
  const options = readOptions(folder);
  const texts = readTexts(folder);

  test(`${name}: outputs`, () => {
    const { plan, diagnostics } = planTexts(texts, options);
    const sorted = diagnostics.sorted();
    matchesGolden(
      join(folder, 'diagnostics.txt'),
      sorted.length > 0 ? pretty(sorted, { cwd: directory, color: false }) : undefined,
    );
    const whole = plan && !diagnostics.hasErrors ? plan : undefined;
    matchesGolden(join(folder, 'plan.txt'), whole && planText(whole));
    matchesGolden(join(folder, 'override.yaml'), whole && overrideOf(whole));
    matchesGolden(join(folder, 'rendered.yaml'), whole && renderOf(whole, { external: false }));
  });

  test(`${name}: rendered, it is plain Compose that means the same, and rendering it again changes nothing`, () => {
    const { plan, diagnostics } = planTexts(texts, options);
    if (!plan || diagnostics.hasErrors) return assert.ok(diagnostics.hasErrors);
    const text = renderOf(plan, { external: false });
    assert.not.match(text, /^\s*x-netmode:/m);
    const again = planTexts({ ...texts, 'compose.yaml': text }, { ...options, files: ['compose.yaml'] });
    assert.ok(again.plan, told(again).join('\n'));
    assert.is(renderOf(again.plan, { external: false }), text);
    for (const [service, { networkMode, networks, ports, netmode }] of plan.services) {
      const rendered = again.plan.services.get(service)!;
      assert.equal(rendered.networkMode, networkMode, service);
      assert.is(rendered.netmode, netmode, service);
      assert.equal([...rendered.networks.keys()].sort(), [...networks.keys()].sort(), service);
      assert.equal(
        rendered.ports.map(({ hostIp }) => hostIp),
        ports.map(({ hostIp }) => hostIp),
        service,
      );
    }
  });
}

function readOptions(folder: string): Options {
  const facts = readJson<Facts>(join(folder, 'facts.json'));
  return { ...readJson<Options>(join(folder, 'options.json')), ...(facts && { facts }) };
}

function readJson<T>(path: string): T | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : undefined;
}

function readTexts(folder: string, below = ''): Record<string, string> {
  return Object.fromEntries(
    readdirSync(join(folder, below)).flatMap((name): [string, string][] => {
      const path = join(below, name);
      if (statSync(join(folder, path)).isDirectory()) return Object.entries(readTexts(folder, path));
      return below === '' && outputs.has(name) ? [] : [[path, readFileSync(join(folder, path), 'utf8')]];
    }),
  );
}

test.run();
