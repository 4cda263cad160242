/** Questions to the person at the terminal. */
import { Interrupted } from './interrupt.ts';

export interface Choice<T> {
  readonly value: T;
  readonly name: string;
  /** Said below the list while this choice is the one that is pointed at. */
  readonly description?: string;
}

/** Asks the person at the terminal. Both throw `Interrupted` where the answer is Ctrl-C. */
export interface Questions {
  /** @param preselected what Enter alone answers */
  choose<T>(question: string, choices: readonly Choice<T>[], preselected: T): Promise<T>;
  /** Enter alone answers yes. */
  confirm(question: string): Promise<boolean>;
  /** The same, but the answer is no once the end has come, or the terminal has gone. */
  confirmBefore(end: AbortSignal, question: string): Promise<boolean>;
}

const atOnce = 12;

/** On a real terminal. What draws the questions is loaded with the first one. */
export const terminalQuestions: Questions = {
  async choose(message, choices, preselected) {
    const { select } = await import('./prompts.ts');
    return answered(select({ message, choices: [...choices], default: preselected, pageSize: atOnce, loop: false }));
  },
  async confirm(message) {
    const prompts = await import('./prompts.ts');
    return answered(prompts.confirm({ message, default: true }));
  },
  /** On a plain line: what draws the others sets the terminal's mode, and fails where the terminal has gone. */
  async confirmBefore(end, question) {
    const { createInterface } = await import('node:readline');
    const { stdin, stdout } = process;
    stdout.write(`${question} [Y/n] `);
    const lines = createInterface({ input: stdin, terminal: false });
    // Also afterwards: the news of a terminal that has gone may come twice.
    stdin.on('error', () => lines.close());
    try {
      return await new Promise<boolean>((resolve) => {
        const no = () => resolve(false);
        lines.once('line', (line) => resolve(/^(y(es)?)?$/i.test(line.trim())));
        lines.once('close', no);
        end.addEventListener('abort', no, { once: true });
        if (end.aborted) no();
      });
    } finally {
      lines.close();
    }
  },
};

/** Ctrl-C is an interrupt like any other. */
async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && error.name === 'ExitPromptError') throw new Interrupted('interrupted');
    throw error;
  }
}
