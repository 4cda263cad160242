/** Tables from path patterns (`services.*.ports`) to something, as a tree that is walked along with the model. */

export interface PatternNode<T> {
  readonly value?: T;
  readonly children: ReadonlyMap<string, PatternNode<T>>;
}

interface Building<T> {
  value?: T;
  readonly children: Map<string, Building<T>>;
}

/**
 * @param table patterns of keys joined by dots; `*` stands for any key, `[]` for the items of a list
 */
export function patternTree<T>(table: Readonly<Record<string, T>>): PatternNode<T> {
  const root: Building<T> = { children: new Map() };
  for (const [pattern, value] of Object.entries(table)) {
    let node = root;
    for (const part of pattern.split('.')) {
      let next = node.children.get(part);
      if (!next) node.children.set(part, (next = { children: new Map() }));
      node = next;
    }
    node.value = value;
  }
  return root;
}

/** The node one step further, or nothing where no pattern goes there. */
export function step<T>(node: PatternNode<T> | undefined, key: string): PatternNode<T> | undefined {
  return node && (node.children.get(key) ?? node.children.get('*'));
}
