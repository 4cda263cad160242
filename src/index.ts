/**
 * The library: the program's pure core. Nothing here reads a file, runs a command or asks the clock; what must be known
 * of the outside is handed in.
 *
 * @example
 * const files = { read: (path) => …, exists: (path) => …, isDirectory: (path) => … };
 * const { project, diagnostics } = load({ files: [], profiles: [], envFiles: [], cwd: '/srv/app', env: {} }, files);
 * if (project) process.stdout.write(render(plan(project).plan));
 */
import type { Files, LoadOptions } from './compose/input.ts';
import { load as loadProject } from './compose/load.ts';
import type { Project } from './compose/project/project.ts';
import { type Diagnostic, Diagnostics } from './diagnostics/diagnostic.ts';
import { overrideOf } from './emit/override/override.ts';
import { renderOf } from './emit/render/render.ts';
import { intentsOf } from './netmode/intents.ts';
import type { Facts } from './plan/facts/facts.ts';
import { planOf } from './plan/plan.ts';
import type { Plan } from './plan/types.ts';

/**
 * Reads a Compose project as Compose does.
 *
 * @returns the project, or nothing where there is none to speak of; and every fault found (rules `compose/*`)
 */
export function load(
  options: LoadOptions,
  files: Files,
): { readonly project: Project | undefined; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics = new Diagnostics();
  const project = loadProject(options, files, diagnostics.report);
  return { project, diagnostics: diagnostics.sorted() };
}

/**
 * Decides what will be.
 *
 * @param facts what was observed of the host and the engine; without it, what depends on them stays open
 * @returns the plan, and every conflict found
 */
export function plan(
  project: Project,
  facts: Facts = { version: 1 },
): { readonly plan: Plan; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics = new Diagnostics();
  const decided = planOf(intentsOf(project, diagnostics.report), facts, diagnostics.report);
  return { plan: decided, diagnostics: diagnostics.sorted() };
}

/**
 * The project as one plain Compose file without `x-netmode`.
 *
 * @param options.external refer to shared networks as external instead of defining them
 */
export function render(decided: Plan, options: { readonly external?: boolean } = {}): string {
  return renderOf(decided, { external: options.external === true });
}

/** The override that is passed to Compose last; nothing where nothing changes. */
export function renderOverride(decided: Plan): string | undefined {
  return overrideOf(decided);
}

export type { Files, LoadOptions } from './compose/input.ts';
export type { Network, Port, Project, Service } from './compose/project/project.ts';
export type { Diagnostic } from './diagnostics/diagnostic.ts';
export type { RuleName, Severity } from './diagnostics/rules.ts';
export type { Located, Position, SourceFile, Span } from './diagnostics/source.ts';
export type { Netmode } from './netmode/modes.ts';
export type { HostAction } from './plan/actions/action.ts';
export type { Facts } from './plan/facts/facts.ts';
export type { LanRoute, NetworkPlan, Plan, ServicePlan, ShimPlan } from './plan/types.ts';
