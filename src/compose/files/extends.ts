/** `extends`: each service over the one it names, in this file or another, down the whole chain. */
import { posix } from 'node:path';
import type { Span } from '../../diagnostics/source.ts';
import { didYouMean } from '../../diagnostics/suggest.ts';
import { mergeModels, mergeService } from '../merge/merge.ts';
import { at, describe, type Entry, type Mapping, type Tree } from '../tree.ts';
import { interpolate } from '../variables/interpolate.ts';
import { isRemote, type Scope } from './reader.ts';
import { rebasedService } from './relative-paths.ts';
import { applyDrops, type Drops, dropsAt, takeTags } from './reset-tags.ts';

/** The services of one file, as far as they are worked out. */
interface Unit {
  readonly file: string;
  /** Absolute; `file:` of its services starts here. */
  readonly directory: string;
  readonly services: Mapping;
  readonly drops: Drops | undefined;
  readonly done: Map<string, Tree>;
}

interface Link {
  readonly file: string;
  readonly service: string;
}

/**
 * The document with every `extends` followed. One that cannot be stays, so that nobody misses what it would have
 * brought.
 *
 * Reports `compose/invalid-model` (no such service, a circle), `compose/missing-file`, `compose/remote-include`.
 */
export function applyExtends(document: Mapping, drops: Drops | undefined, file: string, scope: Scope): Mapping {
  const services = at(document, 'services');
  if (services?.kind !== 'mapping') return document;
  const units = new Map<string, Unit | undefined>();
  const thisFile: Unit = { file, directory: scope.directory, services, drops, done: new Map() };
  let entries: Map<string, Entry> | undefined;
  for (const entry of services.entries.values()) {
    if (at(entry.value, 'extends') === undefined) continue;
    const value = resolve(entry.key, thisFile, []);
    if (value !== entry.value) (entries ??= new Map(services.entries)).set(entry.key, { ...entry, value });
  }
  if (!entries) return document;
  const all = new Map(document.entries);
  all.set('services', { ...all.get('services')!, value: { ...services, entries } });
  return { ...document, entries: all };

  function resolve(name: string, unit: Unit, chain: readonly Link[]): Tree {
    const known = unit.done.get(name);
    if (known) return known;
    const service = unit.services.entries.get(name)!.value;
    const result = service.kind === 'mapping' ? extended(service, name, unit, chain) : service;
    unit.done.set(name, result);
    return result;
  }

  function extended(service: Mapping, name: string, unit: Unit, chain: readonly Link[]): Mapping {
    const reference = referenceOf(service, unit);
    if (!reference) return service;
    const { span, target, file } = reference;
    const link = { file: unit.file, service: name };
    const start = chain.findIndex((before) => before.file === link.file && before.service === link.service);
    if (start >= 0) {
      const circle = [...chain.slice(start), link].map((each) => `"${each.service}"`).join(' extends ');
      scope.reader.report('compose/invalid-model', span, `services extend each other in a circle: ${circle}`);
      return service;
    }
    const from = file ? fileUnit(file.path, file.span) : unit;
    if (!from) return service;
    const base = from.services.entries.get(target);
    if (!base) {
      scope.reader.report(
        'compose/invalid-model',
        span,
        `"${name}" extends "${target}", which "${posix.basename(from.file)}" does not have`,
        {
          help: didYouMean(
            target,
            [...from.services.entries.keys()].filter((other) => from !== unit || other !== name),
          ),
        },
      );
      return service;
    }
    const without = withoutExtends(service);
    const resolved = resolve(target, from, [...chain, link]);
    if (resolved.kind !== 'mapping') {
      // Compose takes a service without content as nothing to extend.
      if (!(resolved.kind === 'scalar' && resolved.value === null)) {
        scope.reader.report(
          'compose/invalid-model',
          base.keySpan,
          `"services.${target}" must be a mapping, not ${describe(resolved)}`,
        );
      }
      return without;
    }
    const moved = rebasedService(resolved, from.directory, unit.directory);
    const dropped = dropsAt(unit.drops, 'services', name);
    return mergeService(dropped ? applyDrops(moved, dropped) : moved, without, name, scope.reader.report);
  }

  function referenceOf(
    service: Mapping,
    unit: Unit,
  ): { span: Span; target: string; file?: { path: string; span: Span } } | undefined {
    const extend = service.entries.get('extends');
    if (!extend) return undefined;
    const target = extend.value.kind === 'mapping' ? at(extend.value, 'service') : extend.value;
    // A wrong type or a missing name is reported by the check of the schema.
    if (target?.kind !== 'scalar' || typeof target.value !== 'string') return undefined;
    const named = at(extend.value, 'file');
    if (named?.kind !== 'scalar' || typeof named.value !== 'string') return { span: target.span, target: target.value };
    if (isRemote(named.value)) {
      scope.reader.report('compose/remote-include', named.span, `"${named.value}" is not on this machine`);
      return undefined;
    }
    return {
      span: target.span,
      target: target.value,
      file: { path: posix.resolve(unit.directory, named.value), span: named.span },
    };
  }

  function fileUnit(path: string, span: Span): Unit | undefined {
    const known = units.get(path);
    if (known || units.has(path)) return known;
    const unit = readUnit(path, span);
    units.set(path, unit);
    return unit;
  }

  function readUnit(path: string, span: Span): Unit | undefined {
    const parsed = scope.reader.yaml(path, span);
    if (!parsed) return undefined;
    let model: Mapping | undefined;
    let drops: Drops | undefined;
    for (const tree of parsed.trees) {
      const filled = interpolate(tree, (name) => scope.variables.get(name), scope.reader.report);
      const tags = parsed.tagged ? takeTags(filled) : undefined;
      const document = tags?.tree ?? filled;
      if (document.kind !== 'mapping') continue;
      drops = tags?.drops;
      model = model ? mergeModels(drops ? applyDrops(model, drops) : model, document, scope.reader.report) : document;
    }
    const services = at(model, 'services');
    if (services?.kind === 'mapping')
      return { file: path, directory: posix.dirname(path), services, drops, done: new Map() };
    scope.reader.report('compose/invalid-model', span, `"${path}" has no services`);
    return undefined;
  }
}

function withoutExtends(service: Mapping): Mapping {
  const entries = new Map(service.entries);
  entries.delete('extends');
  return { ...service, entries };
}
