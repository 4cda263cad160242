/** `netcompose render`: the project as one plain Compose file, or (`--override`) what is given to Compose. */

import { overrideOf } from '../../emit/override/override.ts';
import { withProvider } from '../../emit/render/provider.ts';
import { type RenderOptions, renderOf } from '../../emit/render/render.ts';
import { stackOf } from '../../emit/stack/stack-file.ts';
import { checkComplete } from '../../plan/checks/complete.ts';
import type { Plan } from '../../plan/types.ts';
import { exitCodes } from '../exit-codes.ts';
import { type OwnOptions, ownOptions, swarmOptions } from '../options/own-options.ts';
import { exitCodeOf, reportBriefly, reportProblems } from '../report.ts';
import type { Session } from '../session.ts';
import { planned } from '../steps/plan-project.ts';
import { oneFactsFile, plannedSwarm } from '../steps/swarm/plan-swarm.ts';
import { notify } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

const examples = `
Examples:
  netcompose render > compose.plain.yaml
  netcompose render --external           for networks that exist
  netcompose render --override           what Compose is given
  netcompose render --provider           for a plain "docker compose up"
`;

export async function run(session: Session): Promise<number> {
  const options = ownOptions(session, (command) => {
    command
      .description('Print the project as one plain Compose file without x-netmode. Changes nothing.')
      .option('--override', 'print the override that is passed to Compose instead')
      .option('--external', 'refer to shared networks as external instead of defining them');
    command.option('--provider', 'with a service by which "docker compose up" makes the shims');
    swarmOptions(command, 'print a file for "docker stack deploy"');
    command.addHelpText('after', examples);
  });
  if (!options) return exitCodes.fine;
  if (options.values['swarm'] === true) return renderStack(session, options);
  const { override, external, provider } = options.values;
  if (provider === true && override === true)
    throw new UsageError('an override is for netcompose, which needs no provider', 'leave one of the two out');
  // The rendered file may be used anywhere; only the override is meant for the engine that runs here.
  const { plan, diagnostics } = await planned(session, oneFactsFile(options), { engine: override === true });
  if (plan && !diagnostics.hasErrors) checkComplete(plan, diagnostics.report);
  reportBriefly(session, diagnostics);
  if (!plan || diagnostics.hasErrors) return exitCodeOf(diagnostics.sorted());
  const rendering = { external: external === true };
  if (override === true) session.terminal.out(overrideOf(plan) ?? '{}\n');
  else if (provider === true) session.terminal.out(provided(session, plan, rendering));
  else session.terminal.out(renderOf(plan, rendering));
  return exitCodes.fine;
}

/** The rendered file with its provider; what that does not do is said. */
function provided({ terminal }: Session, plan: Plan, rendering: RenderOptions): string {
  const text = renderOf(plan, rendering);
  const whole = withProvider(text, plan, rendering);
  if (whole === undefined)
    notify(
      terminal,
      plan.shims.length === 0
        ? 'there is no shim to be made: the file has no provider'
        : '"services" or "networks" is a fragment of the file: the file has no provider',
    );
  if (plan.hooks.length > 0) notify(terminal, 'the hooks of x-netmode are not run by "docker compose up"');
  return whole ?? text;
}

async function renderStack(session: Session, options: OwnOptions): Promise<number> {
  if (['override', 'external', 'provider'].some((name) => options.values[name] === true))
    throw new UsageError('a stack has no override, and its shared networks are always external', 'use --swarm alone');
  const { swarm, diagnostics } = await plannedSwarm(session, options);
  const text = swarm && stackOf(swarm, diagnostics.report);
  reportProblems(session, diagnostics);
  if (text === undefined || diagnostics.hasErrors) return exitCodeOf(diagnostics.sorted());
  session.terminal.out(text);
  return exitCodes.fine;
}
