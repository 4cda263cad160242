/** The project's name: `-p`, `COMPOSE_PROJECT_NAME`, the last `name:` of its files, its directory's name. */
import { posix } from 'node:path';
import type { LoadOptions } from '../input.ts';
import { at, type Tree } from '../tree.ts';
import { templateFaults } from '../variables/interpolate.ts';
import { substitute } from '../variables/template.ts';
import type { Located } from './locate.ts';
import type { Reader } from './reader.ts';

/** Reports `compose/invalid-model` where there is no valid name; gives one all the same. */
export function projectName(options: LoadOptions, located: Located, trees: readonly Tree[], reader: Reader): string {
  const given = options.projectName || located.variables.get('COMPOSE_PROJECT_NAME');
  if (given) {
    if (given !== normalized(given)) {
      reader.report('compose/invalid-model', undefined, `"${given}" is not a project name`, {
        help:
          normalized(given) === ''
            ? 'use lower-case letters, digits, "_" and "-"'
            : `did you mean "${normalized(given)}"?`,
      });
    }
    return normalized(given) || 'default';
  }
  const written = trees
    .map((tree) => at(tree, 'name'))
    .findLast((tree) => tree?.kind === 'scalar' && tree.value !== null && tree.value !== '');
  if (written?.kind !== 'scalar') return normalized(posix.basename(located.directory)) || noName(reader, located);
  const name = normalized(
    substitute(String(written.value), (key) => located.variables.get(key), templateFaults(written.span, reader.report)),
  );
  if (name === '')
    reader.report('compose/invalid-model', written.span, `"${String(written.value)}" gives an empty project name`);
  return name || 'default';
}

function noName(reader: Reader, located: Located): string {
  reader.report('compose/invalid-model', undefined, `"${located.directory}" gives an empty project name`, {
    help: 'name the project with -p',
  });
  return 'default';
}

function normalized(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');
}
