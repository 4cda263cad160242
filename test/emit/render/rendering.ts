/** What must hold of every rendered file, whatever it was made from. */

import * as assert from 'uvu/assert';
import { parseAllDocuments } from 'yaml';
import { toPlain } from '../../../src/compose/tree.ts';
import { type Lookup, substitute } from '../../../src/compose/variables/template.ts';
import { type Change, networkChange, serviceChange } from '../../../src/emit/render/changes.ts';
import { renderOf } from '../../../src/emit/render/render.ts';
import type { Plan } from '../../../src/plan/types.ts';
import { lanFacts, type Options, planTexts, told } from '../../support/in-memory.ts';

type Plain = Record<string, unknown>;

/**
 * Renders and checks: valid YAML and Compose, no `x-netmode`, the model that the plan says and nothing else changed,
 * and rendering again changes nothing.
 *
 * @returns the rendered text
 */
export function checkedRendering(
  texts: Readonly<Record<string, string>> | string,
  options: Options = { facts: lanFacts },
  external = false,
): string {
  const outcome = planTexts(texts, options);
  assert.ok(outcome.plan && !outcome.diagnostics.hasErrors, told(outcome).join('\n'));
  const text = renderOf(outcome.plan, { external });
  const [first, ...more] = parseAllDocuments(text, { uniqueKeys: true, merge: true });
  assert.is(more.length, 0, text);
  assert.equal(
    first!.errors.map(({ message }) => message),
    [],
    text,
  );
  const all = typeof texts === 'string' ? {} : texts;
  const again = planTexts({ ...all, 'compose.yaml': text }, { ...options, files: ['compose.yaml'] });
  assert.ok(
    again.plan &&
      !again.diagnostics.sorted().some(({ rule }) => rule.startsWith('compose/') && rule !== 'compose/unset-variable'),
    `${told(again).join('\n')}\n${text}`,
  );
  const lookup = (name: string) => options.env?.[name];
  assert.equal(normal(modelOf(again.plan)), normal(expectedModel(outcome.plan, external, lookup)), text);
  assert.is(again.plan.annotated, false, text);
  assert.is(renderOf(again.plan, { external }), text);
  return text;
}

/** The model as data; `extends` and `include` are taken in by then. */
function modelOf({ project }: Plan): Plain {
  const { 'x-netmode': _, ...rest } = toPlain(project.model) as Plain;
  return Object.fromEntries(Object.entries(rest).filter(([key]) => !key.startsWith('x-')));
}

function expectedModel(plan: Plan, external: boolean, lookup: Lookup): Plain {
  const model = modelOf(plan);
  const services = Object.fromEntries(
    [...plan.services].map(([name, service]) => [
      name,
      changed((model['services'] as Plain)[name], serviceChange(service), lookup),
    ]),
  );
  const networks: Plain = { ...(model['networks'] as Plain | undefined) };
  for (const [key, network] of plan.networks)
    networks[key] = changed(networks[key], networkChange(network, plan.project, external), lookup);
  return { ...model, services, ...(Object.keys(networks).length > 0 && { networks }) };
}

/** The change as it is read back: a doubled `$` is one again, a variable is filled in. */
function changed(before: unknown, { set, remove, only }: Change, lookup: Lookup): unknown {
  const known = Object.entries((before ?? {}) as Plain);
  const kept = known.filter(([key]) => !remove.has(key) && (!only || set.has(key) || key.startsWith('x-')));
  return { ...Object.fromEntries(kept), ...(filled(Object.fromEntries(set), lookup) as Plain) };
}

function filled(value: unknown, lookup: Lookup): unknown {
  if (typeof value === 'string') return substitute(value, lookup, { unset() {}, missing() {}, invalid() {} });
  if (Array.isArray(value)) return value.map((item) => filled(item, lookup));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner, lookup)]));
}

/** Forms that mean the same: nothing and an empty mapping; a list of networks and a mapping; any order of keys. */
function normal(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) {
    return key === 'networks'
      ? normal(Object.fromEntries(value.map((item) => [item, null])))
      : value.map((item) => normal(item));
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => [name, normal(inner, name)] as const);
  return entries.length > 0 ? Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))) : null;
}
