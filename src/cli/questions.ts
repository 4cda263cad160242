/** Questions on a real terminal. */
import { Interrupted } from './interrupt.ts';
import type { Choice } from './terminal.ts';

const atOnce = 12;

/** See `Questions.choose`. */
export async function choose<T>(message: string, choices: readonly Choice<T>[], preselected: T): Promise<T> {
  const { select } = await import('./prompts.ts');
  return answered(select<T>({ message, choices: [...choices], default: preselected, pageSize: atOnce, loop: false }));
}

/** See `Questions.confirm`. */
export async function confirm(message: string): Promise<boolean> {
  const prompts = await import('./prompts.ts');
  return answered(prompts.confirm({ message, default: true }));
}

/** Ctrl-C is an interrupt like any other. */
async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && error.name === 'ExitPromptError') throw new Interrupted('interrupted');
    throw error;
  }
}
