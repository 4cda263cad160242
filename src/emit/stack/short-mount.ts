/** `SOURCE:TARGET:OPTIONS` of a service's `volumes`, as `docker stack deploy` reads it. */
import type { Tree } from '../../compose/tree.ts';
import { mountOptions } from './stack-shape.ts';
import { scalar } from './trees.ts';

/** Without the options that a stack reads and forgets: `z` and `Z` label a folder for SELinux. */
export function shortMount(tree: Tree): { readonly tree: Tree; readonly dropped: readonly string[] } {
  const [, places, words] = tree.kind === 'scalar' ? (parts.exec(String(tree.value)) ?? []) : [];
  if (words === undefined || words.includes('$')) return { tree, dropped: [] };
  const options = words.split(',');
  const kept = options.filter((option) => mountOptions.has(option));
  const dropped = options.filter((option) => !mountOptions.has(option));
  if (dropped.length === 0) return { tree, dropped };
  return { tree: scalar([places, ...(kept.length > 0 ? [kept.join(',')] : [])].join(':'), tree.span), dropped };
}

/** A variable may have colons of its own. */
const part = /(?:\$\{[^}]*\}|[^:])+/.source;
const parts = new RegExp(`^(${part}:${part}):([^:/]+)$`);
