/** Not a test: attaches the command it is given, for the tests of `attach`. */
import { realHost } from '../../../src/host/system/real-host.ts';

const input = process.env['ATTACH_INPUT'];
const code = await realHost().attach(process.argv.slice(2), {
  ...(input !== undefined && { input }),
  ...(process.env['ATTACH_ENDS'] && { endsAtSecondInterrupt: true }),
});
process.exit(code);
