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
  /**
   * Enter alone answers yes.
   *
   * @param end the answer is no once this has come
   */
  confirm(question: string, end?: AbortSignal): Promise<boolean>;
}

const atOnce = 12;

/** On a real terminal. What draws the questions is loaded with the first one. */
export const terminalQuestions: Questions = {
  async choose(message, choices, preselected) {
    const { select } = await import('./prompts.ts');
    return answered(select({ message, choices: [...choices], default: preselected, pageSize: atOnce, loop: false }));
  },
  async confirm(message, end) {
    const prompts = await import('./prompts.ts');
    try {
      return await answered(prompts.confirm({ message, default: true }, end && { signal: end }));
    } catch (error) {
      if (error instanceof Error && error.name === 'AbortPromptError') return false;
      throw error;
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
