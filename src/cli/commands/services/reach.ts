/** `netcompose reach`: asks every place that the plan names, and says what answered; changes nothing. */
import { didYouMean } from '../../../diagnostics/suggest.ts';
import { answersJson } from '../../../emit/text/answers-json.ts';
import { answersText } from '../../../emit/text/answers-text.ts';
import { exitCodes } from '../../exit-codes.ts';
import { formatOption, ownOptions } from '../../options/own-options.ts';
import { exitCodeOf, reportProblems } from '../../report.ts';
import type { Session } from '../../session.ts';
import { proveReach } from '../../steps/reach/prove-reach.ts';
import { readForReach } from '../../steps/reach/read-for-reach.ts';
import { UsageError } from '../../usage-error.ts';

const examples = `
Examples:
  netcompose reach                       every place of every service
  netcompose reach web dns               of these alone
  netcompose reach --format json
  netcompose up --wait-reach             start, and wait until all answer

Exit code 1: a place did not answer.
`;

export async function run(session: Session): Promise<number> {
  const options = ownOptions(session, (command) => {
    command
      .description(
        'Try every place that the plan names (an address with a port, or to ping), from this host and from inside ' +
          'the containers, and say what answered. Inside containers that needs root or sudo. Changes nothing.',
      )
      .argument('[services...]', 'the services to ask about; all unless given')
      .addOption(formatOption(['text', 'json']))
      .addHelpText('after', examples);
  });
  if (!options) return exitCodes.fine;
  const { plan, facts, diagnostics } = await readForReach(session);
  if (!plan) {
    reportProblems(session, diagnostics);
    return exitCodeOf(diagnostics.sorted());
  }
  for (const name of options.args) {
    if (plan.services.has(name)) continue;
    throw new UsageError(
      `there is no service "${name}"`,
      didYouMean(name, plan.services.keys()) ?? `the services are: ${[...plan.services.keys()].join(', ')}`,
    );
  }
  const answers = await proveReach(session, plan, {
    facts: async () => facts,
    ...(facts.engine && { engine: facts.engine }),
    ...(options.args.length > 0 && { only: new Set(options.args) }),
  });
  session.terminal.out(
    options.values['format'] === 'json'
      ? answersJson(plan.project.name, answers)
      : answersText(answers, session.terminal.columns),
  );
  return answers.some(({ answer }) => answer === 'no') ? exitCodes.diagnostics : exitCodes.fine;
}
