/** Phase by phase from file names to a project; each phase is a file of this folder. */
import type { Document } from 'yaml';
import type { Report } from '../diagnostics/diagnostic.ts';
import { locate } from './files/locate.ts';
import { loadModel } from './files/model.ts';
import { projectName } from './files/project-name.ts';
import { Reader } from './files/reader.ts';
import type { Files, LoadOptions } from './input.ts';
import { checkConsistency } from './project/consistency.ts';
import { readNetworks } from './project/networks.ts';
import type { Project } from './project/project.ts';
import { profilesInForce, readServices } from './project/services.ts';
import { at, type Mapping } from './tree.ts';
import type { ParsedFile } from './yaml/parse.ts';

/**
 * Reads a Compose project as Compose does.
 *
 * @param files reaches the file system
 * @param report gets every fault found, all of them at once (rules `compose/*`)
 * @returns the project, or `undefined` if there is none to speak of (no file, broken YAML)
 */
export function load(options: LoadOptions, files: Files, report: Report): Project | undefined {
  const reader = new Reader(files, options.stdin, report);
  const located = locate(options, reader);
  if (!located) return undefined;
  const parsed = reader.projectFiles(located.files);
  if (parsed.includes(undefined)) return undefined;
  const given = parsed.filter((file) => file !== undefined);
  const name = projectName(
    options,
    located,
    given.flatMap(({ trees }) => trees),
    reader,
  );
  const variables = new Map([...located.variables, ['COMPOSE_PROJECT_NAME', name]]);
  const paths = located.files.map((value) => ({ value }));
  const model = loadModel(paths, { reader, directory: located.directory, variables, including: [] });
  if (!model || isEmpty(model)) {
    const source = given[0]?.source;
    if (!reader.hasErrors)
      report('compose/invalid-model', source && { source, start: 0, end: 0 }, 'the file is empty', {
        help: 'add "services:"',
      });
    return undefined;
  }
  const services = readServices(at(model, 'services'), profilesInForce(options.profiles, variables), report);
  const networks = readNetworks(at(model, 'networks'), report);
  checkConsistency(services, networks, report);
  const netmode = at(model, 'x-netmode');
  let documents: ReturnType<Project['documents']> | undefined;
  return {
    name,
    directory: located.directory,
    files: located.files,
    sources: reader.sources,
    documents: () => (documents ??= new Map(given.flatMap((file) => documentOf(file)))),
    services,
    networks,
    ...(netmode && { netmode }),
    model,
  };
}

function documentOf({ source, document }: ParsedFile): readonly [string, Document][] {
  const first = document();
  return first ? [[source.path, first]] : [];
}

/** `version` means nothing any more. */
function isEmpty(model: Mapping): boolean {
  return model.entries.size === 0 || (model.entries.size === 1 && model.entries.has('version'));
}
