/** `netcompose advise`: a netmode for each service, with its reason; changes nothing. */
import { adviceJson, adviceText } from '../../../emit/text/advice-text.ts';
import { adviceFor } from '../../../plan/advise/advice.ts';
import { exitCodes } from '../../exit-codes.ts';
import { factsOptions, formatOption, ownOptions } from '../../options/own-options.ts';
import { exitCodeOf, reportProblems } from '../../report.ts';
import type { Session } from '../../session.ts';
import { factsForAdvice } from '../../steps/advise/facts-for-advice.ts';
import { readProject } from '../../steps/read-project.ts';

const examples = `
Examples:
  netcompose advise                      each service, on this host
  netcompose advise --facts server.json  on another host
  netcompose annotate --suggest          write it into your files
`;

export async function run(session: Session): Promise<number> {
  const options = ownOptions(session, (command) => {
    command
      .description('Say for each service which netmode fits and why, from what the files and this host show.')
      .addOption(formatOption(['text', 'json']));
    factsOptions(command);
    command.addHelpText('after', examples);
  });
  if (!options) return exitCodes.fine;
  const { project, diagnostics } = readProject(session);
  // Of a file that is misread, advice would be about something else.
  if (!project || diagnostics.hasErrors) {
    reportProblems(session, diagnostics);
    return exitCodeOf(diagnostics.sorted());
  }
  const advice = adviceFor(project, await factsForAdvice(session, options.values));
  const { out, columns } = session.terminal;
  out(options.values['format'] === 'json' ? adviceJson(project.name, advice) : adviceText(advice, columns));
  return exitCodes.fine;
}
