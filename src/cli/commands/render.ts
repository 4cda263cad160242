/** `netcompose render`: the project as one plain Compose file, or (`--override`) what is given to Compose. */

import { overrideOf } from '../../emit/override/override.ts';
import { renderOf } from '../../emit/render/render.ts';
import { stackOf } from '../../emit/stack/stack-file.ts';
import { checkComplete } from '../../plan/checks/complete.ts';
import { exitCodes } from '../exit-codes.ts';
import { type OwnOptions, ownOptions, swarmOptions } from '../options/own-options.ts';
import { exitCodeOf, reportProblems } from '../report.ts';
import type { Session } from '../session.ts';
import { planned } from '../steps/plan-project.ts';
import { oneFactsFile, plannedSwarm } from '../steps/swarm/plan-swarm.ts';
import { UsageError } from '../usage-error.ts';

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
    swarmOptions(command, 'print a file for "docker stack deploy"');
    command.addHelpText('after', examples);
  });
  if (!options) return exitCodes.fine;
  if (options.values['swarm'] === true) return renderStack(session, options);
  const { override, external } = options.values;
  // The rendered file may be used anywhere; only the override is meant for the engine that runs here.
  const { plan, diagnostics } = await planned(session, oneFactsFile(options), { engine: override === true });
  if (plan && !diagnostics.hasErrors) checkComplete(plan, diagnostics.report);
  reportProblems(session, diagnostics);
  if (!plan || diagnostics.hasErrors) return exitCodeOf(diagnostics.sorted());
  session.terminal.out(
    override === true ? (overrideOf(plan) ?? '{}\n') : renderOf(plan, { external: external === true }),
  );
  return exitCodes.fine;
}

async function renderStack(session: Session, options: OwnOptions): Promise<number> {
  if (options.values['override'] === true || options.values['external'] === true)
    throw new UsageError('a stack has no override, and its shared networks are always external', 'use --swarm alone');
  const { swarm, diagnostics } = await plannedSwarm(session, options);
  const text = swarm && stackOf(swarm, diagnostics.report);
  reportProblems(session, diagnostics);
  if (text === undefined || diagnostics.hasErrors) return exitCodeOf(diagnostics.sorted());
  session.terminal.out(text);
  return exitCodes.fine;
}
