/** `netcompose check`: diagnostics only; nothing is touched. */
import { Option } from 'commander';
import { type FormatName, formatNames, formats } from '../../diagnostics/format/formats.ts';
import { withoutIgnored } from '../../diagnostics/ignore.ts';
import { checkSudo } from '../../plan/checks/privilege.ts';
import { exitCodes } from '../exit-codes.ts';
import { factsOptions, formatOption, ownOptions } from '../options/own-options.ts';
import { exitCodeOf } from '../report.ts';
import type { Session } from '../session.ts';
import { planned } from '../steps/plan-project.ts';

const examples = `
Examples:
  netcompose check                       on this host, with its engine
  netcompose check --offline --format github   in a CI
  netcompose -f other.yaml check --probe
`;

export async function run(session: Session): Promise<number> {
  const options = ownOptions(session, (command) => {
    command
      .description('Find every conflict before anything starts. Changes nothing.')
      .addOption(formatOption(formatNames))
      .addOption(
        new Option('--probe', 'ask the LAN whether somebody has the fixed addresses').conflicts(['offline', 'facts']),
      );
    factsOptions(command);
    command.addHelpText('after', examples);
  });
  if (!options) return exitCodes.fine;
  const { values } = options;
  const { diagnostics, plan, facts } = await planned(session, options, { probe: values['probe'] === true });
  // In a file they are another host's, or another user's.
  if (plan && facts && values['facts'] === undefined) checkSudo(plan, facts, diagnostics.report);
  const shown = withoutIgnored(diagnostics.sorted());
  const { host, terminal } = session;
  const { color, columns } = terminal;
  const look = { cwd: host.cwd, color: color.out, ...(columns !== undefined && { columns }) };
  terminal.out(formats[values['format'] as FormatName](shown, look));
  return exitCodeOf(shown);
}
