/** Targets that fail in every way that there is: for the test of what tells of it. */
import fc from 'fast-check';
import { type Target, target } from './target.ts';

const word = fc.string({ minLength: 1, maxLength: 9 });

export const targetsWith = (): readonly Target[] => [
  target('holds', 10, word, () => undefined),
  target('fails', 10, fc.array(fc.nat(9), { maxLength: 9 }), (numbers) => {
    if (numbers.some((number) => number > 4)) throw new Error('a number above \u001b[31m4');
  }),
  target('goes round for ever', 10, word, () => {
    for (;;);
  }),
  target('waits for ever', 10, word, () => new Promise<void>((resolve) => setTimeout(resolve, 3_600_000))),
  target('ends the process', 10, word, () => process.abort()),
  target('takes all memory', 10, word, () => {
    const kept: unknown[] = [];
    for (;;) kept.push(new Array(100_000).fill(0.5));
  }),
];
