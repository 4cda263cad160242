/** Not a test: the program, from its sources. */
import { main } from '../../src/cli/main.ts';

await main();
