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
export function misfit(value: unknown, shape: Shape): string | undefined {
  const found = look(value, shape);
  return found && `${found.place.replace(/^\./, '') || 'it'} ${found.says}`;
}

interface Misfit {
  /** From the value that was looked at: `[0].Name`. */
  readonly place: string;
  readonly says: string;
}

const misfitHere = (says: string): Misfit => ({ place: '', says });

/** An engine's answer is long, and mostly fits: a place is put together only where something does not. */
function look(value: unknown, shape: Shape): Misfit | undefined {
  if (shape === 'text') return typeof value === 'string' ? undefined : misfitHere('is not text');
  if (shape === 'number') return typeof value === 'number' ? undefined : misfitHere('is not a number');
  if (shape === 'boolean') return typeof value === 'boolean' ? undefined : misfitHere('is not true or false');
  if ('list' in shape) {
    if (!Array.isArray(value)) return misfitHere('is not a list');
    for (const [index, one] of value.entries()) {
      const found = look(one, shape.list);
      if (found) return { ...found, place: `[${index}]${found.place}` };
    }
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return misfitHere('is not an object');
  const object = value as Readonly<Record<string, unknown>>;
  if ('each' in shape) {
    for (const key of Object.keys(object)) {
      const found = look(object[key], shape.each);
      if (found) return { ...found, place: `${inside(key)}${found.place}` };
    }
    return undefined;
  }
  for (const said of Object.keys(shape.keys)) {
    const isNeeded = said.endsWith('!');
    const key = isNeeded ? said.slice(0, -1) : said;
    const one = Object.hasOwn(object, key) ? object[key] : undefined;
    const found =
      one !== undefined && one !== null
        ? look(one, shape.keys[said]!)
        : isNeeded
          ? misfitHere('is missing')
          : undefined;
    if (found) return { ...found, place: `${inside(key)}${found.place}` };
  }
  return undefined;
}

const inside = (key: string): string => (/^[\w-]+$/.test(key) ? `.${key}` : `["${key}"]`);
