/** `netcompose plan`: what `up` would do; nothing is touched. */
import { withoutIgnored } from '../../diagnostics/ignore.ts';
import { planJson } from '../../emit/text/plan-json.ts';
import { planText } from '../../emit/text/plan-text.ts';
import { exitCodes } from '../exit-codes.ts';
import { factsOptions, formatOption, ownOptions } from '../options/own-options.ts';
import { exitCodeOf, reportProblems } from '../report.ts';
import type { Session } from '../session.ts';
import { planned } from '../steps/plan-project.ts';

export async function run(session: Session): Promise<number> {
  const options = ownOptions(session, (command) => {
    command
      .description('Show what "up" would do: services, networks, addresses, ports and every host command, in order.')
      .addOption(formatOption(['text', 'json']));
    factsOptions(command);
  });
  if (!options) return exitCodes.fine;
  const { plan, diagnostics } = await planned(session, options);
  const shown = withoutIgnored(diagnostics.sorted());
  const json = options.values['format'] === 'json';
  if (!json || !plan) reportProblems(session, diagnostics);
  if (plan) session.terminal.out(json ? planJson(plan, shown, session.host.cwd) : planText(plan));
  return exitCodeOf(shown);
}
