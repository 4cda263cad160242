/**
 * Docker's, Compose's and the kernel's own error texts on networking, as measured and as they stand in moby's and
 * compose's sources.
 */
import { addressErrors } from './errors/address-errors.ts';
import { engineErrors } from './errors/engine-errors.ts';
import type { ErrorRow, Explanation } from './errors/error-row.ts';
import { fileErrors } from './errors/file-errors.ts';
import { namespaceErrors } from './errors/namespace-errors.ts';
import { parentErrors } from './errors/parent-errors.ts';
import { portErrors } from './errors/port-errors.ts';

/** The first that fits decides: the particular stand before the general. */
export const errorRows: readonly ErrorRow[] = [
  ...portErrors,
  ...parentErrors,
  ...addressErrors,
  ...namespaceErrors,
  ...engineErrors,
  ...fileErrors,
];

/** @returns what an error text means; `undefined` where it is not known */
export function explainError(text: string): Explanation | undefined {
  const line = text.replace(/\s+/g, ' ');
  for (const { text: pattern, explain } of errorRows) {
    const match = pattern.exec(line);
    if (match) return explain(match.groups ?? {});
  }
  return undefined;
}

/** @returns the known errors of which a text is a part, as somebody remembers it: in any case of letters */
export function errorsThatSay(text: string): readonly ErrorRow[] {
  const part = text.trim().replace(/\s+/g, ' ').toLowerCase();
  return part.includes(' ') ? errorRows.filter(({ example }) => example.toLowerCase().includes(part)) : [];
}
