/**
 * A project whose services are all annotated: taken out again, each file is the same to the byte; to Compose the
 * project is the one that it was, but for `x-netmode`; and what netcompose makes of it is the plan. Nothing is written
 * beside the project.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { load } from '../../src/compose/load.ts';
import { ownerIn } from '../../src/compose/project/network-mode.ts';
import type { Project } from '../../src/compose/project/project.ts';
import { type Diagnostic, Diagnostics } from '../../src/diagnostics/diagnostic.ts';
import { SourceFile } from '../../src/diagnostics/source.ts';
import { annotate, hasPlace } from '../../src/emit/annotate/annotate.ts';
import type { Wish } from '../../src/emit/annotate/wish.ts';
import type { PlainMap } from '../../src/emit/override/plain-data.ts';
import { intentsOf } from '../../src/netmode/intents.ts';
import type { Facts } from '../../src/plan/facts/facts.ts';
import { planOf } from '../../src/plan/plan.ts';
import { patiently } from '../support/patiently.ts';
import { type Case, cleanEnvironment, optionsOf, realFiles } from './compare.ts';
import { secondPass } from './second-pass.ts';

/** What is written into every service. */
export const annotations: readonly PlainMap[] = [
  { mode: 'macvlan', parent: 'eth0', listen: [80, '53/udp'] },
  { mode: 'ipvlan-l2' },
  { mode: 'host' },
  { mode: 'bridge' },
  { mode: 'macvlan', ip_range: '192.168.1.192/27' },
  { mode: 'none' },
];

export type AnnotationResult =
  /** Nothing can be said: no service has a place of its own, or the project is refused as it is. */
  | { readonly kind: 'nothing' }
  /** By `annotate`, or because this netmode does not go with the project: the rules. */
  | { readonly kind: 'refused'; readonly rules: readonly string[] }
  /** A line for each thing that is not as it must be. */
  | { readonly kind: 'annotated'; readonly services: number; readonly faults: readonly string[] };

/**
 * Annotates a project once with each of several sets. What Compose says of it as it is, is asked once for all.
 *
 * @param sets what each service gets
 * @returns a result for each set; nothing can be said with any of them where it cannot with the first
 */
export async function annotationPasses(
  given: Case,
  sets: readonly PlainMap[],
  facts: Facts,
  compose: readonly string[],
): Promise<readonly AnnotationResult[]> {
  const { project, errors } = read(given);
  if (!project || errors.length > 0) return [{ kind: 'nothing' }];
  const folder = mkdtempSync(join(tmpdir(), 'netcompose-annotated-'));
  const texts = (edits: readonly EditedFile[]) => edits.map(({ text, file }) => text ?? file.text);
  try {
    const own = project.files.map((path) => project.sources.find((source) => source.path === path)!.text);
    let was: Promise<string | undefined> | undefined;
    const results: AnnotationResult[] = [];
    for (const [index, set] of sets.entries()) {
      const files = annotatedFiles(project, set);
      const services = files.reduce((sum, { wishes }) => sum + wishes.length, 0);
      if (services === 0) return [{ kind: 'nothing' }];
      const refused = files.flatMap(({ refusal }) => refusal);
      if (refused.length > 0) {
        results.push({ kind: 'refused', rules: rulesOf(refused) });
        continue;
      }
      was ??= resolved(copyOf(given, project, folder, 'before', own), compose);
      const before = await was;
      if (before === undefined) return [{ kind: 'nothing' }];
      const after = copyOf(given, project, folder, `after-${index}`, texts(files));
      results.push(await judged(files, before, after, facts, compose));
    }
    return results;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param before what Compose says of the project as it is */
async function judged(
  files: readonly EditedFile[],
  before: string,
  after: Case,
  facts: Facts,
  compose: readonly string[],
): Promise<AnnotationResult> {
  const services = files.reduce((sum, { wishes }) => sum + wishes.length, 0);
  const faults = files
    .filter(({ isRestored }) => !isRestored)
    .map(({ file }) => `${basename(file.path)} has other bytes when x-netmode is taken out again`);
  const is = await resolved(after, compose);
  if (is !== before)
    faults.push(is === undefined ? 'Compose refuses it annotated' : 'it is another project to Compose');
  const planned = read(after, facts);
  if (faults.length === 0 && planned.errors.length > 0) return { kind: 'refused', rules: rulesOf(planned.errors) };
  faults.push(...((await secondPass(after, facts, compose)) ?? []));
  return { kind: 'annotated', services, faults };
}

const rulesOf = (diagnostics: readonly Diagnostic[]) => [...new Set(diagnostics.map(({ rule }) => rule))].sort();

/** @param facts the project is planned with them too */
function read(given: Case, facts?: Facts): { readonly project?: Project; readonly errors: readonly Diagnostic[] } {
  const diagnostics = new Diagnostics();
  const options = optionsOf(given.args);
  const env = { ...cleanEnvironment(), ...given.env, PWD: given.directory };
  const files = [...options.files, ...given.files];
  const project = load({ ...options, files, cwd: given.directory, env }, realFiles, diagnostics.report);
  if (project && facts) planOf(intentsOf(project, diagnostics.report), facts, diagnostics.report);
  const errors = diagnostics.sorted().filter(({ severity }) => severity === 'error');
  return project ? { project, errors } : { errors };
}

interface EditedFile {
  readonly file: SourceFile;
  readonly wishes: readonly Wish[];
  /** The text with the annotations; nothing where that was refused. */
  readonly text: string | undefined;
  readonly refusal: readonly Diagnostic[];
  readonly isRestored: boolean;
}

/** Each service in the first of the project's own files that has it; guests stay in the network of their owner. */
function annotatedFiles({ files, sources, services }: Project, set: PlainMap): readonly EditedFile[] {
  const left = new Set([...services.values()].filter(({ networkMode }) => ownerIn(networkMode?.value) === undefined));
  return files.map((path) => {
    const file = sources.find((source) => source.path === path)!;
    const here = [...left].filter(({ name }) => hasPlace(file.text, { kind: 'service', name }));
    for (const service of here) left.delete(service);
    const wishes = here.map(
      ({ name }): Wish => ({ place: { kind: 'service', name }, change: { kind: 'merge', set, unset: [] } }),
    );
    return edited(file, wishes);
  });
}

function edited(file: SourceFile, wishes: readonly Wish[]): EditedFile {
  const diagnostics = new Diagnostics();
  const text = annotate(file, wishes, diagnostics.report)?.text;
  const removals = wishes.map(({ place }): Wish => ({ place, change: { kind: 'remove' } }));
  const without = (whole: SourceFile) => annotate(whole, removals, () => {})?.text;
  // What was annotated before loses that too.
  const plain = file.text.includes('x-netmode') ? without(file) : file.text;
  const isRestored = text === undefined || without(new SourceFile(file.path, text)) === plain;
  return { file, wishes, text, refusal: diagnostics.sorted(), isRestored };
}

/** The same project, its files elsewhere. */
function copyOf({ args, env }: Case, project: Project, folder: string, part: string, texts: readonly string[]): Case {
  const kept = args.flatMap((arg, i) =>
    ['--profile', '--env-file'].includes(args[i - 1] ?? '') ? [args[i - 1]!, arg] : [],
  );
  const files = texts.map((text, index) => {
    const path = join(folder, `${part}-${index}-${basename(project.files[index]!)}`);
    writeFileSync(path, text);
    return path;
  });
  const { name, directory } = project;
  return { name, directory, files, args: [...kept, '-p', name, '--project-directory', directory], env };
}

type Data = { readonly [key: string]: unknown };

/** @returns what `docker compose config` says, without the annotations; nothing where it refuses the project */
async function resolved(given: Case, [command, ...first]: readonly string[]): Promise<string | undefined> {
  const files = given.files.flatMap((path) => ['-f', path]);
  const { code, stdout } = await patiently(
    command!,
    [...first, ...given.args, ...files, 'config', '--format', 'json'],
    { cwd: given.directory, env: { ...cleanEnvironment(), ...given.env, PWD: given.directory } },
  );
  if (code !== 0) return undefined;
  const model = JSON.parse(stdout) as Data;
  const services = Object.entries((model['services'] ?? {}) as Data).map(([name, service]) => {
    const { 'x-netmode': _, ...rest } = service as Data;
    return [name, rest];
  });
  return JSON.stringify({ ...model, services: Object.fromEntries(services) });
}
