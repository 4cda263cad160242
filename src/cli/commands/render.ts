/** `netcompose render`: the project as one plain Compose file, or (`--override`) what is given to Compose. */

import { overrideOf } from '../../emit/override/override.ts';
import { renderOf } from '../../emit/render/render.ts';
import { checkComplete } from '../../plan/checks/complete.ts';
import { exitCodes } from '../exit-codes.ts';
import { factsOptions, ownOptions } from '../options/own-options.ts';
import { exitCodeOf, reportProblems } from '../report.ts';
import type { Session } from '../session.ts';
import { planned } from '../steps/plan-project.ts';

const examples = `
Examples:
  netcompose render > compose.plain.yaml
  netcompose render --external           for networks that exist
  netcompose render --override           what Compose is given
`;

export async function run(session: Session): Promise<number> {
  const options = ownOptions(session, (command) => {
    command
      .description('Print the project as one plain Compose file without x-netmode. Changes nothing.')
      .option('--override', 'print the override that is passed to Compose instead')
      .option('--external', 'refer to shared networks as external instead of defining them');
    factsOptions(command);
    command.addHelpText('after', examples);
  });
  if (!options) return exitCodes.fine;
  const { override, external } = options.values;
  // The rendered file may be used anywhere; only the override is meant for the engine that runs here.
  const { plan, diagnostics } = await planned(session, options, { engine: override === true });
  if (plan && !diagnostics.hasErrors) checkComplete(plan, diagnostics.report);
  reportProblems(session, diagnostics);
  if (!plan || diagnostics.hasErrors) return exitCodeOf(diagnostics.sorted());
  session.terminal.out(
    override === true ? (overrideOf(plan) ?? '{}\n') : renderOf(plan, { external: external === true }),
  );
  return exitCodes.fine;
}
