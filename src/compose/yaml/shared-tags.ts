/**
 * `!reset` and `!override` in text that is used in several places. Compose notes a tag's place while it walks over the
 * document, and takes what is tagged `!reset` out of the text there and then (`loader/reset.go`): whoever refers to the
 * collection around it finds neither the value nor the tag. Run with 2.26.1 and 2.40.3.
 */
import type { Tree } from '../tree.ts';

/** One for each document. */
export class SharedTags {
  readonly #byAlias = new Map<Tree, Tree>();
  readonly #inList = new Map<Tree, Tree>();

  /** What an alias of a value stands for: a tag of the value itself counts there too, a `!reset` within it does not. */
  behindAlias(tree: Tree): Tree {
    return within(tree, false, this.#byAlias);
  }

  /** An item of a list under `<<`: its place is inside a list, which names nothing, so that no tag in it counts. */
  inMergeList(tree: Tree): Tree {
    return within(tree, true, this.#inList);
  }
}

/** Each shared part is walked once, however often it is used. */
function within(tree: Tree, untagged: boolean, known: Map<Tree, Tree>): Tree {
  if (tree.kind === 'scalar') return tree;
  const before = known.get(tree);
  if (before) return before;
  const inner = (value: Tree): Tree => {
    const { tag, ...bare } = within(value, untagged, known);
    return tag && !untagged ? { ...bare, tag } : bare;
  };
  const after: Tree =
    tree.kind === 'sequence'
      ? { ...tree, items: tree.items.filter(isKept).map(inner) }
      : {
          ...tree,
          entries: new Map(
            [...tree.entries]
              .filter(([, { value }]) => isKept(value))
              .map(([key, entry]) => [key, { ...entry, value: inner(entry.value) }]),
          ),
        };
  known.set(tree, after);
  return after;
}

const isKept = ({ tag }: Tree) => tag !== '!reset';
