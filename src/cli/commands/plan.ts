/** `netcompose plan`: what `up` would do; nothing is touched. */
import { withoutIgnored } from '../../diagnostics/ignore.ts';
import { planDiff } from '../../emit/text/diff/plan-diff.ts';
import { planJson } from '../../emit/text/plan-json.ts';
import { planText } from '../../emit/text/plan-text.ts';
import { standingOf } from '../../plan/host-changes/standing.ts';
import { exitCodes } from '../exit-codes.ts';
import { factsOptions, formatOption, ownOptions } from '../options/own-options.ts';
import { exitCodeOf, reportProblems } from '../report.ts';
import type { Session } from '../session.ts';
import { planned } from '../steps/plan-project.ts';

const examples = `
Examples:
  netcompose plan                        what is new (+), changes (~), is there (=)
  netcompose plan --diff                 what changes against what runs now
  netcompose plan --offline              from the files alone
  netcompose plan --format json | jq .networks
`;

export async function run(session: Session): Promise<number> {
  const options = ownOptions(session, (command) => {
    command
      .description('Show what "up" would do: services, networks, addresses, ports and every host command, in order.')
      .addOption(formatOption(['text', 'json']))
      .option('--diff', 'show only what changes against what runs now')
      .addHelpText('after', examples);
    factsOptions(command);
  });
  if (!options) return exitCodes.fine;
  const diff = options.values['diff'] === true;
  const { plan, facts, diagnostics } = await planned(session, options, { engineNeeded: diff });
  const shown = withoutIgnored(diagnostics.sorted());
  const json = options.values['format'] === 'json';
  if (!json || !plan) reportProblems(session, diagnostics);
  const { terminal, host } = session;
  if (plan && facts) {
    const standing = standingOf(plan, facts);
    const { columns } = terminal;
    if (json) terminal.out(planJson(plan, shown, host.cwd, standing));
    else if (!diff) terminal.out(planText(plan, { standing, ...(columns !== undefined && { columns }) }));
    else if (facts.engine)
      terminal.out(planDiff(plan, facts, standing, terminal.color.out) || 'Nothing changes against what runs now.\n');
  }
  return exitCodeOf(shown);
}
