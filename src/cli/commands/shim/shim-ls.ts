/** `netcompose shim ls`: every shim of this host, and what is wrong with it; changes nothing. */
import sortBy from 'lodash/sortBy.js';
import { type ListedShim, shimsJson, shimsText } from '../../../emit/text/shims-text.ts';
import type { Release } from '../../../plan/actions/action.ts';
import { servedNetwork } from '../../../plan/facts/ownership.ts';
import { staleFault } from '../../../plan/shims/faults.ts';
import { exitCodes } from '../../exit-codes.ts';
import { formatOption, ownOptions } from '../../options/own-options.ts';
import type { Session } from '../../session.ts';
import { type Survey, surveyShims } from '../../steps/shims/survey-shims.ts';

const examples = `
Examples:
  netcompose shim ls
  netcompose shim ls --format json | jq '.shims[].faults'
`;

export async function run(session: Session): Promise<number> {
  const options = ownOptions(session, (command) => {
    command
      .description('List the shims of this host, and what is wrong with each. Exit code 1 if something is.')
      .addOption(formatOption(['text', 'json']))
      .addHelpText('after', examples);
  });
  if (!options) return exitCodes.fine;
  const shims = listed(await session.progress.during('Shims', 'Looking', () => surveyShims(session.host)));
  session.terminal.out(
    options.values['format'] === 'json' ? shimsJson(shims) : shimsText(shims, session.terminal.columns),
  );
  return shims.every(({ faults }) => faults.length === 0) ? exitCodes.fine : exitCodes.diagnostics;
}

/** While a container is away there is nothing to be mended because of it. */
const isGone = (one: Release): boolean => one.kind === 'neighbour' && one.isGone === true;

function listed({ shims, useless }: Survey): readonly ListedShim[] {
  return sortBy(
    [
      ...shims.map(({ plan, missing, stale }) => ({
        ...{ name: plan.name, network: plan.network, parent: plan.parent },
        ...{ plan, faults: [...missing, ...stale.filter((one) => !isGone(one)).map(staleFault)] },
      })),
      ...useless.map(({ link, fault }) => {
        const network = servedNetwork(link);
        return {
          name: link.name,
          ...(network !== undefined && { network }),
          ...(link.link !== undefined && { parent: link.link }),
          faults: [fault],
        };
      }),
    ],
    'name',
  );
}
