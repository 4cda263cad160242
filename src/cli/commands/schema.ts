/** `netcompose schema`: the JSON Schema of `x-netmode`, for editors. */
import schema from '../../../schema/x-netmode.schema.json' with { type: 'json' };
import { exitCodes } from '../exit-codes.ts';
import { ownOptions } from '../options/own-options.ts';
import type { Session } from '../session.ts';

const examples = `
Examples:
  netcompose schema > x-netmode.schema.json
`;

export async function run(session: Session): Promise<number> {
  const options = ownOptions(session, (command) =>
    command.description('Print the JSON Schema of x-netmode.').addHelpText('after', examples),
  );
  if (options) session.terminal.out(`${JSON.stringify(schema, null, 2)}\n`);
  return exitCodes.fine;
}
