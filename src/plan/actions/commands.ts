/** Host actions as commands: what is printed is what is run. */
import { commandsOf, type HostAction, type Step } from './action.ts';

/** An action together with its commands. */
export function stepsOf(actions: readonly HostAction[]): readonly Step[] {
  return actions.map((action) => ({ action, ...commandsOf(action) }));
}

/**
 * The argument vector that does an action. Throws a `RangeError` for a name or value that could mean something else to
 * the command, which the plan must have refused before.
 */
export const commandOf = (action: HostAction): readonly string[] => commandsOf(action).command;

/** The argument vector that undoes exactly this action. Throws as `commandOf` does. */
export const undoOf = (action: HostAction): readonly string[] => commandsOf(action).undo;
