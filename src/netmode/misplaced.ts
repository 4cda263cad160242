/** `x-netmode` where nobody reads it, and keys that were meant to be it: Compose takes any `x-*` and says nothing. */
import { formatPath, type Mapping, type Path, type Tree } from '../compose/tree.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';

const word = 'x-netmode';

/** What people call it from memory, without the signs between. */
const likely: ReadonlySet<string> = new Set([
  'xnetmode',
  'xnetmodes',
  'xnetworkmode',
  'xnetworkmodes',
  'xnetworksmode',
]);

/** Keys below which the names are the user's own: a label may be called anything. */
const free: ReadonlySet<string> = new Set([
  'annotations',
  'args',
  'content',
  'driver_opts',
  'environment',
  'labels',
  'options',
  'sysctls',
]);

/** The depth of the places that are read: the top level, and each service and network. */
function isPlace(path: Path): boolean {
  return path.length === 0 || (path.length === 2 && (path[0] === 'services' || path[0] === 'networks'));
}

/**
 * @param model the merged model; what stands below another `x-*` is a fragment, and its places are those where it is
 *   used
 * @param report gets `netmode/misplaced`, and `netmode/unknown-key` for what is nearly the word
 */
export function checkPlaces(model: Mapping, report: Report): void {
  walk(model, [], report);
}

/** @param path where the tree stands; one list for all, for a path of its own at each value would cost more */
function walk(tree: Tree, path: (string | number)[], report: Report): void {
  if (tree.kind === 'sequence') for (let i = 0; i < tree.items.length; i++) walkBelow(tree.items[i]!, i, path, report);
  if (tree.kind !== 'mapping') return;
  // Names of services, networks and the like are anybody's.
  const isSection = path.length === 1;
  for (const { key, keySpan, value } of tree.entries.values()) {
    const isExtension = !isSection && key.startsWith('x-');
    if (isExtension && key === word && !isPlace(path)) {
      report('netmode/misplaced', keySpan, `"${word}" means nothing in "${formatPath(path)}"`, {
        help: 'it belongs to the top level, a service or a network',
      });
    } else if (isExtension && key !== word && isMeant(key)) {
      const place = path.length === 0 ? 'at the top level' : `in "${formatPath(path)}"`;
      report('netmode/unknown-key', keySpan, `"${key}" means nothing ${place}`, {
        // At the top level it may be somebody's fragment.
        ...(path.length === 0 && { severity: 'warning' }),
        help: `did you mean "${word}"?`,
      });
    }
    if (!isExtension && !free.has(key)) walkBelow(value, key, path, report);
  }
}

function walkBelow(tree: Tree, step: string | number, path: (string | number)[], report: Report): void {
  if (tree.kind === 'scalar') return;
  path.push(step);
  walk(tree, path, report);
  path.pop();
}

function isMeant(key: string): boolean {
  const plain = key.toLowerCase().replaceAll(/[^a-z]/g, '');
  return likely.has(plain) || nearest(plain, ['xnetmode']) !== undefined;
}
