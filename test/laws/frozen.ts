/** Values that refuse to be changed. */

/** Maps are frozen by taking away what changes them; what a project keeps for later (`documents`) is left alone. */
export function frozen<T>(value: T, seen = new Set<unknown>()): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || seen.has(value)) return value;
  seen.add(value);
  if (value instanceof Map) {
    for (const method of ['set', 'delete', 'clear'] as const)
      Object.defineProperty(value, method, {
        value: () => {
          throw new TypeError(`${method} of a frozen map`);
        },
      });
    for (const inner of value.values()) frozen(inner, seen);
  } else for (const [key, inner] of Object.entries(value)) if (key !== 'documents') frozen(inner, seen);
  return Object.freeze(value);
}
