/** Where a value stands in the model: a list of keys and indexes, never a string to be taken apart again. */

export type Path = readonly (string | number)[];

/** A path for people: `services.web.ports[0]`. */
export function formatPath(path: Path): string {
  let text = '';
  for (const part of path) text += typeof part === 'number' ? `[${part}]` : text === '' ? part : `.${part}`;
  return text;
}
