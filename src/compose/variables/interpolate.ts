/** Fills variables into the strings of one document, and reads strings as what their place needs (`replicas: "3"`). */
import type { Report } from '../../diagnostics/diagnostic.ts';
import type { Span } from '../../diagnostics/source.ts';
import { type PatternNode, patternTree, step } from '../patterns.ts';
import type { Entry, Primitive, Scalar, Tree } from '../tree.ts';
import { type Lookup, substitute, type TemplateFaults } from './template.ts';

type Cast = 'integer' | 'float' | 'boolean';

/** Compose casts at these places, and nowhere else: a string elsewhere stays one (`loader/interpolate.go`). */
const casts: PatternNode<Cast> = patternTree<Cast>({
  'services.*.cpu_count': 'integer',
  'services.*.cpu_percent': 'float',
  'services.*.cpu_period': 'integer',
  'services.*.cpu_quota': 'integer',
  'services.*.cpu_rt_period': 'integer',
  'services.*.cpu_rt_runtime': 'integer',
  'services.*.cpu_shares': 'integer',
  'services.*.cpus': 'float',
  'services.*.init': 'boolean',
  'services.*.deploy.replicas': 'integer',
  'services.*.deploy.update_config.parallelism': 'integer',
  'services.*.deploy.update_config.max_failure_ratio': 'float',
  'services.*.deploy.rollback_config.parallelism': 'integer',
  'services.*.deploy.rollback_config.max_failure_ratio': 'float',
  'services.*.deploy.restart_policy.max_attempts': 'integer',
  'services.*.deploy.placement.max_replicas_per_node': 'integer',
  'services.*.healthcheck.retries': 'integer',
  'services.*.healthcheck.disable': 'boolean',
  'services.*.oom_kill_disable': 'boolean',
  'services.*.oom_score_adj': 'integer',
  'services.*.pids_limit': 'integer',
  'services.*.ports.[].target': 'integer',
  'services.*.privileged': 'boolean',
  'services.*.read_only': 'boolean',
  'services.*.scale': 'integer',
  'services.*.stdin_open': 'boolean',
  'services.*.tty': 'boolean',
  'services.*.ulimits.*': 'integer',
  'services.*.ulimits.*.hard': 'integer',
  'services.*.ulimits.*.soft': 'integer',
  'services.*.volumes.[].read_only': 'boolean',
  'services.*.volumes.[].volume.nocopy': 'boolean',
  'networks.*.external': 'boolean',
  'networks.*.internal': 'boolean',
  'networks.*.attachable': 'boolean',
  'networks.*.enable_ipv4': 'boolean',
  'networks.*.enable_ipv6': 'boolean',
  'volumes.*.external': 'boolean',
  'secrets.*.external': 'boolean',
  'configs.*.external': 'boolean',
});

const booleans: Readonly<Record<string, boolean>> = {
  true: true,
  y: true,
  yes: true,
  on: true,
  false: false,
  n: false,
  no: false,
  off: false,
};

/**
 * The tree with its variables filled in; parts in which nothing changes are kept as they are.
 *
 * Reports `compose/unset-variable` (a warning, or an error for `${NAME:?}`), and `compose/invalid-model` for a template
 * or a value that cannot be read.
 */
export function interpolate(tree: Tree, lookup: Lookup, report: Report): Tree {
  return walk(tree, casts);

  function walk(value: Tree, place: PatternNode<Cast> | undefined): Tree {
    switch (value.kind) {
      case 'scalar':
        return typeof value.value === 'string' ? scalar(value, value.value, place?.value) : value;
      case 'sequence': {
        const below = place?.children.get('[]');
        let items: Tree[] | undefined;
        for (let i = 0; i < value.items.length; i++) {
          const item = walk(value.items[i]!, below);
          if (item !== value.items[i]) (items ??= [...value.items])[i] = item;
        }
        return items ? { ...value, items } : value;
      }
      case 'mapping': {
        let entries: Map<string, Entry> | undefined;
        for (const entry of value.entries.values()) {
          const changed = walk(entry.value, step(place, entry.key));
          if (changed !== entry.value)
            (entries ??= new Map(value.entries)).set(entry.key, { ...entry, value: changed });
        }
        return entries ? { ...value, entries } : value;
      }
    }
  }

  function scalar(tree: Scalar, text: string, cast: Cast | undefined): Scalar {
    const filled = text.includes('$') ? fill(text, tree.span) : text;
    // The text as written says more in what follows than half of it.
    if (filled === undefined) return tree;
    const value = cast ? read(filled, cast, tree.span) : filled;
    if (value === text) return tree;
    return filled === text ? { ...tree, value } : { ...tree, value, raw: tree.raw ?? text };
  }

  function fill(text: string, span: Span): string | undefined {
    let failed = false;
    const filled = substitute(
      text,
      lookup,
      templateFaults(span, report, () => (failed = true)),
    );
    return failed ? undefined : filled;
  }

  function read(text: string, cast: Cast, span: Span): Primitive {
    if (cast === 'boolean') {
      const value = Object.hasOwn(booleans, text.toLowerCase()) ? booleans[text.toLowerCase()] : undefined;
      if (value !== undefined) return value;
      report('compose/invalid-model', span, `"${text}" is not a boolean`, { help: 'write true or false' });
      return text;
    }
    const pattern = cast === 'integer' ? /^[-+]?[0-9]+$/ : /^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/;
    if (pattern.test(text)) return Number(text);
    report('compose/invalid-model', span, `"${text}" is not ${cast === 'integer' ? 'a whole number' : 'a number'}`);
    return text;
  }
}

/** Template faults as diagnostics at one place; `fail` is called for those that are errors. */
export function templateFaults(span: Span, report: Report, fail?: () => void): TemplateFaults {
  return {
    unset: (name) =>
      report('compose/unset-variable', span, `"${name}" is not set and becomes an empty string`, {
        severity: 'warning',
        help: `set ${name}, or write a default: \${${name}:-}`,
      }),
    missing: (name, reason) => {
      fail?.();
      report('compose/unset-variable', span, reason ? `"${name}" must be set: ${reason}` : `"${name}" must be set`, {
        help: `set ${name} in the environment or in .env`,
      });
    },
    invalid: (template) => {
      fail?.();
      report('compose/invalid-model', span, `"${template}" is not a valid template`, {
        help: `write \${NAME} or \${NAME:-default}; a literal $ is written $$`,
      });
    },
  };
}
