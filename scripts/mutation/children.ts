/** Hands orders to the process in which mutants run, and starts another where it hangs. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cpuSecondsBelow, type Patience, watch } from '../../test/support/progress.ts';
import type { Answer, Order } from './child.ts';

/** The longest test takes a few seconds. */
const patience: Patience = { quietSeconds: 60, busySeconds: 40 };

type Ending = Exclude<Answer, { kind: 'moved' }> | { readonly kind: 'gone'; readonly why: string };

export interface Children {
  /** Carries out an order, in the process that has carried out the last one if it is still there. */
  readonly ask: (order: Order) => Promise<Ending>;
  readonly end: () => void;
}

export function children(bundle: string): Children {
  let child: ChildProcess | undefined;
  const start = () => {
    const { UPDATE_GOLDENS: _, ...env } = process.env;
    return fork(fileURLToPath(new URL('child.ts', import.meta.url)), [bundle], {
      execArgv: ['--import', 'tsx'],
      // What commands print that are tested would be all that is seen.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env,
    });
  };
  return {
    ask: (order) =>
      new Promise((done) => {
        const asked = (child ??= start());
        const end = (ending: Ending) => {
          progress.stop();
          asked.removeAllListeners();
          if (ending.kind === 'gone') {
            asked.kill('SIGKILL');
            child = undefined;
          }
          done(ending);
        };
        const progress = watch(
          () => cpuSecondsBelow(asked.pid!),
          patience,
          (why) => end({ kind: 'gone', why }),
        );
        asked.on('message', (answer: Answer) => (answer.kind === 'moved' ? progress.moved() : end(answer)));
        asked.on('error', ({ message }) => end({ kind: 'gone', why: message }));
        asked.on('exit', (code, signal) => end({ kind: 'gone', why: `it ended: ${code ?? signal}` }));
        asked.send(order);
      }),
    end: () => child?.disconnect(),
  };
}
