/** `netcompose plan`: what `up` would do; nothing is touched. */
import { withoutIgnored } from '../../diagnostics/ignore.ts';
import { swarmText } from '../../emit/stack/swarm-text.ts';
import { planDiff } from '../../emit/text/diff/plan-diff.ts';
import { planJson } from '../../emit/text/plan-json.ts';
import { planText } from '../../emit/text/plan-text.ts';
import { standingOf } from '../../plan/standing/standing.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatOption, type OwnOptions, ownOptions, swarmOptions } from '../options/own-options.ts';
import { exitCodeOf, reportBriefly, reportProblems } from '../report.ts';
import type { Session } from '../session.ts';
import { planned } from '../steps/plan-project.ts';
import { oneFactsFile, plannedSwarm } from '../steps/swarm/plan-swarm.ts';
import { notify } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

const examples = `
Examples:
  netcompose plan                        new (+), changes (~), there (=)
  netcompose plan --diff                 what changes against what runs now
  netcompose plan --offline              from the files alone
  netcompose plan --format json | jq .networks
`;

export async function run(session: Session): Promise<number> {
  const options = ownOptions(session, (command) => {
    command
      .description('Show what "up" would do: services, networks, addresses, ports and every host command, in order.')
      .addOption(formatOption(['text', 'json']))
      .option('--diff', 'show what changes against what runs now')
      .addHelpText('after', examples);
    swarmOptions(command, 'show what each host of a swarm does before "docker stack deploy"');
  });
  if (!options) return exitCodes.fine;
  if (options.values['swarm'] === true) return showSwarm(session, options);
  const diff = options.values['diff'] === true;
  if (diff && options.values['offline'] === true)
    throw new UsageError(
      '--diff compares with what runs, and --offline looks at nothing',
      'leave one of the two out, or take the facts of a host: --diff --facts FILE',
    );
  const { plan, facts, diagnostics } = await planned(session, oneFactsFile(options), { engineNeeded: diff });
  const shown = withoutIgnored(diagnostics.sorted());
  const json = options.values['format'] === 'json';
  if (!json || !plan) reportBriefly(session, diagnostics);
  const { terminal, host } = session;
  if (plan && facts) {
    const standing = standingOf(plan, facts);
    const { columns } = terminal;
    if (json) terminal.out(planJson(plan, shown, host.cwd, standing));
    else if (!diff) terminal.out(planText(plan, { standing, ...(columns !== undefined && { columns }) }));
    else if (facts.engine)
      terminal.out(planDiff(plan, standing, terminal.color.out) || 'Nothing changes against what runs now.\n');
    else notify(terminal, 'the facts hold no engine: what runs there, and what changes, is not known');
  }
  return exitCodeOf(shown);
}

async function showSwarm(session: Session, options: OwnOptions): Promise<number> {
  if (options.values['diff'] === true)
    throw new UsageError('--swarm has no --diff', 'compare each host: plan --diff --facts FILE');
  if (options.values['format'] === 'json')
    throw new UsageError(
      '--swarm has no --format json',
      'take the text, or plan each host: plan --format json --facts',
    );
  const { swarm, diagnostics } = await plannedSwarm(session, options);
  reportProblems(session, diagnostics);
  if (swarm && !diagnostics.hasErrors) session.terminal.out(swarmText(swarm, session.terminal.columns));
  return exitCodeOf(withoutIgnored(diagnostics.sorted()));
}
