/** What the phases of one load share. */
import type { Report } from '../../diagnostics/diagnostic.ts';
import { rules } from '../../diagnostics/rules.ts';
import { SourceFile, type Span } from '../../diagnostics/source.ts';
import type { Files } from '../input.ts';
import { at, entriesOf, type Tree } from '../tree.ts';
import { type ParsedFile, parseYaml } from '../yaml/parse.ts';

/** Reads files, each once, and remembers every text that was read. */
export class Reader {
  readonly report: Report;
  /** Whether any error was reported through `report`. */
  hasErrors = false;
  readonly files: Files;
  readonly sources: SourceFile[] = [];
  readonly #stdin: string;
  #quick = false;
  readonly #parsed = new Map<string, ParsedFile | undefined>();
  readonly #texts = new Map<string, SourceFile | undefined>();

  constructor(files: Files, stdin: string | undefined, report: Report) {
    this.files = files;
    this.report = (rule, span, message, details) => {
      if ((details?.severity ?? rules[rule].severity) === 'error') this.hasErrors = true;
      report(rule, span, message, details);
    };
    this.#stdin = stdin ?? '';
  }

  /**
   * A file as YAML; `-` is standard input.
   *
   * @param named where a file names it; absent for the command line
   * @returns nothing where it cannot be read or is not YAML, which is reported
   */
  yaml(path: string, named?: Span): ParsedFile | undefined {
    const known = this.#parsed.get(path);
    if (known || this.#parsed.has(path)) return known;
    const source = this.text(path, named);
    const parsed = source && parseYaml(source, this.#quick, this.report);
    this.#parsed.set(path, parsed);
    return parsed;
  }

  /**
   * The project's own files. A single one that takes in no other is rendered from its document, not from its tree,
   * which may then do without the document's nodes.
   */
  projectFiles(paths: readonly string[]): readonly (ParsedFile | undefined)[] {
    this.#quick = paths.length === 1;
    const files = paths.map((path) => this.yaml(path));
    this.#quick = false;
    if (paths.length !== 1 || !files[0]?.trees.some(takesIn)) return files;
    this.#parsed.delete(paths[0]!);
    return [this.yaml(paths[0]!)];
  }

  /** A file's text; reports `compose/missing-file` where there is none. */
  text(path: string, named?: Span): SourceFile | undefined {
    const known = this.#texts.get(path);
    if (known) return known;
    const source = path === '-' ? new SourceFile('<stdin>', this.#stdin) : this.#read(path, named);
    this.#texts.set(path, source);
    if (source) this.sources.push(source);
    return source;
  }

  #read(path: string, named: Span | undefined): SourceFile | undefined {
    const read = this.files.read(path);
    if ('text' in read) return new SourceFile(path, read.text);
    const why = this.files.isDirectory(path)
      ? 'is a directory'
      : read.error === 'missing'
        ? 'does not exist'
        : `cannot be read: ${read.detail}`;
    this.report('compose/missing-file', named, `"${path}" ${why}`);
    return undefined;
  }
}

function takesIn(tree: Tree): boolean {
  return (
    at(tree, 'include') !== undefined ||
    entriesOf(at(tree, 'services')).some(({ value }) => at(value, 'extends') !== undefined)
  );
}

/** Where a group of files is loaded: the project itself, or something that it includes. */
export interface Scope {
  readonly reader: Reader;
  /** Absolute; relative paths in the group's files start here. */
  readonly directory: string;
  readonly variables: ReadonlyMap<string, string>;
  /** The files that led here by `include`, outermost first. */
  readonly including: readonly string[];
}

const remote = /^(?:oci:\/\/|git:\/\/|ssh:\/\/|git@|github\.com\/)|^https?:\/\/[^#?]+\.git(?:[#?].*)?$/;

/** Whether Compose fetches a reference from elsewhere: a git repository or an OCI artifact. */
export function isRemote(path: string): boolean {
  return remote.test(path);
}
