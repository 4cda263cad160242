/**
 * The library: the program's pure core. Nothing here reads a file, runs a command or asks the clock; what must be known
 * of the outside is handed in. See `docs/library.md`.
 *
 * @example
 * const files = { '/srv/app/compose.yaml': 'services: { web: { image: nginx, x-netmode: host } }' };
 * const { project, diagnostics } = load({ cwd: '/srv/app' }, files);
 * const text = project && render(plan(project).plan);
 */
import { type FileTexts, filesOf } from './compose/file-texts.ts';
import type { Files, LoadOptions } from './compose/input.ts';
import { load as loadProject } from './compose/load.ts';
import { present } from './compose/project/fields.ts';
import type { Project } from './compose/project/project.ts';
import { type Diagnostic, Diagnostics } from './diagnostics/diagnostic.ts';
import { type FormatName, formats } from './diagnostics/format/formats.ts';
import type { FormatOptions } from './diagnostics/format/place.ts';
import { withoutIgnored } from './diagnostics/ignore.ts';
import { SourceFile } from './diagnostics/source.ts';
import { type AnnotationOutcome, annotate as annotateFile } from './emit/annotate/annotate.ts';
import type { Wish } from './emit/annotate/wish.ts';
import { overrideOf } from './emit/override/override.ts';
import { renderOf } from './emit/render/render.ts';
import { planJson } from './emit/text/plan-json.ts';
import { planText } from './emit/text/plan-text.ts';
import { type Intents, intentsOf } from './netmode/intents.ts';
import type { Facts } from './plan/facts/facts.ts';
import { readFactsText, readFactsValue } from './plan/facts/read-facts.ts';
import { planOf } from './plan/plan.ts';
import type { Plan } from './plan/types.ts';

/**
 * Reads a Compose project as Compose does: variables, several files, `extends`, `include`, profiles.
 *
 * @param options what Compose's command line and environment would say; `cwd` is absolute
 * @param files the files' texts by absolute path, or a reader
 * @returns the project, or nothing where there is none to speak of; and every fault found (rules `compose/*`)
 */
export function load(
  options: Partial<LoadOptions> & Pick<LoadOptions, 'cwd'>,
  files: Files | FileTexts,
): { readonly project: Project | undefined; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics = new Diagnostics();
  const complete = { files: [], profiles: [], envFiles: [], env: {}, ...present(options) };
  const project = loadProject(complete, filesOf(files), diagnostics.report);
  return { project, diagnostics: diagnostics.sorted() };
}

/**
 * What the file asks for, service by service and network by network: nothing of a host is known yet.
 *
 * @returns the netmodes with their settings, narrower places over wider ones; and every fault found (rules `netmode/*`)
 */
export function netmodes(project: Project): {
  readonly intents: Intents;
  readonly diagnostics: readonly Diagnostic[];
} {
  const diagnostics = new Diagnostics();
  const intents = intentsOf(project, diagnostics.report);
  return { intents, diagnostics: diagnostics.sorted() };
}

/**
 * Decides what will be.
 *
 * @param facts what was observed of the host and the engine; without it, what depends on them stays open
 * @returns the plan, and every conflict found, the faults of {@link netmodes} among them; those that a comment in the
 *   file silences are left out
 * @throws TypeError where `facts` are none: {@link readFacts} says so without
 */
export function plan(
  project: Project,
  facts: Facts = { version: 1 },
): { readonly plan: Plan; readonly diagnostics: readonly Diagnostic[] } {
  const read = readFactsValue(facts);
  if ('fault' in read) throw new TypeError(`these are no facts: ${read.fault}`);
  const diagnostics = new Diagnostics();
  const decided = planOf(intentsOf(project, diagnostics.report), read.facts, diagnostics.report);
  return { plan: decided, diagnostics: withoutIgnored(diagnostics.sorted()) };
}

/**
 * The project as one plain Compose file without `x-netmode`. Worth something only for a plan without errors.
 *
 * @param options.external refer to shared networks as external instead of defining them
 * @returns the whole file; what does not change keeps its bytes
 */
export function render(decided: Plan, options: { readonly external?: boolean } = {}): string {
  return renderOf(decided, { external: options.external === true });
}

/** @returns the override that is passed to Compose last, as YAML; nothing where nothing changes */
export function renderOverride(decided: Plan): string | undefined {
  return overrideOf(decided);
}

/**
 * Adds, changes or takes out `x-netmode` in one file; every other byte stays.
 *
 * @param wishes one for each place, at most
 * @returns the new text and what became of each place; no text where it cannot be done safely, and then why
 *   (`netmode/cannot-annotate`)
 */
export function annotate(
  file: { readonly path: string; readonly text: string },
  wishes: readonly Wish[],
): {
  readonly text: string | undefined;
  readonly outcomes: readonly AnnotationOutcome[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const diagnostics = new Diagnostics();
  const result = annotateFile(new SourceFile(file.path, file.text), wishes, diagnostics.report);
  return { text: result?.text, outcomes: result?.outcomes ?? [], diagnostics: diagnostics.sorted() };
}

/**
 * Facts as `netcompose facts` prints them.
 *
 * @param text JSON
 * @returns the facts, or what is wrong with them in one sentence
 */
export function readFacts(text: string): { readonly facts: Facts } | { readonly fault: string } {
  return readFactsText(text);
}

/**
 * Diagnostics as `netcompose check` prints them.
 *
 * @param format `pretty`, `json`, `github` or `sarif`
 * @param options.cwd absolute: files below it are named relative to it; all are named in full without it
 * @param options.color for `pretty`; no colour without it
 * @param options.columns for `pretty`: how wide the terminal is; no line is broken without it
 */
export function formatDiagnostics(
  diagnostics: readonly Diagnostic[],
  format: FormatName,
  options: Partial<FormatOptions> = {},
): string {
  return formats[format](diagnostics, { cwd: '', color: false, ...options });
}

/**
 * The plan as `netcompose plan` prints it.
 *
 * @param format `text`, or `json`: then the diagnostics are part of it
 * @param options.cwd as for {@link formatDiagnostics}
 */
export function formatPlan(
  decided: Plan,
  format: 'text' | 'json',
  options: { readonly diagnostics?: readonly Diagnostic[]; readonly cwd?: string } = {},
): string {
  const { diagnostics = [], cwd = '' } = options;
  return format === 'json' ? planJson(decided, diagnostics, cwd) : planText(decided);
}

export type { FileTexts } from './compose/file-texts.ts';
export type { Files, LoadOptions } from './compose/input.ts';
export type { Network, Port, Project, Service } from './compose/project/project.ts';
export type { Diagnostic, Related } from './diagnostics/diagnostic.ts';
export type { FormatName } from './diagnostics/format/formats.ts';
export type { RuleName, Severity } from './diagnostics/rules.ts';
export type { Located, Position, SourceFile, Span } from './diagnostics/source.ts';
export type { AnnotationOutcome } from './emit/annotate/annotate.ts';
export type { AnnotatedPlace, AnnotationChange, Wish } from './emit/annotate/wish.ts';
export type { Intents, NetworkIntent, ServiceIntent } from './netmode/intents.ts';
export type { Netmode } from './netmode/modes.ts';
export type { Settings } from './netmode/settings.ts';
export type { HostAction } from './plan/actions/action.ts';
export type { EngineFacts, Facts, HostFacts } from './plan/facts/facts.ts';
export type { LanRoute, NetworkPlan, Plan, Reach, ServicePlan, ShimPlan } from './plan/types.ts';
