/**
 * `include`: other projects' models, loaded in their own directory with their own variables, then added to a document.
 */
import { posix } from 'node:path';
import type { Located as Said, Span } from '../../diagnostics/source.ts';
import { at, describe, type Entry, type Mapping, sameTree, type Tree } from '../tree.ts';
import { defaultEnvFile, withEnvFiles } from './environment.ts';
import { isRemote, type Scope } from './reader.ts';
import { rebased, settled } from './relative-paths.ts';

/** Loads files as one model: the way back from here to the phases that called. */
export type LoadFiles = (paths: readonly Said<string>[], scope: Scope) => Mapping | undefined;

const sections = ['services', 'volumes', 'networks', 'secrets', 'configs', 'models'] as const;

/**
 * The document with everything it includes, and without `include`.
 *
 * Reports `compose/invalid-model` (a circle, the same name twice), `compose/missing-file`, `compose/remote-include`.
 */
export function applyIncludes(document: Mapping, file: string, scope: Scope, loadFiles: LoadFiles): Mapping {
  const include = at(document, 'include');
  if (!include) return document;
  const { report } = scope.reader;
  const entries = new Map(document.entries);
  entries.delete('include');
  let model: Mapping = { ...document, entries };
  if (include.kind !== 'sequence') {
    const empty = include.kind === 'scalar' && include.value === null;
    if (!empty) report('compose/invalid-model', include.span, `"include" must be a list, not ${describe(include)}`);
    return model;
  }
  const imported = new Set<string>();
  for (const item of include.items) {
    const request = readRequest(item, scope);
    const main = request?.paths[0];
    if (!request || !main) continue;
    const circle = [...scope.including, file];
    if (circle.includes(main.value)) {
      const names = [...circle.slice(circle.indexOf(main.value)), main.value].map((path) => posix.basename(path));
      report('compose/invalid-model', main.span, `files include each other in a circle: ${names.join(', ')}`);
      continue;
    }
    const directory = request.directory ?? posix.dirname(main.value);
    const envFiles = request.envFiles.length > 0 ? request.envFiles : defaultEnvFile(directory, scope.reader);
    const variables = withEnvFiles(scope.variables, envFiles, scope.reader);
    const loaded = loadFiles(request.paths, { reader: scope.reader, directory, variables, including: circle });
    if (!loaded) continue;
    const onlyIncluded = (name: string) => (scope.variables.has(name) ? undefined : variables.get(name));
    const known = variables.size > scope.variables.size ? settled(loaded, onlyIncluded) : loaded;
    model = importInto(model, rebased(known, directory, scope.directory), imported, item.span, scope);
  }
  return model;
}

interface Request {
  readonly paths: readonly Said<string>[];
  readonly directory?: string;
  readonly envFiles: readonly { readonly path: string; readonly named: Span }[];
}

function readRequest(item: Tree, scope: Scope): Request | undefined {
  const { report } = scope.reader;
  const paths = strings(item.kind === 'mapping' ? at(item, 'path') : item);
  if (!paths || paths.length === 0) {
    report(
      'compose/invalid-model',
      item.span,
      `"include" takes a path or a mapping with "path", not ${describe(item)}`,
    );
    return undefined;
  }
  const remote = paths.filter(({ value }) => isRemote(value));
  for (const { value, span } of remote) report('compose/remote-include', span, `"${value}" is not on this machine`);
  if (remote.length > 0) return undefined;
  const resolve = (path: string) => posix.resolve(scope.directory, path);
  const directory = strings(at(item, 'project_directory'))?.[0]?.value;
  const envFiles = (strings(at(item, 'env_file')) ?? []).map(({ value, span }) => ({
    path: resolve(value),
    named: span,
  }));
  return {
    paths: paths.map(({ value, span }) => ({ value: resolve(value), span })),
    ...(directory && { directory: resolve(directory) }),
    envFiles,
  };
}

/** One string or a list of strings; nothing for anything else. */
function strings(tree: Tree | undefined): readonly Said<string>[] | undefined {
  if (!tree || tree.kind === 'mapping') return undefined;
  const items = tree.kind === 'sequence' ? tree.items : [tree];
  const said = items.flatMap(({ span, ...item }) =>
    'value' in item && typeof item.value === 'string' ? [{ value: item.value, span }] : [],
  );
  return said.length === items.length ? said : undefined;
}

/** Adds what was included; the same name twice is a fault unless both say the same. */
function importInto(model: Mapping, loaded: Mapping, imported: Set<string>, from: Span, scope: Scope): Mapping {
  const all = new Map<string, Entry>(model.entries);
  for (const section of sections) {
    const source = loaded.entries.get(section);
    if (source?.value.kind !== 'mapping') continue;
    const target = all.get(section);
    const existing = target?.value.kind === 'mapping' ? target.value : undefined;
    const entries = new Map<string, Entry>(existing?.entries);
    for (const entry of source.value.entries.values()) {
      const name = `${section}.${entry.key}`;
      const before = entries.get(entry.key);
      if (!before) {
        entries.set(entry.key, entry);
        imported.add(name);
      } else if (!sameTree(before.value, entry.value) || (!imported.has(name) && !isCanonical(section, entry.value))) {
        scope.reader.report('compose/invalid-model', before.keySpan, `"${name}" is also in a file that is included`, {
          help: 'rename one of them, or change the included one in an override listed beside it under "path"',
          related: [
            { message: 'included here', span: from },
            { message: 'the other one', span: entry.keySpan },
          ],
        });
      }
    }
    all.set(section, { ...(target ?? source), value: { ...(existing ?? source.value), entries } });
  }
  reportDropped(model, loaded, from, scope);
  return { ...model, entries: all };
}

/**
 * Of a file that is included Compose takes these sections and nothing else: what it says for all its services is lost.
 */
function reportDropped(model: Mapping, loaded: Mapping, from: Span, { reader: { report } }: Scope): void {
  const theirs = loaded.entries.get('x-netmode');
  const ours = model.entries.get('x-netmode');
  if (!theirs || (ours && sameTree(ours.value, theirs.value))) return;
  report('netmode/misplaced', theirs.keySpan, '"x-netmode" of a file that is included has no effect', {
    severity: 'warning',
    help: 'write it in the file that includes this one, or at the services',
    related: [{ message: 'included here', span: from }],
  });
}

/**
 * Short forms that Compose expands in what is included, but not yet in the file that includes it: they differ by then.
 */
const expanded = [
  'build',
  'configs',
  'depends_on',
  'devices',
  'env_file',
  'label_file',
  'ports',
  'secrets',
  'ulimits',
  'volumes',
  'gpus',
  'dns',
];

function isCanonical(section: (typeof sections)[number], tree: Tree): boolean {
  if (section !== 'services' || tree.kind !== 'mapping') return true;
  return !expanded.some((key) => tree.entries.has(key)) && at(tree, 'networks')?.kind !== 'sequence';
}
