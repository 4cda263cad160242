/** `netcompose doctor`: is this host fit for each netmode, and if not, why and what to do; changes nothing. */
import { safeJson } from '../../diagnostics/format/safe.ts';
import { doctorText } from '../../emit/text/doctor-text.ts';
import { composeVersion, findCompose } from '../../host/engine/find-compose.ts';
import { observeEngine } from '../../host/observe/engine-facts.ts';
import { observeHost } from '../../host/observe/host-facts.ts';
import { diagnose } from '../../plan/doctor/doctor.ts';
import type { Facts } from '../../plan/facts/facts.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatOption, ownOptions } from '../options/own-options.ts';
import type { Session } from '../session.ts';
import { readFacts } from '../steps/observe/observe.ts';
import { notify } from '../terminal.ts';

const examples = `
Examples:
  netcompose doctor
  netcompose doctor --parent wlan0
  netcompose facts > server.json         there; then here:
  netcompose doctor --facts server.json
`;

export async function run(session: Session): Promise<number> {
  const options = ownOptions(session, (command) => {
    command
      .description(
        'Say for each netmode whether it works on this host, and if not, why and what to do. Changes nothing.',
      )
      .option('--parent <interface>', 'the interface to judge; that of the default route unless given')
      .option('--facts <file>', 'judge another host, by its facts made there with "netcompose facts"')
      .addOption(formatOption(['text', 'json']))
      .addHelpText('after', examples);
  });
  if (!options) return exitCodes.fine;
  const { terminal } = session;
  const file = options.values['facts'] as string | undefined;
  const facts =
    file === undefined
      ? await session.progress.during('Host and engine', 'Looking', () => observe(session))
      : await readFacts(session, file);
  const diagnosis = diagnose(facts, options.values['parent'] as string | undefined);
  terminal.out(
    options.values['format'] === 'json'
      ? `${safeJson({ version: 1, ...diagnosis })}\n`
      : doctorText(diagnosis, terminal.columns),
  );
  return facts.engine ? exitCodes.fine : exitCodes.engine;
}

async function observe({ host, terminal }: Session): Promise<Facts> {
  const compose = findCompose(host);
  const [hostFacts, engine, version] = await Promise.all([
    observeHost(host, { lan: true }),
    observeEngine(host),
    compose && composeVersion(host, compose),
  ]);
  if (engine.kind === 'unreachable') notify(terminal, engine.message, engine.help);
  return {
    version: 1,
    host: hostFacts,
    ...(engine.kind === 'reached' && { engine: engine.facts }),
    ...(version !== undefined && { compose: { version } }),
  };
}
