/** Files → a plan that may be carried out: no errors, and Compose's own resolved model agrees with it. */
import type { Project } from '../../compose/project/project.ts';
import type { Diagnostic, Diagnostics } from '../../diagnostics/diagnostic.ts';
import { withoutIgnored } from '../../diagnostics/ignore.ts';
import type { RuleName } from '../../diagnostics/rules.ts';
import { linksIn } from '../../emit/override/links-in.ts';
import { overrideOf } from '../../emit/override/override.ts';
import type { Lock } from '../../host/lock.ts';
import { readOverride } from '../../host/override-store.ts';
import type { Intents } from '../../netmode/intents.ts';
import { check } from '../../plan/checks/check.ts';
import { checkComplete } from '../../plan/checks/complete.ts';
import { checkPrivilege } from '../../plan/checks/privilege.ts';
import { decide } from '../../plan/decide.ts';
import type { Facts } from '../../plan/facts/facts.ts';
import type { ShimState } from '../../plan/facts/shim-state.ts';
import { planOf } from '../../plan/plan.ts';
import { linkedToWhatIsThere } from '../../plan/services/links.ts';
import type { Plan } from '../../plan/types.ts';
import { exitCodes } from '../exit-codes.ts';
import { serviceWords, startedBy } from '../options/service-words.ts';
import { exitCodeOf, reportProblems } from '../report.ts';
import type { Session } from '../session.ts';
import { notify } from '../terminal.ts';
import type { Ahead } from './observe/ask-ahead.ts';
import { seenFor } from './observe/observe.ts';
import { probed } from './probe-lan.ts';
import { readProject, refusePipes } from './read-project.ts';
import { quickCompose, type Verified, verifyOnce } from './verify/verified.ts';
import { verify } from './verify/verify.ts';

export type Prepared =
  /** Nothing here concerns netcompose: Compose runs as if it had been called directly. */
  | { readonly kind: 'plain'; readonly project?: Project; readonly stdin?: string }
  | { readonly kind: 'refused'; readonly exitCode: number }
  /** `override` is the text; absent where nothing changes. */
  | {
      readonly kind: 'ready';
      readonly project: Project;
      readonly intents: Intents;
      readonly plan: Plan;
      readonly facts: Facts;
      /** What the host's shims carry, where that was seen on the way. */
      readonly shims?: ShimState;
      readonly override?: string;
      readonly stdin?: string;
      /** Variables for a Compose that ends by itself. */
      readonly quickly: Readonly<Record<string, string>>;
      /** Keeps what need not be found out again, once Compose has started everything. */
      readonly remember: () => void;
    };

export interface PrepareOptions {
  /** Whether the command starts containers: then the engine must answer, and Compose must agree with the plan. */
  readonly starts: boolean;
  /**
   * Taken, where nobody else has it, before anything is looked at: what was seen still holds when the host is prepared,
   * and need not be looked at again. Released before Compose or the LAN is asked, which takes a while.
   */
  readonly lock?: Lock;
  /** What has been asked of host and engine already, under that lock where it was free. */
  readonly ahead?: Ahead;
  /** What this command has warned of already, and is not to say again; it gets what is said now. */
  readonly said?: Set<string>;
}

/** The links as they were last applied, where a command may leave some out. */
async function linksBefore(session: Session, { name }: Project): Promise<ReadonlyMap<string, readonly string[]>> {
  const override = serviceWords(session).noDependencies ? readOverride(session.host, name) : undefined;
  return override === undefined ? new Map() : linksIn(override);
}

const makeNoNetworks: ReadonlySet<string> = new Set(['start', 'restart']);

/** Reads, plans and checks, and reports what is wrong. Changes nothing. */
export async function prepare(session: Session, { starts, lock, ahead, said }: PrepareOptions): Promise<Prepared> {
  const read = readProject(session);
  refusePipes(read);
  const { project, intents, diagnostics, annotated, stdin, looks } = read;
  const input = stdin === undefined ? {} : { stdin };
  if (!annotated) {
    // Files without x-netmode are Compose's alone, and so are the messages about them; conflicts are still reported.
    if (intents) {
      planOf(intents, { version: 1 }, diagnostics.report);
      reportProblems(session, diagnostics, ({ rule }) => !rule.startsWith('compose/'));
    }
    return { kind: 'plain', ...(project && { project }), ...input };
  }
  if (!project || !intents) return refuse(session, diagnostics);
  if (!diagnostics.hasErrors) await lock?.takeIfFree();
  const starting = starts ? startedBy(session, project) : new Set<string>();
  // A file with errors is refused in any case, so nothing needs to be observed.
  const { progress } = session;
  const {
    facts: seen,
    shims,
    remember: keepSeen,
  } = await progress.during('Host and engine', 'Looking', () =>
    seenFor(
      session,
      intents,
      { offline: diagnostics.hasErrors, engineNeeded: starts, live: starts, ...(ahead && { ahead }) },
      diagnostics.report,
    ),
  );
  const decided = decide(intents, seen, diagnostics.report);
  const plan = starts ? linkedToWhatIsThere(decided, starting, seen, await linksBefore(session, project)) : decided;
  const release = async () => lock?.release();
  const facts = starts ? await probed(session, plan, seen, starting, release) : seen;
  const { recreates } = serviceWords(session);
  const recreated = recreates
    ? starting
    : makeNoNetworks.has(session.command)
      ? new Set(plan.services.keys())
      : undefined;
  check(plan, facts, diagnostics.report, starting, recreated);
  if (!diagnostics.hasErrors) checkComplete(plan, diagnostics.report);
  if (starts) checkPrivilege(plan, facts, diagnostics.report);
  if (diagnostics.hasErrors) return refuse(session, diagnostics);

  const override = overrideOf(plan);
  const { exitCode, remember: keepAgreement }: Verified = starts
    ? await progress.during('Docker Compose', 'Comparing', () =>
        verifyOnce(session, plan, override, looks, async () => {
          await release();
          const code = await verify(session, plan, override, stdin, diagnostics);
          return { exitCode: code, agrees: code === exitCodes.fine && !diagnostics.hasErrors };
        }),
      )
    : { exitCode: exitCodes.fine };
  if (diagnostics.hasErrors) return refuse(session, diagnostics);
  if (exitCode !== exitCodes.fine) return { kind: 'refused', exitCode };
  reportOnce(session, project, override, diagnostics, said);
  return {
    kind: 'ready',
    project,
    intents,
    plan,
    facts,
    ...(shims && { shims }),
    ...(override !== undefined && { override }),
    quickly: quickCompose(session, looks),
    remember: () => {
      keepSeen?.();
      keepAgreement?.();
    },
    ...input,
  };
}

/**
 * Warnings are shown in full by the first command and by each one after the files have changed; as long as the override
 * is the one that was last applied, a line says how to see them again. What was found on the network or among open
 * ports just now is always new.
 */
function reportOnce(
  session: Session,
  project: Project,
  override: string | undefined,
  diagnostics: Diagnostics,
  said = new Set<string>(),
): void {
  const isKnown = override !== undefined && readOverride(session.host, project.name) === override;
  const isNew = ({ rule, message }: Diagnostic) => !said.has(`${rule} ${message}`);
  reportProblems(session, diagnostics, (one) => isNew(one) && (!isKnown || liveRules.has(one.rule)));
  const warnings = withoutIgnored(diagnostics.sorted()).filter((one) => one.severity === 'warning' && isNew(one));
  for (const { rule, message } of warnings) said.add(`${rule} ${message}`);
  const known = isKnown ? warnings.filter(({ rule }) => !liveRules.has(rule)) : [];
  if (known.length > 0) notify(session.terminal, `${warningsText(known)} as before: netcompose check`);
}

const liveRules: ReadonlySet<RuleName> = new Set([
  'address/answers-on-lan',
  'ports/in-use-on-host',
  'ports/in-use-by-container',
]);

function warningsText(warnings: readonly Diagnostic[]): string {
  const names = [...new Set(warnings.map(({ rule }) => rule))];
  const listed = names.length > 2 ? `${names.length} rules` : names.join(', ');
  return `${warnings.length} warning${warnings.length === 1 ? '' : 's'} (${listed})`;
}

function refuse(session: Session, diagnostics: Diagnostics): Prepared {
  reportProblems(session, diagnostics);
  return { kind: 'refused', exitCode: exitCodeOf(diagnostics.sorted()) };
}
