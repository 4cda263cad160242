/** `netcompose facts`: what was observed of this host and its engine. */

import { safeJson } from '../../diagnostics/format/safe.ts';
import { composeVersion, findCompose } from '../../host/engine/find-compose.ts';
import { observeEngine } from '../../host/observe/engine-facts.ts';
import { observeHost } from '../../host/observe/host-facts.ts';
import type { Facts } from '../../plan/facts/facts.ts';
import { imagesNamed } from '../../plan/wanted-facts.ts';
import { exitCodes } from '../exit-codes.ts';
import { ownOptions } from '../options/own-options.ts';
import type { Session } from '../session.ts';
import { readProject } from '../steps/read-project.ts';

const examples = `
Examples:
  netcompose facts > server.json         there; then here:
  netcompose plan --facts server.json
  netcompose facts | jq .host.interfaces
`;

export async function run(session: Session): Promise<number> {
  const options = ownOptions(
    session,
    (command) =>
      void command
        .description('Print what was observed of this host and its engine, for --facts elsewhere.')
        .addHelpText('after', examples),
  );
  if (!options) return exitCodes.fine;
  const { host, terminal, progress } = session;
  const compose = findCompose(host);
  // Whether there is a project here, and whether it is correct, does not matter.
  const { intents } = readProject(session);
  const images = intents ? imagesNamed(intents) : [];
  const [hostFacts, engine, version] = await progress.during('Host and engine', 'Looking', () =>
    Promise.all([
      observeHost(host, { lan: true, sockets: true }),
      observeEngine(host, { images }),
      compose && composeVersion(host, compose),
    ]),
  );
  const facts: Facts = {
    version: 1,
    host: hostFacts,
    ...(engine.kind === 'reached' && { engine: engine.facts }),
    ...(version !== undefined && { compose: { version } }),
  };
  terminal.out(`${safeJson(facts)}\n`);
  return exitCodes.fine;
}
