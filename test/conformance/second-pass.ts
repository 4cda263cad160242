/**
 * What netcompose writes, given to Compose: the files with the override must resolve to the plan, and the rendered file
 * alone to the same model. Both go in by standard input, so that nothing is written beside the project.
 */

import { load } from '../../src/compose/load.ts';
import { Diagnostics } from '../../src/diagnostics/diagnostic.ts';
import { overrideOf } from '../../src/emit/override/override.ts';
import { renderOf } from '../../src/emit/render/render.ts';
import { intentsOf } from '../../src/netmode/intents.ts';
import { compareResolved, type ResolvedModel } from '../../src/plan/checks/compose-agrees.ts';
import { configText } from '../../src/plan/checks/config-hash.ts';
import type { Facts } from '../../src/plan/facts/facts.ts';
import { planOf } from '../../src/plan/plan.ts';
import type { Plan } from '../../src/plan/types.ts';
import { patiently } from '../support/patiently.ts';
import { type Case, cleanEnvironment, optionsOf, realFiles } from './compare.ts';

type Plain = Readonly<Record<string, unknown>>;

/** @returns a line for each difference; nothing to compare where netcompose refuses the project */
export async function secondPass(
  given: Case,
  facts: Facts,
  compose: readonly string[],
): Promise<readonly string[] | undefined> {
  const diagnostics = new Diagnostics();
  const options = optionsOf(given.args);
  const env = { ...cleanEnvironment(), ...given.env, PWD: given.directory };
  const project = load(
    { ...options, files: [...options.files, ...given.files], cwd: given.directory, env },
    realFiles,
    diagnostics.report,
  );
  const plan = project && planOf(intentsOf(project, diagnostics.report), facts, diagnostics.report);
  if (!plan || diagnostics.hasErrors) return undefined;
  const override = overrideOf(plan);
  const renderedText = renderOf(plan, { external: false });
  // The very file that was read: the first pass has compared it.
  if (
    override === undefined &&
    project.files.length === 1 &&
    project.sources.some(({ path, text }) => path === project.files[0] && text === renderedText)
  )
    return [];
  const shared = new Set(
    [...plan.networks.values()].flatMap(({ kind, dockerName }) => (kind === 'shared' ? [dockerName!] : [])),
  );
  const ask = (files: readonly string[], input: string | undefined) =>
    resolve({ ...given, env }, plan, files, input, compose);
  const withOverride = await ask(plan.project.files, override);
  if ('refusal' in withOverride) return [`with the override: ${withOverride.refusal}`];
  const unplanned = compareResolved(plan, withOverride.model as ResolvedModel);
  const lines: string[] = unplanned.map(
    ({ service, what, planned, resolved }) =>
      `${service ? `${service}: ` : ''}${what}: planned ${planned} · resolved ${resolved}`,
  );
  lines.push(...otherDefinitions(withOverride.model, plan));
  const inlined = shared.size > 0 ? await ask(plan.project.files, overrideOf(plan, { inline: shared })) : withOverride;
  if ('refusal' in inlined) return [...lines, `with the override, networks in full: ${inlined.refusal}`];
  const rendered = await ask([], renderedText);
  if ('refusal' in rendered) return [...lines, `rendered: ${rendered.refusal}`];
  const differing = differencesOf(comparable(inlined.model, plan), comparable(rendered.model, plan));
  return [...lines, ...differing.map((line) => `rendered: ${line}`)];
}

/** The definitions of which Compose keeps hashes: netcompose must know what they will be. */
function otherDefinitions({ networks }: Plain, plan: Plan): readonly string[] {
  return Object.entries((networks ?? {}) as Record<string, Plain>).flatMap(([key, { external, ...resolved }]) => {
    if (external === true) return [];
    const theirs = JSON.stringify(resolved).split('$$').join('$');
    const ours = JSON.stringify(
      JSON.parse(configText(String(resolved['name']), plan.project.networks.get(key), plan.networks.get(key))),
    );
    return theirs === ours ? [] : [`networks.${key}: hashed ${ours} · resolved ${theirs}`];
  });
}

async function resolve(
  { args, env }: Case,
  { project }: Plan,
  files: readonly string[],
  input: string | undefined,
  [command, ...first]: readonly string[],
): Promise<{ readonly model: Plain } | { readonly refusal: string }> {
  const kept = args.flatMap((arg, i) =>
    ['--profile', '--env-file'].includes(args[i - 1] ?? '') ? [args[i - 1]!, arg] : [],
  );
  const argv = [
    ...first,
    ...kept,
    '-p',
    project.name,
    '--project-directory',
    project.directory,
    ...[...files, ...(input === undefined ? [] : ['-'])].flatMap((file) => ['-f', file]),
    'config',
    '--format',
    'json',
  ];
  const { stdout, stderr, code } = await patiently(command!, argv, {
    cwd: project.directory,
    env,
    ...(input !== undefined && { input }),
  });
  if (code === 0) return { model: JSON.parse(stdout) as Plain };
  return {
    refusal:
      stderr
        .split('\n')
        .filter((line) => line !== '' && !line.includes('level=warning'))
        .join(' ') || `exit code ${code}`,
  };
}

/**
 * Without what may differ: fragments; the name and the labels of a shared network, which the rendered file makes the
 * project's own; the order of what has none.
 */
function comparable(model: Plain, plan: Plan): Plain {
  const networks = Object.entries((model['networks'] ?? {}) as Record<string, Plain>).map(([key, network]) => {
    const { name, labels, ...rest } = network;
    return [key, plan.networks.get(key)?.kind === 'shared' ? rest : { ...rest, name, labels }];
  });
  const kept = Object.entries(model).filter(([key]) => !key.startsWith('x-'));
  return { ...Object.fromEntries(kept), networks: Object.fromEntries(networks) };
}

function differencesOf(override: unknown, rendered: unknown, path = ''): readonly string[] {
  if (isRecord(override) && isRecord(rendered)) {
    const keys = [...new Set([...Object.keys(override), ...Object.keys(rendered)])].sort();
    return keys.flatMap((key) => differencesOf(override[key], rendered[key], path === '' ? key : `${path}.${key}`));
  }
  const [a, b] = [text(override, path), text(rendered, path)];
  return a === b ? [] : [`${path}: ${b ?? 'nothing'} instead of ${a ?? 'nothing'}`];
}

const text = (value: unknown, path: string) =>
  JSON.stringify(path.endsWith('.extra_hosts') && Array.isArray(value) ? [...value].sort() : value);

function isRecord(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
