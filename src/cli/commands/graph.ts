/** `netcompose graph`: a picture of who reaches whom; nothing is touched. */
import { dotOf } from '../../emit/graph/dot.ts';
import { mermaidOf } from '../../emit/graph/mermaid.ts';
import { parseFacts } from '../../plan/facts/parsed-facts.ts';
import { graphOf } from '../../plan/graph/graph-of.ts';
import { exitCodes } from '../exit-codes.ts';
import { factsOptions, formatOption, ownOptions } from '../options/own-options.ts';
import { exitCodeOf, reportProblems } from '../report.ts';
import type { Session } from '../session.ts';
import { planned } from '../steps/plan-project.ts';

const writers = { mermaid: mermaidOf, dot: dotOf } as const;

export async function run(session: Session): Promise<number> {
  const options = ownOptions(session, (command) => {
    command
      .description('Draw who reaches whom: this host, the LAN and the services. Changes nothing.')
      .addOption(formatOption(Object.keys(writers)));
    factsOptions(command);
  });
  if (!options) return exitCodes.fine;
  const { plan, facts, diagnostics } = await planned(session, options);
  reportProblems(session, diagnostics);
  if (!plan || !facts) return exitCodeOf(diagnostics.sorted());
  session.terminal.out(writers[options.values['format'] as keyof typeof writers](graphOf(plan, parseFacts(facts))));
  return exitCodeOf(diagnostics.sorted());
}
