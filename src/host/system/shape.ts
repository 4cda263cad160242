/** Whether data from outside is what it should be, as far as netcompose reads it. Pure. */

/**
 * What stands at a place: text, a number, yes or no, a list, an object by its keys, or one of any keys. A key that ends
 * in `!` must be there; any other may be missing or null. What is not named may be anything.
 */
export type Shape =
  | 'text'
  | 'number'
  | 'boolean'
  | { readonly list: Shape }
  | { readonly each: Shape }
  | { readonly keys: Readonly<Record<string, Shape>> };

/**
 * Where data first is something else.
 *
 * @returns such as `[0].Name is missing`, or `it is not a list`; nothing where all fits
 */
export function misfit(value: unknown, shape: Shape, place = ''): string | undefined {
  const here = place || 'it';
  if (shape === 'text') return typeof value === 'string' ? undefined : `${here} is not text`;
  if (shape === 'number' || shape === 'boolean')
    return typeof value === shape ? undefined : `${here} is not ${shape === 'number' ? 'a number' : 'true or false'}`;
  if ('list' in shape) {
    if (!Array.isArray(value)) return `${here} is not a list`;
    return first(value.map((one, index) => () => misfit(one, shape.list, `${place}[${index}]`)));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${here} is not an object`;
  const object = value as Readonly<Record<string, unknown>>;
  const inside = (key: string) => (/^[\w-]+$/.test(key) ? `${place}.${key}` : `${place}["${key}"]`).replace(/^\./, '');
  if ('each' in shape)
    return first(
      Object.entries(object).map(
        ([key, one]) =>
          () =>
            misfit(one, shape.each, inside(key)),
      ),
    );
  return first(
    Object.entries(shape.keys).map(([said, one]) => () => {
      const key = said.replace(/!$/, '');
      const found = Object.hasOwn(object, key) ? object[key] : undefined;
      if (found !== undefined && found !== null) return misfit(found, one, inside(key));
      return said === key ? undefined : `${inside(key)} is missing`;
    }),
  );
}

function first(looks: readonly (() => string | undefined)[]): string | undefined {
  for (const look of looks) {
    const found = look();
    if (found !== undefined) return found;
  }
  return undefined;
}
