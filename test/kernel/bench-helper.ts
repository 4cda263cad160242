/** Not a test: netcompose from its source, with the arguments given. */
import { main } from '../../src/cli/main.ts';

await main();
