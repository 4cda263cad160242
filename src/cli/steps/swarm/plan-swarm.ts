/** Files and the facts of several hosts → what each host of a swarm does. */
import { basename } from 'node:path';
import { type Diagnostic, Diagnostics, type Report } from '../../../diagnostics/diagnostic.ts';
import type { RuleName } from '../../../diagnostics/rules.ts';
import { check } from '../../../plan/checks/check.ts';
import { checkComplete } from '../../../plan/checks/complete.ts';
import { decide } from '../../../plan/decide.ts';
import type { Facts } from '../../../plan/facts/facts.ts';
import { planSwarm, type SwarmHost, type SwarmPlan } from '../../../plan/swarm/swarm.ts';
import type { OwnOptions } from '../../options/own-options.ts';
import type { Session } from '../../session.ts';
import { UsageError } from '../../usage-error.ts';
import { factsFor, readFacts } from '../observe/observe.ts';
import { type Read, readProject } from '../read-project.ts';

/** How this machine is called where no facts file names it. */
const thisHost = 'this host';

/** What Compose cannot do and a swarm can: replicas share a port, and each has an address of its own. */
const ofOneEngine: ReadonlySet<RuleName> = new Set(['service/replicas-clash']);

export interface PlannedSwarm extends Read {
  readonly swarm?: SwarmPlan;
}

/** With the facts of each `--facts`, else of this machine. */
export async function plannedSwarm(session: Session, { values }: OwnOptions): Promise<PlannedSwarm> {
  const read = readProject(session);
  const { intents, diagnostics } = read;
  if (!intents) return read;
  const files = (values['facts'] ?? []) as readonly string[];
  const seen: (readonly [string, Facts])[] = [];
  for (const file of files) seen.push([hostName(file, seen), await readFacts(session, file)]);
  if (files.length === 0) {
    const options = { offline: values['offline'] === true };
    seen.push([thisHost, await factsFor(session, intents, options, diagnostics.report)]);
  }
  const hasManager = seen.some(([, { engine }]) => engine?.swarm === 'manager');
  const looks = seen.map(([name, facts]) => {
    const own = new Diagnostics();
    const report: Report = (rule, ...rest) => {
      if (!ofOneEngine.has(rule)) own.report(rule, ...rest);
    };
    const plan = decide(intents, facts, report);
    check(plan, hasManager ? asManager(facts) : facts, report);
    if (!own.hasErrors) checkComplete(plan, report);
    return { name, plan, facts, wrong: own.sorted() };
  });
  tellByHost(looks, diagnostics.report);
  const hosts: readonly SwarmHost[] = looks.map(({ wrong: _, ...host }) => host);
  return { ...read, swarm: planSwarm(hosts, diagnostics.report) };
}

/** What is wrong on some of the hosts says on which. */
function tellByHost(
  looks: readonly { readonly name: string; readonly wrong: readonly Diagnostic[] }[],
  report: Report,
): void {
  const same = (a: Diagnostic) => (b: Diagnostic) =>
    a.rule === b.rule && a.message === b.message && a.span?.start === b.span?.start;
  for (const { name, wrong } of looks) {
    for (const each of wrong) {
      const { rule, span, message, ...details } = each;
      const everywhere = looks.every((other) => other.wrong.some(same(each)));
      report(rule, span, everywhere ? message : `on host "${name}": ${message}`, details);
    }
  }
}

/** The networks of a swarm are made on one of its managers: that there is one is enough. */
const asManager = ({ engine, ...rest }: Facts): Facts => ({
  ...rest,
  ...(engine && { engine: { ...engine, swarm: 'manager' } }),
});

function hostName(file: string, before: readonly (readonly [string, Facts])[]): string {
  const name = basename(file).replace(/\.json$/, '');
  if (before.some(([other]) => other === name))
    throw new UsageError(`two facts files are of the host "${name}"`, 'name each file as its host: --facts hostA.json');
  return name;
}

/** The one file where there is no swarm. */
export function oneFactsFile({ values, args }: OwnOptions): OwnOptions {
  const [file, second] = (values['facts'] ?? []) as readonly string[];
  if (second !== undefined) throw new UsageError('several facts files are for several hosts', 'add --swarm');
  const { facts: _, ...rest } = values;
  return { values: { ...rest, ...(file !== undefined && { facts: file }) }, args };
}
