/** `netcompose schema`: the JSON Schema of `x-netmode`, for editors. */
import schema from '../../../schema/x-netmode.schema.json' with { type: 'json' };
import { exitCodes } from '../exit-codes.ts';
import { ownOptions } from '../options/own-options.ts';
import type { Session } from '../session.ts';

export async function run(session: Session): Promise<number> {
  const options = ownOptions(session, (command) => void command.description('Print the JSON Schema of x-netmode.'));
  if (options) session.terminal.out(`${JSON.stringify(schema, null, 2)}\n`);
  return exitCodes.fine;
}
