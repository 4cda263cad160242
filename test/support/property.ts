/** Laws on generated input: the same input in every run, and a failure that says what did not hold. */
import fc, { type IRawProperty } from 'fast-check';

/** Another number looks at other inputs. */
export const seed = Number(process.env['LAW_SEED'] ?? 20);

/** Checks a property; the message of a failure is the shrunk input and what was wrong with it. */
export function holds<Values>(property: IRawProperty<Values, false>, numRuns = 100): void {
  const { failed, counterexample, errorInstance } = fc.check(property, { seed, numRuns });
  if (!failed) return;
  const input = (counterexample as readonly unknown[] | null)
    ?.map((value) => (typeof value === 'string' ? value : fc.stringify(value)))
    .join('\n---\n');
  // uvu keeps what differs apart from the message.
  const details = (errorInstance as { readonly details?: string } | null)?.details ?? '';
  const error = errorInstance instanceof Error ? errorInstance.stack : String(errorInstance);
  throw new Error(`does not hold for\n${input}\n\n${error}\n${details}`);
}
