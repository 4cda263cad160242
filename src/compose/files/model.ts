/**
 * One model out of several files: each document is filled in, extended, completed by its includes and merged in order.
 */
import type { Located as Said, Span } from '../../diagnostics/source.ts';
import { mergeModels } from '../merge/merge.ts';
import { checkPorts } from '../project/ports.ts';
import { checkShape } from '../schema/check.ts';
import { composeFile } from '../schema/compose-file.ts';
import { describe, type Mapping, type Tree } from '../tree.ts';
import { interpolate } from '../variables/interpolate.ts';
import { applyExtends } from './extends.ts';
import { applyIncludes } from './include.ts';
import type { Scope } from './reader.ts';
import { applyDrops, takeTags } from './reset-tags.ts';

/** Deeper is a mistake; circles have been reported before. */
const includeDepth = 100;

/**
 * Loads files into one merged model, as Compose does file by file.
 *
 * @param paths with the place that names each, where it is in a file
 * @returns nothing where no file could be read
 */
export function loadModel(
  paths: readonly (Said<string> | { readonly value: string; readonly span?: undefined })[],
  scope: Scope,
): Mapping | undefined {
  let model: Mapping | undefined;
  for (const { value: path, span } of paths) {
    const parsed = scope.reader.yaml(path, span);
    if (!parsed) continue;
    for (const tree of parsed.trees) {
      if (model) checkPorts(model, scope.reader.report);
      const document = prepare(tree, parsed.tagged, path, scope, model);
      if (!document) continue;
      model = document;
      checkShape(model, composeFile, scope.reader.report);
    }
  }
  return model;
}

function prepare(
  tree: Tree,
  tagged: boolean,
  file: string,
  scope: Scope,
  before: Mapping | undefined,
): Mapping | undefined {
  const { report } = scope.reader;
  if (tree.kind !== 'mapping') {
    report('compose/invalid-model', placeOf(tree.span), `the file must be a mapping, not ${describe(tree)}`);
    return undefined;
  }
  // Nobody reads what is reset, and the variables in it need not be set.
  const tags = tagged ? takeTags(tree) : undefined;
  const document = interpolate(tags?.tree ?? tree, (name) => scope.variables.get(name), report) as Mapping;
  const extended = applyExtends(document, tags?.drops, file, scope);
  const base = before && tags ? applyDrops(before, tags.drops) : before;
  const whole = scope.including.length < includeDepth ? applyIncludes(extended, file, scope, loadModel) : extended;
  return base ? mergeModels(base, whole, report) : whole;
}

function placeOf(span: Span): Span {
  return span.end > span.start ? span : { ...span, end: Math.min(span.start + 1, span.source.text.length) };
}
